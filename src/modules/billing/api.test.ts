import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { type BillingWorld, billingWorld, portalOf } from "../../../tests/support/billing.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { maybeFind, reach } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { approveInvoice } from "./actions/approve.ts";
import { createInvoice } from "./actions/drafts.ts";
import { generateFromContracts, mostTogether } from "./actions/generate.ts";
import { recordPayment } from "./actions/payments.ts";
import { sendInvoice } from "./actions/send.ts";
import { invoicePdfResponse } from "./issue/document.ts";
import type { InvoiceRow } from "./schema.ts";

let t: TestProgram;
let w: BillingWorld;
let key: string;
let technician: string;
let company: { id: string };

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
  key = await t.harbor.key("finance");
  technician = await t.harbor.key("technician");
  company = await w.company("Nordwind");
});
afterAll(() => t.close());

const document = (attributes: Record<string, unknown>, type = "invoices"): unknown => ({ data: { type, attributes } });
const post = (path: string, attributes: Record<string, unknown> = {}, type?: string) =>
  t.api("POST", `/api/v1${path}`, { key, body: document(attributes, type) });
const get = (path: string, as = key) => t.api("GET", `/api/v1${path}`, { key: as });
const manual = {
  lines: [{ line_type: "service", description: "Work", quantity: "2", unit_price: "75.00", is_taxable: true }],
};
const sent = async (): Promise<InvoiceRow> => {
  const draft = await perform(w.finance, createInvoice, { company_id: company.id, ...manual });
  await perform(w.finance, approveInvoice, { id: draft.id });
  return sendInvoice(w.finance, draft.id);
};

