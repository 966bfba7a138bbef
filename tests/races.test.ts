import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld } from "./support/billing.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "./support/program.ts";

/** Money, while several people and programs are at it at the same moment. */

let t: TestProgram;
let w: BillingWorld;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
  key = await t.harbor.key("finance");
});
afterAll(() => t.close());

type Attributes = Record<string, unknown>;

const send = (method: string, path: string, type = "", attributes: Attributes = {}): Promise<ApiAnswer> =>
  t.api(method, `/api/v1/${path}`, { key, ...(type === "" ? {} : { body: { data: { type, attributes } } }) });
const attributesOf = async (path: string): Promise<Attributes> => (await send("GET", path)).body.data.attributes;
const statuses = (answers: readonly ApiAnswer[]): number[] => answers.map(({ status }) => status).toSorted();
const draft = async (companyId: string, price = "100.00"): Promise<string> =>
  (
    await send("POST", "invoices", "invoices", {
      company_id: companyId,
      lines: [{ line_type: "service", description: "Work", quantity: "1", unit_price: price, is_taxable: false }],
    })
  ).body.data.id;

describe("approvals", () => {
  test("twenty at the same moment, each clicked twice, give twenty numbers without a gap", async () => {
    const { id } = await w.company("Crowd");
    const drafts = await Promise.all(Array.from({ length: 20 }, () => draft(id)));
    const answers = await Promise.all([...drafts, ...drafts].map((one) => send("POST", `invoices/${one}/approve`)));
    expect(statuses(answers)).toEqual([
      ...Array.from({ length: 20 }, () => 200),
      ...Array.from({ length: 20 }, () => 409),
    ]);
    const numbers = await Promise.all(
      drafts.map(async (one) =>
        Number(/\d+$/.exec(String((await attributesOf(`invoices/${one}`))["invoice_number"]))?.[0]),
      ),
    );
    const sorted = numbers.toSorted((a, b) => a - b);
    expect(sorted).toEqual(sorted.map((_, at) => (sorted[0] ?? 0) + at));
  });

  test("that fail take no number with them", async () => {
    const { id } = await w.company("Gap");
    const before = await draft(id);
    const empty = (await send("POST", "invoices", "invoices", { company_id: id })).body.data.id as string;
    const after = await draft(id);
    await send("POST", `invoices/${before}/approve`);
    expect((await send("POST", `invoices/${empty}/approve`)).status).toBe(409);
    await send("POST", `invoices/${after}/approve`);
    const numberOf = async (one: string): Promise<number> =>
      Number(/\d+$/.exec(String((await attributesOf(`invoices/${one}`))["invoice_number"]))?.[0]);
    expect(await numberOf(after)).toBe((await numberOf(before)) + 1);
  });

  test("and a deletion of the same draft: one of the two happens, and the other is told", async () => {
    const { id } = await w.company("Undecided");
    for (let round = 0; round < 6; round += 1) {
      const one = await draft(id);
      const approve = (): Promise<ApiAnswer> => send("POST", `invoices/${one}/approve`);
      const remove = (): Promise<ApiAnswer> => send("DELETE", `invoices/${one}`);
      const isApprovedFirst = round % 2 === 0;
      const answers = await Promise.all(isApprovedFirst ? [approve(), remove()] : [remove(), approve()]);
      const [approved, deleted] = isApprovedFirst ? answers : answers.toReversed();
      const found = await send("GET", `invoices/${one}`);
      if (approved?.status === 200)
        expect([deleted?.status, found.body.data.attributes.status]).toEqual([409, "pending"]);
      else expect([approved?.status, deleted?.status, found.status]).toEqual([404, 204, 404]);
    }
  });
});

