import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserOf, makeStaff, type Person } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { users } from "../../platform/access/schema.ts";
import { inUnit } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";

let t: TestProgram;
let key: string;
let browser: Visitor;
let kim: Person;
let max: Person;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  kim = await makeStaff(t.harbor, "technician", "kim");
  max = await makeStaff(t.harbor, "technician", "max");
});
afterAll(() => t.close());

const peopleOf = async (id: string): Promise<Record<string, string[]>> => {
  const { attributes } = (await t.api("GET", `/api/v1/teams/${id}`, { key })).body.data;
  return { members: attributes.member_ids.toSorted(), leads: attributes.lead_ids };
};

async function teamCalled(name: string): Promise<string> {
  const { body } = await t.api("GET", "/api/v1/teams", { key });
  return body.data.find((one: { attributes: { name: string } }) => one.attributes.name === name).id;
}

test("a team is made, changed, emptied and deleted on pages, with what was typed kept", async () => {
  const at = "/settings/teams/new";
  await browser.open(at);
  const refused = await browser.submit(at, { name: "", description: "Nights", member_ids: [kim.id] });
  expect([refused.status, refused.html.includes("Nights")]).toEqual([422, true]);
  expect(refused.html).toMatch(new RegExp(`value="${kim.id}" checked`));
  expect((await browser.submit(at, { name: "Night shift", lead_ids: [max.id] })).url).toStartWith("/settings/teams");
  const id = await teamCalled("Night shift");
  expect(await peopleOf(id)).toEqual({ members: [kim.id, max.id].toSorted(), leads: [max.id] });

  const one = `/settings/teams/${id}`;
  await browser.open(one);
  await browser.submit(one, { member_ids: "", lead_ids: "" });
  expect(await peopleOf(id)).toEqual({ members: [], leads: [] });
  await browser.open(one);
  await browser.submit(`${one}/delete`);
  expect((await browser.open(one)).status).toBe(404);
});

test("who is on leave stays in the team when something else of it changes", async () => {
  const lee = await makeStaff(t.harbor, "technician", "lee");
  const body = { data: { type: "teams", attributes: { name: "Away", member_ids: [kim.id], lead_ids: [lee.id] } } };
  const { id } = (await t.api("POST", "/api/v1/teams", { key, body })).body.data;
  await inUnit(t.harbor.system, (work) => update(work, users, lee.id, { deactivated_at: t.clock.now() }));
  await browser.open(`/settings/teams/${id}`);
  expect((await browser.submit(`/settings/teams/${id}`, { description: "Back in May" })).text).toContain("Team saved.");
  expect(await peopleOf(id)).toEqual({ members: [kim.id, lee.id].toSorted(), leads: [lee.id] });
});

test("only who manages the staff sees teams under Settings, and nobody those of another organization", async () => {
  const made = await t.api("POST", "/api/v1/teams", {
    key,
    body: { data: { type: "teams", attributes: { name: "Blue" } } },
  });
  const at = `/settings/teams/${made.body.data.id}`;
  const technician = await browserOf(t, kim);
  for (const path of ["/settings/teams", "/settings/teams/new", at])
    expect([path, (await technician.open(path)).status]).toEqual([path, 403]);
  const other = await browserOf(t, await makeStaff(t.mill, "administrator"), t.mill);
  expect((await other.open(at)).status).toBe(404);
  expect((await other.open("/settings/teams")).text).not.toContain("Blue");
});