describe("invoices over the API", () => {
  test("are written with their lines, changed, approved, sent, paid and downloaded", async () => {
    const made = await post("/invoices", { company_id: company.id, ...manual });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({
      status: "draft",
      subtotal: "150.00",
      total: "150.00",
      balance_due: "150.00",
      currency: "USD",
    });
    expect(made.body.data.attributes).not.toHaveProperty("issued_details");
    const { id } = made.body.data;
    const line = await post(`/invoices/${id}/lines`, { description: "More", unit_price: "0.50" }, "invoice_lines");
    expect([line.status, line.body.data.attributes.total, line.body.data.attributes.time_entry_ids]).toEqual([
      201,
      "0.50",
      [],
    ]);
    const changed = await t.api("PATCH", `/api/v1/invoice-lines/${line.body.data.id}`, {
      key,
      body: { data: { type: "invoice_lines", id: line.body.data.id, attributes: { quantity: "3" } } },
    });
    expect(changed.body.data.attributes.total).toBe("1.50");
    const patched = await t.api("PATCH", `/api/v1/invoices/${id}`, {
      key,
      body: { data: { type: "invoices", id, attributes: { discount_amount: "1.50", payment_terms: "net_15" } } },
    });
    expect(patched.body.data.attributes).toMatchObject({ total: "150.00", due_date: "2026-12-06" });
    expect(
      (await get(`/invoices/${id}/lines`)).body.data.map(
        (one: { attributes: { total: string } }) => one.attributes.total,
      ),
    ).toEqual(["150.00", "1.50"]);
    expect((await t.api("POST", `/api/v1/invoices/${id}/approve`, { key })).body.data.attributes).toMatchObject({
      status: "pending",
      invoice_number: "INV-000001",
    });
    expect((await t.api("POST", `/api/v1/invoices/${id}/send`, { key })).body.data.attributes.status).toBe("sent");
    const payment = await post("/payments", { invoice_id: id, amount: "50.00", payment_method: "check" }, "payments");
    expect([payment.status, payment.body.data.attributes.amount]).toEqual([201, "50.00"]);
    expect((await get(`/invoices/${id}`)).body.data.attributes).toMatchObject({
      status: "partially_paid",
      balance_due: "100.00",
    });
    expect((await get(`/invoices/${id}/payments`)).body.data).toHaveLength(1);
    expect((await get(`/companies/${company.id}/invoices`)).body.data).toHaveLength(1);
    const file = await t.fetch(`/api/v1/invoices/${id}/pdf`, { headers: { authorization: `Bearer ${key}` } });
    expect([file.status, file.headers.get("content-type"), file.headers.get("content-disposition")]).toEqual([
      200,
      "application/pdf",
      expect.stringContaining("INV-000001.pdf"),
    ]);
    expect((await t.api("DELETE", `/api/v1/invoices/${id}`, { key })).status).toBe(409);
    expect((await t.api("POST", `/api/v1/invoices/${id}/void`, { key })).status).toBe(409);
  });

  test("come from contracts, from time and in batches", async () => {
    const client = await w.company("Managed");
    const contract = await w.contract(client.id, { billing_amount: "99.90" });
    const loose = await w.company("Loose");
    const worked = await w.time(loose.id, "2026-11-02", 60, { work_type_id: w.onsite });
    const fromTime = await post("/invoices/generate/from-time-entries", {
      company_id: loose.id,
      from: "2026-11-01",
      to: "2026-11-30",
    });
    expect([fromTime.status, fromTime.body.data.attributes.total]).toEqual([201, "140.00"]);
    const [line] = (await get(`/invoices/${fromTime.body.data.id}/lines`)).body.data;
    expect(line.attributes.time_entry_ids).toEqual([worked.id]);
    const batch = await post("/invoices/generate/batch", { month: "2026-11" }, "invoice_batches");
    expect(batch.body.meta.made).toMatchObject([{ company: "Managed", total: "99.90" }]);
    const again = await post("/invoices/generate/from-contract", {
      contract_id: contract.id,
      period_start: "2026-11-01",
    });
    expect([again.status, again.body.errors[0].code]).toEqual([409, "draft_exists"]);
  });

  test("are made by the rest of a run when it is asked for again with the same key, after the database was away", async () => {
    const month = "2025-03";
    for (let number = 0; number <= mostTogether; number += 1) {
      const { id } = await w.company(`Number ${number} of the run`);
      await w.contract(id, { billing_amount: "100.00", start_date: "2025-03-01" });
    }
    const run = () =>
      t.api("POST", "/api/v1/invoices/generate/batch", {
        key,
        body: document({ month }, "invoice_batches"),
        headers: { "idempotency-key": "march" },
      });
    const { run: generate } = generateFromContracts;
    let units = 0;
    const away = spyOn(generateFromContracts, "run").mockImplementation((work, input) => {
      units += 1;
      if (units > 1) throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
      return generate(work, input);
    });
    const broken = await run();
    away.mockRestore();
    expect([broken.status, units]).toEqual([503, 2]);
    const { status, body } = await run();
    expect([status, body.meta.made.length, body.meta.failed]).toEqual([200, 1, []]);
  });

  test("are made of no days that are none any more once something is counted on from them", async () => {
    const client = await w.company("Never");
    await w.time(client.id, "2026-11-02", 60, { work_type_id: w.onsite });
    const contract = await w.contract(client.id, { billing_amount: "99.90" });
    for (const [path, attributes, field] of [
      ["time-entries", { company_id: client.id, from: "2026-11-01", to: "9999-12-31" }, "to"],
      ["contract", { contract_id: contract.id, period_start: "9999-12-31" }, "period_start"],
    ] as const) {
      const { status, body } = await post(`/invoices/generate/from-${path}`, attributes);
      expect([status, body.errors[0].source.pointer]).toEqual([422, `/data/attributes/${field}`]);
    }
  });

  test("answer wrong input with a pointer to each field", async () => {
    const answer = await post("/invoices", {
      company_id: company.id,
      lines: [{ description: "x", unit_price: "lots" }],
      colour: "red",
      payment_terms: "never",
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { source: { pointer: string } }) => error.source.pointer).toSorted()).toEqual(
      ["/data/attributes/colour", "/data/attributes/lines/0/unit_price", "/data/attributes/payment_terms"],
    );
    const batch = await post("/invoices/generate/batch", { month: "November" }, "invoice_batches");
    expect(batch.body.errors[0].source.pointer).toBe("/data/attributes/month");
    expect(
      (await post("/payments", { invoice_id: company.id, amount: "1.00", payment_method: "check" }, "payments")).status,
    ).toBe(422);
    expect((await t.api("POST", `/api/v1/invoices/not-an-id/approve`, { key })).status).toBe(404);
  });

  test("report what is owed by how late it is", async () => {
    const late = await w.company("Late");
    const draft = await perform(w.finance, createInvoice, {
      company_id: late.id,
      invoice_date: "2026-08-01",
      payment_terms: "due_on_receipt",
      ...manual,
    });
    await perform(w.finance, approveInvoice, { id: draft.id });
    const report = (await get("/billing/reports/ar-aging")).body;
    expect(report.meta.as_of).toBe("2026-11-21");
    const row = report.data.find((one: { attributes: { company: string } }) => one.attributes.company === "Late");
    expect(row.attributes).toMatchObject({ currency: "USD", total: "150.00", current: "0.00", days_over_90: "150.00" });
  });
});

