import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  type ApiAnswer,
  pointerOf,
  startTestProgram,
  testNow,
  type TestProgram,
} from "../../../tests/support/program.ts";
import { type ContractWorld, contractWorld } from "../../../tests/support/contracts.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { runJob } from "../../platform/jobs/jobs.ts";
import { activateContract, cancelContract, type ContractRow, contractsModule } from "./index.ts";

let t: TestProgram;
let w: ContractWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await contractWorld(t);
});
afterAll(() => t.close());

const contractOf = (companyId: string): Promise<string | null> =>
  reading(
    t.harbor.system,
    async ({ db }) =>
      (await db.selectFrom("companies").select("contract_id").where("id", "=", companyId).executeTakeFirstOrThrow())
        .contract_id,
  );

describe("the life of a contract", () => {
  test("the only active one becomes the company's own, and stops being it when it is over", async () => {
    const id = await w.company("One at a time");
    const first = await w.contract(id, { status: "draft" });
    expect(await contractOf(id)).toBeNull();
    await perform(w.admin, activateContract, { id: first.id });
    expect(await contractOf(id)).toBe(first.id);
    const second = await w.contract(id, { name: "Second" });
    expect(await contractOf(id)).toBe(first.id);
    await perform(w.admin, cancelContract, { id: first.id });
    expect(await contractOf(id)).toBe(second.id);
    await perform(w.admin, cancelContract, { id: second.id });
    expect(await contractOf(id)).toBeNull();
  });

  test("takes no step twice, and an active one is neither archived nor deleted", async () => {
    const { id } = await w.contract(await w.company("Steps Ltd"));
    const step = async (name: string): Promise<number> =>
      (await t.api("POST", `/api/v1/contracts/${id}/${name}`, { key: w.key })).status;
    expect(await step("activate")).toBe(409);
    expect(await step("archive")).toBe(409);
    expect(await step("renew")).toBe(409);
    expect((await t.api("DELETE", `/api/v1/contracts/${id}`, { key: w.key })).status).toBe(409);
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
    const { id } = await w.contract(await w.company("Renewed Ltd"), {
      end_date: "2026-11-30",
      renewal_terms: { months: 3 },
    });
    const renew = (months?: number): Promise<ApiAnswer> =>
      w.send("POST", `contracts/${id}/renew`, "contracts", months === undefined ? {} : { months });
    expect((await renew()).body.data.attributes).toMatchObject({ end_date: "2027-02-28", status: "active" });
    expect((await renew(12)).body.data.attributes.end_date).toBe("2028-02-29");
    expect(pointerOf(await renew(0))).toEqual([422, "/data/attributes/months"]);
    // As it may stand there from an earlier version: never is no day to count on from.
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("contracts").set({ end_date: "9999-12-31" }).where("id", "=", id).execute(),
    );
    expect(pointerOf(await renew())).toEqual([422, "/data/attributes/end_date"]);
  });

  test("ends by the clock: expired, or renewed by itself as often as it takes", async () => {
    const id = await w.company("Clock Ltd");
    const over = await w.contract(id, { end_date: "2026-11-21" });
    const goesOn = await w.contract(await w.company("Goes on Ltd"), {
      end_date: "2026-11-21",
      auto_renew: true,
      renewal_terms: { months: 1 },
    });
    const job = contractsModule.jobs?.[0];
    if (job === undefined) throw new Error("no job");
    const state = async (one: ContractRow): Promise<unknown[]> => {
      const { attributes } = (await t.api("GET", `/api/v1/contracts/${one.id}`, { key: w.key })).body.data;
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
    expect((await t.api("POST", `/api/v1/contracts/${over.id}/activate`, { key: w.key })).status).toBe(409);
    t.clock.set(testNow);
  });
});
