import { on } from "../../platform/events/event-type.ts";
import { formatDate } from "../../platform/http/pages/cells.ts";
import { t } from "../../platform/language/index.ts";
import { mailBody } from "../../platform/mail/compose.ts";
import type { Work } from "../../platform/context.ts";
import type { RowFor } from "../../platform/database/records.ts";
import { queueMail } from "../../platform/mail/queue.ts";
import { inLanguageOf } from "../../platform/mail/reader.ts";
import { formatMoney } from "../../platform/money.ts";
import { paymentRecorded } from "./events.ts";
import { portalUrl } from "./issue/details.ts";
import { portalReadersOf, recipientOf } from "./issue/recipient.ts";
import type { InvoiceRow } from "./schema.ts";

/** Thanks for a payment, by mail to whoever receives the invoices; where nobody does, there is no receipt. */
export const receipts = on(paymentRecorded, "billing.mail_receipt", async (work, { payload }) => {
  const payment = await work.db
    .selectFrom("payments")
    .selectAll()
    .where("id", "=", payload.payment_id)
    .executeTakeFirst();
  const invoice = await work.db
    .selectFrom("invoices")
    .selectAll()
    .where("id", "=", payload.invoice_id)
    .executeTakeFirst();
  if (payment === undefined || invoice === undefined) return;
  const to = await recipientOf(work, invoice);
  if (to === null) return;
  const isOpenTo =
    invoice.sent_at !== null && (await portalReadersOf(work, invoice.company_id)).includes(to.contact_id);
  const letter = await inLanguageOf(work, to, () => thanks(work, payment, invoice, isOpenTo));
  await queueMail(work, {
    to,
    ...letter,
    about: { type: "invoices", id: invoice.id },
    dedupe_key: `payment:${payment.id}:receipt`,
  });
});

function thanks(
  work: Work,
  payment: Pick<RowFor<"payments">, "amount" | "payment_date">,
  invoice: InvoiceRow,
  isOpenTo: boolean,
): { subject: string; text: string; html: string } {
  const { tenant } = work;
  const money = (minor: number): string => formatMoney(minor, invoice.currency, tenant.locale);
  const number = invoice.invoice_number ?? "";
  const what = { amount: money(payment.amount), date: formatDate(payment.payment_date, tenant), number };
  const text =
    invoice.balance_due > 0
      ? t("We have received {amount} on {date} for invoice {number}. {open} of it is still open, due {due}.", {
          ...what,
          open: money(invoice.balance_due),
          due: formatDate(invoice.due_date, tenant),
        })
      : t("We have received {amount} on {date} for invoice {number}. It is paid in full.", what);
  const body = mailBody(
    {
      organization: tenant.name,
      heading: t("Thank you for your payment"),
      paragraphs: [text],
      ...(isOpenTo ? { action: { label: t("View the invoice"), url: portalUrl(work, invoice.id) } } : {}),
      footer: t("{name} sends you this because you receive the invoices of your company.", { name: tenant.name }),
    },
    tenant.brand,
  );
  return { subject: t("Payment received for invoice {number}", { number }), ...body };
}
