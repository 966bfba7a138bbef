import { on } from "../../platform/events/event-type.ts";
import { formatDate } from "../../platform/http/cells.ts";
import { t } from "../../platform/language/index.ts";
import { mailBody } from "../../platform/mail/compose.ts";
import { queueMail } from "../../platform/mail/queue.ts";
import { formatMoney } from "../../platform/money.ts";
import { paymentRecorded } from "./events.ts";
import { portalUrl } from "./issue/details.ts";
import { recipientOf } from "./issue/recipient.ts";

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
  const { tenant } = work;
  const money = (minor: number): string => formatMoney(minor, invoice.currency, tenant.locale);
  const number = invoice.invoice_number ?? "";
  const left =
    invoice.balance_due > 0
      ? `${money(invoice.balance_due)} of it is still open, due ${formatDate(invoice.due_date, tenant)}.`
      : "It is paid in full.";
  const body = mailBody(
    {
      organization: tenant.name,
      heading: t("Thank you for your payment"),
      paragraphs: [
        t("We have received {amount} on {date} for invoice {number}. {left}", {
          amount: money(payment.amount),
          date: formatDate(payment.payment_date, tenant),
          number,
          left,
        }),
      ],
      ...(invoice.sent_at === null
        ? {}
        : { action: { label: t("View the invoice"), url: portalUrl(work, invoice.id) } }),
      footer: t("{name} sends you this because you receive the invoices of your company.", { name: tenant.name }),
    },
    work.tenant.brand,
  );
  await queueMail(work, {
    to,
    subject: t("Payment received for invoice {number}", { number }),
    ...body,
    about: { type: "invoices", id: invoice.id },
    dedupe_key: `payment:${payment.id}:receipt`,
  });
});
