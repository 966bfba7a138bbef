import { afterAll, beforeAll, expect, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
let admin: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const company = (attributes: Record<string, unknown>): unknown => ({ data: { type: "companies", attributes } });

test("a company takes a contract of its own, over the API, by the form and from a file, and no other's", async () => {
  const ids: string[] = [];
  const numbers: string[] = [];
  for (const name of ["Contract Ours", "Contract Theirs"]) {
    const made = await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name }) });
    ids.push(made.body.data.id);
  }
  const contracts: string[] = [];
  for (const [at, name] of [
    [0, "First"],
    [0, "Second"],
    [1, "Other"],
  ] as const) {
    const attributes = { company_id: ids[at], name, contract_type: "time_and_materials", start_date: "2026-01-01" };
    const made = await t.api("POST", "/api/v1/contracts", {
      key: admin,
      body: { data: { type: "contracts", attributes } },
    });
    expect(made.status).toBe(201);
    contracts.push(made.body.data.id);
    numbers.push(made.body.data.attributes.contract_number);
  }
  const [ours = ""] = ids;
  const [first = "", second = "", other = ""] = contracts;
  const set = (contract_id: string | null) =>
    t.api("PATCH", `/api/v1/companies/${ours}`, {
      key: admin,
      body: { data: { type: "companies", id: ours, attributes: { contract_id } } },
    });
  const now = async (): Promise<unknown> =>
    (await t.api("GET", `/api/v1/companies/${ours}`, { key: admin })).body.data.attributes.contract_id;
  expect((await set(first)).body.data.attributes.contract_id).toBe(first);
  const foreign = await set(other);
  expect([foreign.status, foreign.body.errors[0].detail]).toEqual([422, "This contract belongs to another company."]);
  const early = await t.api("POST", "/api/v1/companies", {
    key: admin,
    body: company({ name: "Contract New", contract_id: first }),
  });
  expect(early.status).toBe(422);

  const browser = await signedIn(t, await t.harbor.as("administrator"));
  const form = await browser.open(`/companies/${ours}/edit`);
  expect(form.html).toContain(`<option value="${first}" selected>First</option>`);
  expect(form.html).not.toContain(">Other</option>");
  await browser.submit(`/companies/${ours}/edit`, { contract_id: second });
  expect(await now()).toBe(second);

  const answer = await t.fetch("/api/v1/import-batches?target=companies&mode=overwrite", {
    method: "POST",
    headers: { authorization: `Bearer ${admin}`, "content-type": "text/csv" },
    body: `Name,Contract\r\nContract Ours,${numbers[0]}\r\n`,
  });
  const { data } = (await answer.json()) as { data: { attributes: { summary: unknown } } };
  expect(data.attributes.summary).toMatchObject({ updated: { companies: 1 }, bad: 0 });
  expect(await now()).toBe(first);
  // What is chosen goes with the contract that it was.
  expect((await t.api("DELETE", `/api/v1/contracts/${first}`, { key: admin })).status).toBe(204);
  expect(await now()).toBeNull();
});
