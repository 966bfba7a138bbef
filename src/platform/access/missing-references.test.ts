import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { newId } from "../ids.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

async function faults(attributes: object): Promise<string[]> {
  const { body } = await t.api("POST", "/api/v1/companies", { key, body: { data: { type: "companies", attributes } } });
  return (body.errors ?? []).map(
    ({ source, code }: { source: { pointer: string }; code: string }) =>
      `${source.pointer.replace("/data/attributes/", "")} ${code}`,
  );
}

test("a blank name, a wrong choice and a reference to nothing are said at once", async () => {
  expect((await faults({ name: "  ", company_type: "friend", account_manager_id: newId() })).toSorted()).toEqual([
    "account_manager_id not_found",
    "company_type invalid_choice",
    "name required",
  ]);
});

test("several references to nothing are said at once, and one of another organization is nothing", async () => {
  const stranger = (await t.mill.as("administrator")).actor.user_id;
  const wrong = { account_manager_id: stranger, parent_company_id: newId() };
  expect((await faults({ name: "Right", ...wrong })).toSorted()).toEqual([
    "account_manager_id not_found",
    "parent_company_id not_found",
  ]);
  expect((await faults({ name: "", ...wrong })).toSorted()).toEqual([
    "account_manager_id not_found",
    "name required",
    "parent_company_id not_found",
  ]);
});
