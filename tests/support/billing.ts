import { approveInvoice } from "../../src/modules/billing/actions/approve.ts";
import { createInvoice } from "../../src/modules/billing/actions/drafts.ts";
import type { InvoiceLineRow, InvoiceRow } from "../../src/modules/billing/schema.ts";
import { contacts, createCompany, createContact } from "../../src/modules/companies/index.ts";
import { type ContractRow, createContract, createItem, createRateCard } from "../../src/modules/contracts/index.ts";
import { logTime, type TimeEntry, workTypes } from "../../src/modules/time/index.ts";
import { users } from "../../src/platform/access/schema.ts";
import { perform } from "../../src/platform/action.ts";
import { type Ctx, inUnit, reading } from "../../src/platform/context.ts";
import type { RowOf } from "../../src/platform/database/columns.ts";
import { insert, update } from "../../src/platform/database/records.ts";
import type { mails } from "../../src/platform/mail/queue.ts";
import { giveRole } from "./people.ts";
import type { TestProgram, TestTenant } from "./program.ts";

/** A client with people and work to be billed for, for the tests of money. */
export interface BillingWorld {
  admin: Ctx;
  finance: Ctx;
  remote: string;
  onsite: string;
  /** A company with a billing contact; `email` null makes one that nobody receives invoices at. */
  company(
    name: string,
    given?: Record<string, unknown>,
    email?: string | null,
  ): Promise<{ id: string; currency: string }>;
  /** An active monthly contract from the first of the year, with its items. */
  contract(companyId: string, given?: Record<string, unknown>, items?: Record<string, unknown>[]): Promise<ContractRow>;
  time(companyId: string, date: string, minutes: number, given?: Record<string, unknown>): Promise<TimeEntry>;
  /** A draft of one line for a client of its own, who has `given` and this address for invoices. */
  draft(price?: string, given?: Record<string, unknown>, email?: string | null): Promise<InvoiceRow>;
  /** Such a draft, approved. */
  approved(price?: string, given?: Record<string, unknown>, email?: string | null): Promise<InvoiceRow>;
  /** An invoice as it is now. */
  invoice(id: string): Promise<InvoiceRow>;
  /** Its lines in their order. */
  lines(invoiceId: string): Promise<InvoiceLineRow[]>;
  /** The mails queued about it, oldest first. */
  mailsAbout(invoiceId: string): Promise<RowOf<typeof mails>[]>;
  /** A contract's item of two prepaid hours of remote work a month; what is over costs 95.00. */
  block(given?: Record<string, unknown>): Record<string, unknown>;
}

/** The month that most contracts of these tests are billed for. */
export const november = { period_start: "2026-11-01" };

/** Makes it: two work types, and a rate card that knows a rate for on-site work only. */
export async function billingWorld(t: TestProgram, tenant: TestTenant = t.harbor): Promise<BillingWorld> {
  const admin = await tenant.as("administrator");
  const [remote, onsite] = await inUnit(tenant.system, async (work) => [
    (await insert(work, workTypes, { name: "Remote support" })).id,
    (await insert(work, workTypes, { name: "On-site work" })).id,
  ]);
  if (remote === undefined || onsite === undefined) throw new Error("the work types were made");
  await perform(admin, createRateCard, { name: "Standard", is_default: true, rates: { [onsite]: "140" } });
  const finance = await tenant.as("finance");
  let clients = 0;
  const world: BillingWorld = {
    admin,
    finance,
    remote,
    onsite,
    company: async (name, given = {}, email = `billing@${name.toLowerCase().replace(/[^a-z0-9]+/g, "")}.example`) => {
      const company = await perform(admin, createCompany, { name, ...given });
      if (email !== null)
        await perform(admin, createContact, {
          company_id: company.id,
          first_name: "Bea",
          last_name: "Books",
          email,
          contact_type: "billing",
        });
      return company;
    },
    contract: async (company_id, given = {}, items = []) => {
      const made = await perform(admin, createContract, {
        company_id,
        name: "Managed office",
        contract_type: "managed_services",
        start_date: "2026-01-01",
        billing_cycle: "monthly",
        status: "active",
        ...given,
      });
      for (const item of items) await perform(admin, createItem, { contract_id: made.id, ...item });
      return made;
    },
    time: (company_id, date, duration_minutes, given = {}) =>
      perform(admin, logTime, { company_id, date, duration_minutes, work_type_id: remote, ...given }),
    draft: async (unit_price = "100.00", given = {}, email) => {
      const company = await world.company(`Client ${clients++}`, given, email);
      return perform(finance, createInvoice, {
        company_id: company.id,
        lines: [{ description: "Work", unit_price }],
      });
    },
    approved: async (price, given, email) =>
      perform(finance, approveInvoice, { id: (await world.draft(price, given, email)).id }),
    invoice: (id) =>
      reading(admin, ({ db }) => db.selectFrom("invoices").selectAll().where("id", "=", id).executeTakeFirstOrThrow()),
    lines: (invoiceId) =>
      reading(admin, ({ db }) =>
        db.selectFrom("invoice_lines").selectAll().where("invoice_id", "=", invoiceId).orderBy("sort_order").execute(),
      ),
    mailsAbout: (invoiceId) =>
      reading(admin, ({ db }) =>
        db
          .selectFrom("mails")
          .selectAll()
          .where("entity_id", "=", invoiceId)
          .orderBy("created_at")
          .orderBy("id")
          .execute(),
      ),
    block: (given = {}) => ({
      name: "Support hours",
      item_type: "block_hours",
      unit_price: "0",
      included_hours: "2",
      overage_rate: "95",
      work_type_id: remote,
      ...given,
    }),
  };
  return world;
}

/** A portal user of a company. */
export async function portalOf(tenant: TestTenant, companyId: string): Promise<Ctx> {
  const userId = await inUnit(tenant.system, async (work) => {
    const contact = await insert(work, contacts, {
      company_id: companyId,
      first_name: "Pia",
      email: `pia-${companyId}@portal.example`,
      is_portal_user: true,
    });
    const user = await insert(work, users, {
      user_type: "portal",
      name: "Pia",
      email: `pia-${companyId}@portal.example`,
      contact_id: contact.id,
    });
    await update(work, contacts, contact.id, { portal_user_id: user.id });
    await giveRole(work, user.id, "client_admin");
    return user.id;
  });
  return tenant.actorContext(userId);
}