describe("payments", () => {
  test("at the same moment never come to more than the balance", async () => {
    const { id } = await w.company("Payer");
    const one = await draft(id, "100.00");
    await send("POST", `invoices/${one}/approve`);
    const pay = (amount: string): Promise<ApiAnswer> =>
      send("POST", "payments", "payments", { invoice_id: one, amount, payment_method: "check" });
    const answers = await Promise.all(["40.00", "40.00", "40.00", "40.00", "40.00"].map(pay));
    expect(statuses(answers)).toEqual([201, 201, 422, 422, 422]);
    expect(await attributesOf(`invoices/${one}`)).toMatchObject({
      amount_paid: "80.00",
      balance_due: "20.00",
      status: "partially_paid",
    });
    const rest = await Promise.all([pay("20.00"), pay("20.00"), send("POST", `invoices/${one}/void`)]);
    expect(rest.map(({ status }) => status).filter((status) => status < 300)).toEqual([201]);
    expect(await attributesOf(`invoices/${one}`)).toMatchObject({
      amount_paid: "100.00",
      balance_due: "0.00",
      status: "paid",
    });
  });

  test("and voiding at the same moment: no void invoice has a payment", async () => {
    const { id } = await w.company("Regret");
    for (let round = 0; round < 4; round += 1) {
      const one = await draft(id);
      await send("POST", `invoices/${one}/approve`);
      const [paid, voided] = await Promise.all([
        send("POST", "payments", "payments", { invoice_id: one, amount: "1.00", payment_method: "cash" }),
        send("POST", `invoices/${one}/void`),
      ]);
      expect([paid?.status === 201, voided?.status === 200].filter(Boolean)).toHaveLength(1);
    }
  });
});

describe("bills from contracts and time", () => {
  test("are made once, however many ask at the same moment", async () => {
    const { id } = await w.company("Monthly");
    const contract = await w.contract(id, { billing_amount: "99.90" });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        send("POST", "invoices/generate/from-contract", "invoices", {
          contract_id: contract.id,
          period_start: "2026-11-01",
        }),
      ),
    );
    expect(statuses(answers)).toEqual([201, 409, 409, 409]);
    const batches = await Promise.all(
      Array.from({ length: 2 }, () => send("POST", "invoices/generate/batch", "invoice_batches", { month: "2026-11" })),
    );
    expect(statuses(batches)).toEqual([200, 200]);
    expect((await send("GET", `contracts/${contract.id}/invoices`)).body.data).toHaveLength(1);
  });

  test("bill each piece of time once, and as it is", async () => {
    const { id } = await w.company("Hourly");
    const entry = await w.time(id, "2026-11-02", 60, { work_type_id: w.onsite });
    const generate = (): Promise<ApiAnswer> =>
      send("POST", "invoices/generate/from-time-entries", "invoices", {
        company_id: id,
        from: "2026-11-01",
        to: "2026-11-30",
      });
    const admin = await t.harbor.key("administrator");
    const lengthen = t.api("PATCH", `/api/v1/time-entries/${entry.id}`, {
      key: admin,
      body: { data: { type: "time_entries", attributes: { duration_minutes: 120 } } },
    });
    const [edited, ...made] = await Promise.all([lengthen, generate(), generate()]);
    const invoice = made.find(({ status }) => status === 201)?.body.data;
    expect(statuses(made).filter((status) => status === 201)).toHaveLength(1);
    expect(invoice.attributes.total).toBe(edited.status === 200 ? "280.00" : "140.00");
    const late = await t.api("PATCH", `/api/v1/time-entries/${entry.id}`, {
      key: admin,
      body: { data: { type: "time_entries", attributes: { duration_minutes: 15 } } },
    });
    expect([late.status, late.body.errors[0].code]).toEqual([409, "billed"]);
    expect((await t.api("DELETE", `/api/v1/time-entries/${entry.id}`, { key: admin })).status).toBe(409);
    expect((await send("POST", `invoices/${invoice.id}/approve`)).status).toBe(200);
  });

  test("that were voided are made again, with a number of their own, and once", async () => {
    const { id } = await w.company("Again");
    const entry = await w.time(id, "2026-11-03", 30, { work_type_id: w.onsite });
    const generate = (): Promise<ApiAnswer> =>
      send("POST", "invoices/generate/from-time-entries", "invoices", {
        company_id: id,
        from: "2026-11-01",
        to: "2026-11-30",
      });
    const first = (await generate()).body.data.id as string;
    await send("POST", `invoices/${first}/approve`);
    expect((await send("POST", `invoices/${first}/void`)).status).toBe(200);
    const again = await Promise.all([generate(), generate()]);
    expect(statuses(again).filter((status) => status === 201)).toHaveLength(1);
    const second = again.find(({ status }) => status === 201)?.body.data.id as string;
    await send("POST", `invoices/${second}/approve`);
    const [before, after] = [await attributesOf(`invoices/${first}`), await attributesOf(`invoices/${second}`)];
    expect([before["status"], after["status"], after["total"]]).toEqual(["void", "pending", before["total"]]);
    expect(after["invoice_number"]).not.toBe(before["invoice_number"]);
    expect(await attributesOf(`time-entries/${entry.id}`)).toMatchObject({
      invoice_id: second,
      billing_status: "billed",
    });
  });
});
