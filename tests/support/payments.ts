import { changeGateway, type Checkout } from "../../src/modules/payments/index.ts";
import { invoices } from "../../src/modules/billing/index.ts";
import { companies } from "../../src/modules/companies/index.ts";
import { inUnit } from "../../src/platform/context.ts";
import { insert, type RowFor } from "../../src/platform/database/records.ts";
import { startTestProgram, type TestProgram, type TestTenant } from "./program.ts";
import { startStripe, type StripeStandIn } from "./stripe.ts";

/** A program whose organization Harbor takes payments by the stand-in for Stripe. */
export interface Till {
  t: TestProgram;
  stripe: StripeStandIn;
  /** The client that is billed. */
  companyId: string;
  /** A sent invoice over an amount of minor units; returns its id. */
  invoiceOf(total: number, currency?: string): Promise<string>;
  invoice(id: string): Promise<RowFor<"invoices">>;
  paymentsOf(invoiceId: string): Promise<RowFor<"payments">[]>;
  checkoutsOf(invoiceId: string): Promise<RowFor<"checkout_sessions">[]>;
  /** Sends an event about a page to the webhook's address; returns the answer's status. */
  hook(
    sessionId: string,
    type?: string,
    options?: Parameters<StripeStandIn["webhook"]>[2],
    tenantId?: string,
  ): Promise<number>;
  close(): Promise<void>;
}

export async function startTill(): Promise<Till> {
  const stripe = startStripe();
  const t = await startTestProgram({ stripeApiBase: stripe.url });
  const { harbor, app } = t;
  const keys = { secret_key: stripe.secretKey, webhook_secret: stripe.webhookSecret, is_active: true };
  await changeGateway(await harbor.as("administrator"), keys);
  const companyId = await companyOf(harbor);
  return {
    t,
    stripe,
    companyId,
    invoiceOf: (total, currency = "USD") => sentInvoice(harbor, companyId, total, currency),
    invoice: (id) =>
      app.database.read(harbor.id, (db) =>
        db.selectFrom("invoices").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
      ),
    paymentsOf: (id) =>
      app.database.read(harbor.id, (db) =>
        db.selectFrom("payments").selectAll().where("invoice_id", "=", id).execute(),
      ),
    checkoutsOf: (id) =>
      app.database.read(harbor.id, (db) =>
        db.selectFrom("checkout_sessions").selectAll().where("invoice_id", "=", id).orderBy("id").execute(),
      ),
    hook: async (sessionId, type, options = {}, tenantId = harbor.id) => {
      const timestamp = Date.parse(t.clock.now()) / 1000;
      const { body, signature } = await stripe.webhook(sessionId, type, { timestamp, ...options });
      const headers = { "stripe-signature": signature };
      const answer = await t.fetch(`/hooks/stripe/${tenantId}`, { method: "POST", headers, body });
      return answer.status;
    },
    close: async () => {
      await t.close();
      await stripe.stop();
    },
  };
}

/** A company to bill; returns its id. */
export function companyOf(tenant: TestTenant, name = "Nordwind Logistics"): Promise<string> {
  return inUnit(tenant.system, async (work) => (await insert(work, companies, { name })).id);
}

let number = 0;

/** An invoice as it stands after it was sent; returns its id. */
export function sentInvoice(tenant: TestTenant, companyId: string, total: number, currency = "USD"): Promise<string> {
  number += 1;
  return inUnit(tenant.system, async (work) => {
    const row = await insert(work, invoices, {
      company_id: companyId,
      invoice_number: `INV-${String(number).padStart(6, "0")}`,
      status: "sent",
      invoice_date: "2026-11-01",
      due_date: "2026-12-01",
      payment_terms: "net_30",
      subtotal: total,
      total,
      balance_due: total,
      currency,
      sent_at: "2026-11-01T09:00:00.000Z",
    });
    return row.id;
  });
}

/** Stripe's id of a page, from its address. */
export function sessionOf({ url }: Pick<Checkout, "url">): string {
  return url.split("/").at(-1) ?? "";
}
