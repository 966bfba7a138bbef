import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld, november } from "../../../tests/support/billing.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { updateTime } from "../time/index.ts";
import { approveInvoice } from "./actions/approve.ts";
import { deleteDraft } from "./actions/drafts.ts";
import { generateFromContract } from "./actions/generate.ts";
import { deleteLine, updateLine } from "./actions/lines.ts";
import { voidInvoice } from "./actions/void.ts";

let t: TestProgram;
let w: BillingWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
});
afterAll(() => t.close());

const entry = (id: string) =>
  reading(w.admin, (ctx) =>
    ctx.db.selectFrom("time_entries").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );

describe("what a draft claims", () => {
  test("is free again when the draft is deleted, and when the invoice is void", async () => {
    const company = await w.company("Freed");
    const contract = await w.contract(company.id, { billing_amount: "100.00" }, [w.block({ unit_price: "50" })]);
    const worked = await w.time(company.id, "2026-11-03", 150);
    const generate = () => perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    const first = await generate();
    await perform(w.finance, deleteDraft, { id: first.id });
    const second = await generate();
    await perform(w.finance, approveInvoice, { id: second.id });
    expect(await entry(worked.id)).toMatchObject({
      billing_status: "billed",
      invoice_id: second.id,
      hourly_rate: "95",
      total_amount: 4750,
    });
    const voided = await perform(w.finance, voidInvoice, { id: second.id });
    expect(voided).toMatchObject({
      status: "void",
      balance_due: 0,
      invoice_number: expect.stringMatching(/^INV-\d{6}$/),
    });
    expect(await entry(worked.id)).toMatchObject({
      billing_status: "not_billed",
      invoice_id: null,
      hourly_rate: null,
      total_amount: null,
    });
    const third = await generate();
    expect([third.total, second.total]).toEqual([first.total, first.total]);
    const ledger = await reading(w.admin, (ctx) =>
      ctx.db.selectFrom("contract_hour_balances").select("hours_used").where("contract_id", "=", contract.id).execute(),
    );
    expect(ledger.map((row) => row.hours_used)).toEqual(["0"]);
  });

  test("is locked while it stands on a draft", async () => {
    const company = await w.company("Locked");
    const contract = await w.contract(company.id);
    const worked = await w.time(company.id, "2026-11-03", 60, { work_type_id: w.onsite });
    await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    await expect(perform(w.admin, updateTime, { id: worked.id, duration_minutes: 120 })).rejects.toMatchObject({
      status: 409,
      code: "billed",
    });
  });

  test("is billed as a whole or not at all", async () => {
    const company = await w.company("Halves");
    const contract = await w.contract(company.id, {}, [w.block()]);
    const worked = await w.time(company.id, "2026-11-03", 150);
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    const [covered, billed] = await w.lines(draft.id);
    await perform(w.finance, deleteLine, { id: billed?.id });
    await expect(perform(w.finance, approveInvoice, { id: draft.id })).rejects.toMatchObject({
      status: 409,
      code: "time_changed",
    });
    await perform(w.finance, deleteLine, { id: covered?.id });
    await perform(w.admin, updateTime, { id: worked.id, duration_minutes: 120 });
  });

  test("shares a total that was changed by hand among its entries", async () => {
    const company = await w.company("Rounded");
    const contract = await w.contract(company.id);
    await w.time(company.id, "2026-11-03", 60, { work_type_id: w.onsite });
    const later = await w.time(company.id, "2026-11-04", 30, { work_type_id: w.onsite });
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    const [line] = await w.lines(draft.id);
    await perform(w.finance, updateLine, { id: line?.id, quantity: "1", unit_price: "100" });
    expect((await w.lines(draft.id))[0]?.explanation).toMatchObject({
      kind: "time",
      calculated_total: 21_000,
      changed_by: "Finance of Harbor IT",
    });
    await perform(w.finance, approveInvoice, { id: draft.id });
    expect(await entry(later.id)).toMatchObject({ total_amount: 3333 });
  });
});