describe("who may", () => {
  test("people without the permission may not see or change anything", async () => {
    const { id } = await sent();
    for (const path of [
      "/invoices",
      `/invoices/${id}`,
      `/invoices/${id}/pdf`,
      `/invoices/${id}/lines`,
      "/payments",
      "/tax-rates",
      "/billing/reports/ar-aging",
    ]) {
      expect([path, (await get(path, technician)).status]).toEqual([path, 403]);
    }
    for (const path of [`/invoices/${id}/void`, `/invoices/${id}/send`, "/invoices/generate/batch", "/payments"]) {
      expect([path, (await t.api("POST", `/api/v1${path}`, { key: technician, body: document({}) })).status]).toEqual([
        path,
        403,
      ]);
    }
    const readOnly = await t.harbor.key("finance", ["billing.read"]);
    expect((await t.api("POST", `/api/v1/invoices/${id}/void`, { key: readOnly })).status).toBe(403);
  });

  test("another organization finds nothing", async () => {
    const { id } = await sent();
    const mill = await t.mill.key("administrator");
    for (const path of [`/invoices/${id}`, `/invoices/${id}/pdf`, `/invoices/${id}/lines`]) {
      expect((await t.api("GET", `/api/v1${path}`, { key: mill, tenant: t.mill })).status).toBe(404);
    }
    expect((await t.api("POST", `/api/v1/invoices/${id}/void`, { key: mill, tenant: t.mill })).status).toBe(404);
  });
});

describe("in the portal", () => {
  const seen = (ctx: Ctx, invoice: InvoiceRow) => reading(ctx, (reader) => maybeFind(reader, "invoices", invoice.id));

  test("a client sees invoices of the own company once they are sent, with lines and payments", async () => {
    const portal = await portalOf(t.harbor, company.id);
    const draft = await perform(w.finance, createInvoice, { company_id: company.id, ...manual });
    expect(await seen(portal, draft)).toBeUndefined();
    await perform(w.finance, approveInvoice, { id: draft.id });
    expect(await seen(portal, draft)).toBeUndefined();
    await expect(invoicePdfResponse(portal, draft.id)).rejects.toMatchObject({ status: 404 });
    await sendInvoice(w.finance, draft.id);
    await perform(w.finance, recordPayment, { invoice_id: draft.id, amount: "10.00", payment_method: "check" });
    expect(await seen(portal, draft)).toMatchObject({ status: "partially_paid" });
    expect((await invoicePdfResponse(portal, draft.id)).status).toBe(200);
    const lines = await reading(portal, (ctx) =>
      reach(ctx, "invoice_lines").selectAll().where("invoice_id", "=", draft.id).execute(),
    );
    expect(lines).toHaveLength(1);
    expect((await reading(portal, (ctx) => reach(ctx, "payments").selectAll().execute())).length).toBeGreaterThan(0);
    expect(
      (await reading(portal, (ctx) => reach(ctx, "invoices").select("invoices.id").execute())).map((one) => one.id),
    ).toContain(draft.id);
  });

  test("a client sees nothing of another company, and changes nothing", async () => {
    const other = await w.company("Other client");
    const portal = await portalOf(t.harbor, other.id);
    const invoice = await sent();
    expect(await seen(portal, invoice)).toBeUndefined();
    expect(await reading(portal, (ctx) => reach(ctx, "invoices").select("invoices.id").execute())).toEqual([]);
    for (const table of [
      "invoice_lines",
      "payments",
      "tax_rates",
      "billed_time_entries",
      "invoice_line_time_entries",
    ] as const) {
      expect(await reading(portal, (ctx) => reach(ctx, table).selectAll().execute())).toEqual([]);
    }
    await expect(
      perform(portal, recordPayment, { invoice_id: invoice.id, amount: "1.00", payment_method: "cash" }),
    ).rejects.toMatchObject({ status: 403 });
    await expect(sendInvoice(portal, invoice.id)).rejects.toMatchObject({ status: 404 });
  });
});
