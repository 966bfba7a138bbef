import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ApiAnswer, startTestProgram, testNow, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { runJob } from "../../platform/jobs/jobs.ts";
import { createCompany } from "../companies/index.ts";
import { activateContract, cancelContract, type ContractRow, contractsModule, createContract } from "./index.ts";

let t: TestProgram;
let admin: Ctx;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.as("administrator");
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const company = async (name: string, currency = "USD"): Promise<string> =>
  (await perform(admin, createCompany, { name, currency })).id;
const document = (type: string, attributes: Record<string, unknown>): unknown => ({ data: { type, attributes } });
const send = (
  method: string,
  path: string,
  type: string,
  attributes: Record<string, unknown>,
  as = key,
): Promise<ApiAnswer> => t.api(method, `/api/v1/${path}`, { key: as, body: document(type, attributes) });
const pointerOf = (answer: ApiAnswer): [number, string] => [answer.status, answer.body.errors?.[0]?.source?.pointer];
const contract = (company_id: string, more: Record<string, unknown> = {}): Promise<ContractRow> =>
  perform(admin, createContract, {
    name: "Care",
    company_id,
    contract_type: "managed_services",
    start_date: "2026-01-01",
    status: "active",
    ...more,
  });
const contractOf = (companyId: string): Promise<string | null> =>
  reading(
    t.harbor.system,
    async ({ db }) =>
      (await db.selectFrom("companies").select("contract_id").where("id", "=", companyId).executeTakeFirstOrThrow())
        .contract_id,
  );

describe("the life of a contract", () => {
  test("the only active one becomes the company's own, and stops being it when it is over", async () => {
    const id = await company("One at a time");
    const first = await contract(id, { status: "draft" });
    expect(await contractOf(id)).toBeNull();
    await perform(admin, activateContract, { id: first.id });
    expect(await contractOf(id)).toBe(first.id);
    const second = await contract(id, { name: "Second" });
    expect(await contractOf(id)).toBe(first.id);
    await perform(admin, cancelContract, { id: first.id });
    expect(await contractOf(id)).toBe(second.id);
    await perform(admin, cancelContract, { id: second.id });
    expect(await contractOf(id)).toBeNull();
  });

  test("takes no step twice, and an active one is neither archived nor deleted", async () => {
    const { id } = await contract(await company("Steps Ltd"));
    const step = async (name: string): Promise<number> =>
      (await t.api("POST", `/api/v1/contracts/${id}/${name}`, { key })).status;
    expect(await step("activate")).toBe(409);
    expect(await step("archive")).toBe(409);
    expect(await step("renew")).toBe(409);
    expect((await t.api("DELETE", `/api/v1/contracts/${id}`, { key })).status).toBe(409);
    expect([
      await step("cancel"),
      await step("cancel"),
      await step("archive"),
      await step("activate"),
      await step("restore"),
      await step("activate"),
    ]).toEqual([200, 409, 200, 409, 200, 200]);
  });

  test("is renewed by its terms, to the same end of the month", async () => {
    const { id } = await contract(await company("Renewed Ltd"), {
      end_date: "2026-11-30",
      renewal_terms: { months: 3 },
    });
    const renew = (months?: number): Promise<ApiAnswer> =>
      send("POST", `contracts/${id}/renew`, "contracts", months === undefined ? {} : { months });
    expect((await renew()).body.data.attributes).toMatchObject({ end_date: "2027-02-28", status: "active" });
    expect((await renew(12)).body.data.attributes.end_date).toBe("2028-02-29");
    expect(pointerOf(await renew(0))).toEqual([422, "/data/attributes/months"]);
  });

  test("ends by the clock: expired, or renewed by itself as often as it takes", async () => {
    const id = await company("Clock Ltd");
    const over = await contract(id, { end_date: "2026-11-21" });
    const goesOn = await contract(await company("Goes on Ltd"), {
      end_date: "2026-11-21",
      auto_renew: true,
      renewal_terms: { months: 1 },
    });
    const job = contractsModule.jobs?.[0];
    if (job === undefined) throw new Error("no job");
    const state = async (one: ContractRow): Promise<unknown[]> => {
      const { attributes } = (await t.api("GET", `/api/v1/contracts/${one.id}`, { key })).body.data;
      return [attributes.status, attributes.end_date];
    };
    await runJob(t.app, t.harbor.tenant, job);
    expect(await state(over)).toEqual(["active", "2026-11-21"]);
    t.clock.set("2027-02-25T09:00:00.000Z");
    await runJob(t.app, t.harbor.tenant, job);
    await runJob(t.app, t.harbor.tenant, job);
    expect(await state(over)).toEqual(["expired", "2026-11-21"]);
    expect(await contractOf(id)).toBeNull();
    expect(await state(goesOn)).toEqual(["active", "2027-03-21"]);
    expect((await t.api("POST", `/api/v1/contracts/${over.id}/activate`, { key })).status).toBe(409);
    t.clock.set(testNow);
  });
});
