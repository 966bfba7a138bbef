import type { IssuedDetails } from "../modules/billing/index.ts";
import { contactName } from "../modules/companies/index.ts";
import type { Work } from "../platform/context.ts";
import type { Issued } from "./invoices.ts";
import type { Staff } from "./setup.ts";

/** What is printed at the head and at the foot of every invoice. */
export interface Letterhead {
  locale: string;
  head: IssuedDetails["model"]["letterhead"];
  footer: string | null;
}

/** The organization as it stands on its invoices. */
export async function letterheadOf({ db, tenant }: Work): Promise<Letterhead> {
  const row = await db.selectFrom("organizations").selectAll().executeTakeFirstOrThrow();
  return {
    locale: tenant.locale,
    head: {
      name: row.name,
      address: row.address,
      contact: [row.phone, row.email, row.website].flatMap((text) => (text === null || text === "" ? [] : [text])),
      tax_id: row.tax_id,
      bank_details: row.bank_details,
      color: tenant.brand.color,
    },
    footer: row.invoice_footer,
  };
}

/** The document of an invoice as approval keeps it. */
export function documentOf(
  { bill, invoice, lines, amounts }: Issued,
  { locale, head, footer }: Letterhead,
  staff: Staff,
): IssuedDetails {
  const { company, contacts } = bill.client;
  const contact = contacts.find((one) => one.id === invoice.billing_contact_id);
  const names = new Map(
    [staff.administrator, staff.manager, ...staff.technicians, staff.dispatcher, staff.sales, ...staff.finance].map(
      (person) => [person.id, person.name],
    ),
  );
  return {
    logo_sha256: null,
    model: {
      issued_at: invoice.approved_at ?? invoice.updated_at,
      locale,
      currency: invoice.currency,
      letterhead: head,
      bill_to: {
        name: company.name,
        attention:
          contact === undefined
            ? null
            : contactName({ first_name: contact.first_name, last_name: contact.last_name ?? "" }),
        address: company.address ?? {},
        tax_id: company.tax_id ?? null,
      },
      status: "pending",
      invoice_number: invoice.invoice_number,
      invoice_date: invoice.invoice_date,
      due_date: invoice.due_date,
      po_number: null,
      lines: lines.map(({ row: { description, quantity, unit_price, total, line_type } }) => ({
        description,
        quantity,
        unit_price,
        total,
        is_hours: line_type === "time_entry",
      })),
      subtotal: invoice.subtotal,
      discount_amount: 0,
      taxes: amounts.taxes.map(({ name, rate, taxable_amount, tax_amount }) => ({
        name,
        rate,
        taxable_amount,
        tax_amount,
      })),
      is_tax_exempt: company.is_tax_exempt ?? false,
      total: invoice.total,
      amount_paid: 0,
      balance_due: invoice.total,
      payment_url: null,
      notes: null,
      footer,
      time: bill.time
        .toSorted((a, b) => (`${a.date} ${a.id}` < `${b.date} ${b.id}` ? -1 : 1))
        .map(({ date, ticket, notes, duration_minutes }) => ({
          date,
          ticket: ticket.label,
          technician: names.get(ticket.technician.id) ?? null,
          notes,
          minutes: duration_minutes,
        })),
    },
  };
}
