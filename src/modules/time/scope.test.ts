import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserOf, makeStaff, type Person } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type RecordApi, recordApi } from "../../../tests/support/record-api.ts";
import { inUnit } from "../../platform/context.ts";
import { addAll } from "../../platform/reference.ts";
import { makeApiKey, setRoles } from "../staff/index.ts";

let t: TestProgram;
let admin: string;
let api: RecordApi;
const people: Record<"kim" | "mate" | "stranger", Person> = { kim: none(), mate: none(), stranger: none() };
const entries: Record<string, string> = {};
const roles = { own: "", team: "" };

function none(): Person {
  return { id: "", email: "" };
}

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
  api = recordApi(t, admin);
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  const { company_id } = await makeClient(t, "Hours Ltd");
  const { body } = await t.api("GET", "/api/v1/work-types?page[size]=1", { key: admin });
  const work_type_id = body.data[0].id as string;
  for (const name of ["kim", "mate", "stranger"] as const) {
    people[name] = await makeStaff(t.harbor, "technician", name);
    entries[name] = await api.made("time-entries", "time_entries", {
      company_id,
      work_type_id,
      user_id: people[name].id,
      date: "2026-11-03",
      duration_minutes: 30,
      notes: `Hours of ${name}`,
    });
  }
  await api.made("teams", "teams", { name: "Blue", member_ids: [people.kim.id, people.mate.id] });
  await api.made("teams", "teams", { name: "Red", member_ids: [people.stranger.id] });
  for (const scope of ["own", "team"] as const)
    roles[scope] = await api.made("roles", "roles", {
      name: `Time ${scope}`,
      permissions: [`time.read:${scope}`, "time.write", "time.manage"],
    });
});
afterAll(() => t.close());

describe("somebody whose role reaches", () => {
  test.each([
    ["own", ["kim"]],
    ["team", ["kim", "mate"]],
  ] as const)("%s time sees that and changes no other", async (scope, seen) => {
    await inUnit(t.harbor.system, (work) => setRoles(work, people.kim.id, [roles[scope]]));
    const { key } = await inUnit(t.harbor.system, (work) => makeApiKey(work, people.kim.id, { name: "k" }));
    const { body } = await t.api("GET", "/api/v1/time-entries", { key });
    expect(body.data.map((one: { id: string }) => one.id).toSorted()).toEqual(
      seen.map((name) => entries[name] ?? "").toSorted(),
    );
    for (const [name, id] of Object.entries(entries)) {
      const isSeen = (seen as readonly string[]).includes(name);
      expect((await t.api("GET", `/api/v1/time-entries/${id}`, { key })).status).toBe(isSeen ? 200 : 404);
      const changed = await t.api("PATCH", `/api/v1/time-entries/${id}`, {
        key,
        body: { data: { type: "time_entries", id, attributes: { notes: "Changed" } } },
      });
      expect([name, changed.status]).toEqual([name, isSeen ? 200 : 404]);
      const asked = await t.api("GET", `/api/v1/users/${people.kim.id}/access?record=/time/${id}/edit`, { key: admin });
      expect([name, asked.body.data.attributes.record.is_seen]).toEqual([name, isSeen]);
    }
  });
});

test("hours summed up on a ticket are those that one sees", async () => {
  const { company_id } = await makeClient(t, "Sums Ltd");
  const ticket = await api.made("tickets", "tickets", {
    title: "Slow files",
    company_id,
    assigned_to_id: people.kim.id,
  });
  const { body } = await t.api("GET", "/api/v1/work-types?page[size]=1", { key: admin });
  for (const [name, duration_minutes] of [
    ["kim", 30],
    ["stranger", 60],
  ] as const)
    await api.made("time-entries", "time_entries", {
      company_id,
      ticket_id: ticket,
      work_type_id: body.data[0].id,
      user_id: people[name].id,
      date: "2026-11-03",
      duration_minutes,
    });
  const role = await api.made("roles", "roles", { name: "Own hours", permissions: ["tickets.read", "time.read:own"] });
  await inUnit(t.harbor.system, (work) => setRoles(work, people.kim.id, [role]));
  const { key } = await inUnit(t.harbor.system, (work) => makeApiKey(work, people.kim.id, { name: "sum" }));
  const hours = async (by: string): Promise<number> =>
    Number((await t.api("GET", `/api/v1/tickets/${ticket}`, { key: by })).body.data.attributes.actual_hours);
  expect([await hours(admin), await hours(key)]).toEqual([1.5, 0.5]);
});

test("a timer does not name a ticket that has gone out of reach", async () => {
  const { company_id } = await makeClient(t, "Clock Ltd");
  const ticket = await api.made("tickets", "tickets", { title: "Zebra", company_id, assigned_to_id: people.kim.id });
  const role = await api.made("roles", "roles", { name: "Own", permissions: ["tickets.read:own", "time.write"] });
  await inUnit(t.harbor.system, (work) => setRoles(work, people.kim.id, [role]));
  const { key } = await inUnit(t.harbor.system, (work) => makeApiKey(work, people.kim.id, { name: "timer" }));
  const started = await t.api("POST", "/api/v1/time-entries/timer/start", {
    key,
    body: { data: { type: "timers", attributes: { ticket_id: ticket } } },
  });
  expect(started.status).toBeLessThan(300);
  const browser = await browserOf(t, people.kim);
  expect((await browser.open("/timer")).text).toContain("Zebra");
  await t.api("PATCH", `/api/v1/tickets/${ticket}`, {
    key: admin,
    body: { data: { type: "tickets", id: ticket, attributes: { assigned_to_id: people.mate.id } } },
  });
  const shown = await browser.open("/timer");
  expect([shown.status, shown.text.includes("Zebra")]).toEqual([200, false]);
  expect((await browser.open("/account")).text).not.toContain("Zebra");
});
