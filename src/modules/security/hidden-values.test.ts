import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { contextOf, inUnit } from "../../platform/context.ts";
import { setRoles } from "../staff/index.ts";
import { shownValues } from "./changes.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const api = (method: string, path: string, given: Parameters<TestProgram["api"]>[2] = {}) =>
  t.api(method, `/api/v1/${path}`, { key, ...given });
const document = (type: string, attributes: object): unknown => ({ data: { type, attributes } });

/** Somebody of the staff at a browser whose only role grants just this. */
async function browserFor(permissions: string[]): Promise<Visitor> {
  const made = await api("POST", "roles", { body: document("roles", { name: permissions.join(" "), permissions }) });
  const person = await makeStaff(t.harbor, "technician");
  await inUnit(t.harbor.system, (work) => setRoles(work, person.id, [made.body.data.id]));
  return browserOf(t, person);
}

test("the audit log keeps values of records from those who may not see such records at all, or only some of them", async () => {
  const { company_id } = await makeClient(t, "Quiet Quay");
  const opened = await api("POST", "tickets", {
    body: document("tickets", { company_id, title: "The safe is open", description: "Code 4711" }),
  });
  const id = opened.body.data.id as string;
  const told = async (scopes: string[]): Promise<string> => {
    const as = await t.harbor.key("administrator", scopes);
    const { body } = await t.api("GET", `/api/v1/audit-log?filter[entity_id]=${id}`, { key: as });
    return String(body.data[0].attributes.new_values.title);
  };
  expect(await told(["audit.read", "tickets.read"])).toBe("The safe is open");
  expect(await told(["audit.read"])).toBe("(hidden)");
  const { actor, request } = await t.harbor.as("administrator");
  const own = contextOf(t.app, t.harbor.tenant, { ...actor, narrowed: new Map([["tickets.read", "own"]]) }, request);
  expect(shownValues(own, "tickets", { title: "The safe is open" })).toEqual({ title: "(hidden)" });
  const list = await (await browserFor(["audit.read"])).open(`/settings/audit?q=${id}`);
  expect([list.status, list.text.includes("The safe is open")]).toEqual([200, false]);
  const few = await t.fetch(`/api/v1/audit-log?filter[entity_id]=${id}`, {
    headers: { authorization: `Bearer ${await t.harbor.key("administrator", ["audit.read"])}`, accept: "text/csv" },
  });
  const file = await few.text();
  expect([few.status, file.includes("The safe is open")]).toEqual([200, false]);
});
