import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, linkFor, makeStaff, password } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { administering } from "./rules.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

interface Alert {
  id: string;
  attributes: Record<string, unknown>;
}
const raisedAlerts = async (): Promise<Alert[]> => {
  await t.settle();
  const { body } = await t.api("GET", "/api/v1/security-alerts?filter[alert_kind]=role_raised", { key });
  return body.data as Alert[];
};
/** Whom alerts of raised roles are about. */
const raised = async (): Promise<unknown[]> =>
  (await raisedAlerts()).map(({ attributes }) => attributes["subject_name"]);
const roleOf = async (role_key: string): Promise<string> =>
  (await t.api("GET", `/api/v1/roles?filter[role_key]=${role_key}`, { key })).body.data[0].id as string;
const invite = async (name: string, role: string): Promise<{ id: string; email: string }> => {
  const email = `${name.toLowerCase()}@harbor.test`;
  const attributes = { name, email, role_ids: [role] };
  const { body } = await t.api("POST", "/api/v1/users", { key, body: { data: { type: "users", attributes } } });
  return { id: body.data.id as string, email };
};
const change = (path: string, type: string, id: string, attributes: object) =>
  t.api("PATCH", `/api/v1/${path}/${id}`, { key, body: { data: { type, id, attributes } } });

describe("an alert of rights that grow", () => {
  test("is not raised by an invitation that lets somebody do the work, but by one to administer", async () => {
    await invite("Tilda", await roleOf("technician"));
    expect(await raised()).toEqual([]);
    await invite("Adam", await roleOf("administrator"));
    expect(await raised()).toEqual(["Adam"]);
  });

  test("is raised whenever an account that somebody has been in is given more", async () => {
    const person = await invite("Nora", await roleOf("technician"));
    // Nobody has been in yet: what the invitation was for is still being put right.
    await change("users", "users", person.id, { role_ids: [await roleOf("sales")] });
    expect(await raised()).not.toContain("Nora");
    const browser = t.browser();
    const link = await linkFor(t.harbor, person.email);
    await browser.open(link);
    await browser.submit(link, { password });
    await change("users", "users", person.id, { role_ids: [await roleOf("finance")] });
    expect(await raised()).toContain("Nora");
  });

  test("is raised for a role that somebody has, and for a new one only when it administers", async () => {
    const make = async (name: string, permissions: string[]): Promise<string> => {
      const body = { data: { type: "roles", attributes: { name, permissions } } };
      return (await t.api("POST", "/api/v1/roles", { key, body })).body.data.id as string;
    };
    const readers = await make("Readers", ["tickets.read"]);
    await make("Openers of doors", ["security.manage"]);
    expect(await raised()).toContain("Openers of doors");
    expect(await raised()).not.toContain("Readers");
    await invite("Rita", readers);
    await change("roles", "roles", readers, { permissions: ["tickets.read", "companies.read"] });
    expect(await raised()).toContain("Readers");
  });

  test("knows permissions to administer that there are", () => {
    for (const name of administering) expect([name, t.app.registry.permissions.has(name)]).toEqual([name, true]);
  });
});

describe("many alerts", () => {
  test("are acknowledged at once from their list, each by whoever was first", async () => {
    for (const name of ["One", "Two", "Three"]) await invite(name, await roleOf("administrator"));
    const [first, ...others] = await raisedAlerts();
    const person = await makeStaff(t.harbor, "administrator", "Alma Both");
    const early = await t.api("POST", `/api/v1/security-alerts/${first?.id ?? ""}/acknowledge`, { key });
    const browser = await browserOf(t, person);
    expect((await browser.open("/settings/security-alerts?state=open")).html).toContain('value="acknowledge"');
    const ids = [first, ...others].map((one) => one?.id ?? "").join();
    await browser.submit("/bulk/ask", { list: "/settings/security-alerts", do: "acknowledge", ids });
    const report = await browser.submit("/bulk/run", { list: "/settings/security-alerts", do: "acknowledge", ids });
    expect(report.text).toContain(`${others.length} done, 1 skipped, 0 failed`);
    const after = await raisedAlerts();
    expect(after.every(({ attributes }) => attributes["acknowledged_at"] !== null)).toBe(true);
    expect(after.find(({ id }) => id === first?.id)?.attributes["acknowledged_by_id"]).toBe(
      early.body.data.attributes.acknowledged_by_id,
    );
    expect(new Set(after.slice(1).map(({ attributes }) => attributes["acknowledged_by_id"]))).toEqual(
      new Set([person.id]),
    );
  });

  test("are acknowledged at once over the API, by nobody without the audit log", async () => {
    await invite("Four", await roleOf("administrator"));
    const open = (await raisedAlerts()).filter(({ attributes }) => attributes["acknowledged_at"] === null);
    const attributes = { action: "security_alerts.acknowledge", ids: open.map(({ id }) => id) };
    const body = { data: { type: "bulk_runs", attributes } };
    const technician = await t.harbor.key("technician");
    expect((await t.api("POST", "/api/v1/bulk", { key: technician, body })).status).toBe(403);
    const done = await t.api("POST", "/api/v1/bulk", { key, body });
    expect([done.status, done.body.data.attributes.done_count]).toEqual([201, open.length]);
  });
});
