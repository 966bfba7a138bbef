import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { approveInvoice, createInvoice, generateFromContract } from "../src/modules/billing/index.ts";
import { hoursLeft } from "../src/modules/contracts/index.ts";
import { perform } from "../src/platform/action.ts";
import { inUnit, reading } from "../src/platform/context.ts";
import { minutesOf } from "../src/platform/decimal.ts";
import { type DemoWorld, sum, withDemo } from "./support/demo.ts";
import { testNow } from "./support/program.ts";

let world: DemoWorld;
beforeAll(async () => {
  world = await withDemo(3);
});
afterAll(() => world.t.close());

const read: DemoWorld["read"] = (work) => world.read(work);

describe("invoices of the demo", () => {
  test("add up: lines and tax, payments and balance", async () => {
    const invoices = await read((db) => db.selectFrom("invoices").selectAll().execute());
    const lines = Map.groupBy(
      await read((db) => db.selectFrom("invoice_lines").selectAll().execute()),
      (line) => line.invoice_id,
    );
    const payments = Map.groupBy(
      await read((db) => db.selectFrom("payments").selectAll().execute()),
      (payment) => payment.invoice_id,
    );
    for (const invoice of invoices) {
      const paid = sum((payments.get(invoice.id) ?? []).map((payment) => payment.amount));
      const [total, balance] = [
        invoice.subtotal + invoice.tax_amount,
        invoice.status === "void" ? 0 : invoice.total - paid,
      ];
      expect(invoice.subtotal).toBe(sum((lines.get(invoice.id) ?? []).map((line) => line.total)));
      expect(invoice).toMatchObject({ total, amount_paid: paid, balance_due: balance });
      if (invoice.status === "paid") expect(paid).toBe(total);
      if (invoice.status === "draft") expect(invoice.invoice_number).toBeNull();
    }
    const tooEarly = [...payments.values()].flat().filter((payment) => payment.payment_date > testNow.slice(0, 10));
    expect(tooEarly).toEqual([]);
  });

  test("name their periods as Americans write dates", async () => {
    const lines = await read((db) => db.selectFrom("invoice_lines").select("description").execute());
    const dated = lines.filter(({ description }) => / 20\d\d – /.test(description));
    expect(dated.length).toBeGreaterThan(0);
    expect(
      dated.filter(({ description }) => !/[A-Z][a-z]{2} \d+, 20\d\d – [A-Z][a-z]{2} \d+, 20\d\d/.test(description)),
    ).toEqual([]);
  });

  test("share their amounts out among the time that they bill, each entry once", async () => {
    const entries = await read((db) =>
      db
        .selectFrom("time_entries")
        .leftJoin("billed_time_entries", "billed_time_entries.time_entry_id", "time_entries.id")
        .selectAll("time_entries")
        .select("billed_time_entries.invoice_id as claimed_by")
        .execute(),
    );
    const lines = await read((db) =>
      db
        .selectFrom("invoice_lines")
        .innerJoin("invoices", "invoices.id", "invoice_lines.invoice_id")
        .select(["invoice_id", "invoice_lines.total"])
        .where("line_type", "=", "time_entry")
        .where("status", "<>", "draft")
        .execute(),
    );
    const billed = entries.filter((entry) => entry.billing_status === "billed");
    expect(billed.filter((entry) => entry.invoice_id !== entry.claimed_by)).toEqual([]);
    expect(sum(billed.map((entry) => entry.total_amount ?? 0))).toBe(sum(lines.map((line) => line.total)));
    expect(entries.some((entry) => entry.is_billable && entry.claimed_by === null)).toBe(true);
  });

  test("are numbered without gaps in the order of their dates", async () => {
    const numbered = await read((db) =>
      db
        .selectFrom("invoices")
        .select(["invoice_number", "invoice_date"])
        .where("invoice_number", "is not", null)
        .orderBy("invoice_number")
        .execute(),
    );
    expect(numbered.map((row) => row.invoice_number)).toEqual(
      numbered.map((_, index) => `INV-${String(index + 1).padStart(6, "0")}`),
    );
    expect(numbered.map((row) => row.invoice_date)).toEqual(numbered.map((row) => row.invoice_date).toSorted());
    const company = await read((db) =>
      db.selectFrom("companies").select("id").where("status", "=", "active").limit(1).executeTakeFirstOrThrow(),
    );
    const draft = await perform(world.ctx, createInvoice, {
      company_id: company.id,
      lines: [{ description: "One more", unit_price: "10" }],
    });
    const approved = await perform(world.ctx, approveInvoice, { id: draft.id });
    expect(approved.invoice_number).toBe(`INV-${String(numbered.length + 1).padStart(6, "0")}`);
  });

  test("are what the program makes of the same work", async () => {
    const drafts = await read((db) =>
      db
        .selectFrom("invoices")
        .selectAll()
        .where("status", "=", "draft")
        .where("contract_id", "is not", null)
        .execute(),
    );
    expect(drafts.length).toBeGreaterThan(0);
    for (const { id, contract_id, period_start, total } of drafts) {
      await inUnit(world.ctx, async ({ db }) => {
        const ofDraft = db.selectFrom("invoice_lines").select("id").where("invoice_id", "=", id);
        await db.deleteFrom("billed_time_entries").where("invoice_id", "=", id).execute();
        await db.deleteFrom("invoice_line_time_entries").where("invoice_line_id", "in", ofDraft).execute();
        await db.deleteFrom("invoice_lines").where("invoice_id", "=", id).execute();
        await db.deleteFrom("invoices").where("id", "=", id).execute();
      });
      expect(await perform(world.ctx, generateFromContract, { contract_id, period_start })).toMatchObject({ total });
    }
  });
});

test("prepaid hours of the demo are what was drawn from them", async () => {
  const balances = await read((db) => db.selectFrom("contract_hour_balances").selectAll().execute());
  expect(balances.length).toBeGreaterThan(50);
  for (const { hours_included, hours_used, hours_remaining } of balances) {
    expect(minutesOf(hours_remaining)).toBe(minutesOf(hours_included) - minutesOf(hours_used));
    expect(minutesOf(hours_remaining)).toBeGreaterThanOrEqual(0);
  }
  const contract = await read((db) =>
    db
      .selectFrom("contracts")
      .select("id")
      .where("contract_type", "=", "block_hours")
      .where("status", "=", "active")
      .limit(1)
      .executeTakeFirstOrThrow(),
  );
  const hours = await reading(world.ctx, (ctx) => hoursLeft(ctx, contract.id));
  expect(hours.total_minutes).toBeGreaterThan(0);
});
