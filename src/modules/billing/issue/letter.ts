import type { Ctx } from "../../../platform/context.ts";
import { formatDate } from "../../../platform/http/pages/cells.ts";
import { t } from "../../../platform/language/index.ts";
import { mailBody } from "../../../platform/mail/compose.ts";
import { formatMoney } from "../../../platform/money.ts";
import type { InvoiceRow } from "../schema.ts";
import { isPaidOnline, portalUrl } from "./details.ts";
import { portalReadersOf } from "./recipient.ts";

/**
 * The mail that brings an invoice, in the language that is spoken. Whoever can open it in the portal has a button to it; whoever
 * cannot pay there reads where to pay to, and how to get in.
 */
export async function letterFor(
  ctx: Ctx,
  invoice: InvoiceRow,
  to: { contact_id: string },
): Promise<{ subject: string; text: string; html: string }> {
  const { tenant } = ctx;
  const number = invoice.invoice_number ?? "";
  const isOpenTo = (await portalReadersOf(ctx, invoice.company_id)).includes(to.contact_id);
  const isOnline = await isPaidOnline(ctx);
  const isOwed = invoice.balance_due > 0;
  const pays = isOwed && isOnline && isOpenTo;
  const body = mailBody(
    {
      organization: tenant.name,
      heading: t("Invoice {number}", { number }),
      paragraphs: [asking(ctx, invoice), ...(isOwed && !pays ? await otherWays(ctx, isOnline) : [])],
      ...(isOpenTo
        ? {
            action: {
              label: pays ? t("View and pay the invoice") : t("View the invoice"),
              url: portalUrl(ctx, invoice.id),
            },
          }
        : {}),
      footer: t("{name} sends you this because you receive the invoices of your company.", { name: tenant.name }),
    },
    tenant.brand,
  );
  return { subject: t("Invoice {number} from {name}", { number, name: tenant.name }), ...body };
}

function asking({ tenant }: Ctx, invoice: InvoiceRow): string {
  const money = (minor: number): string => formatMoney(minor, invoice.currency, tenant.locale);
  const what = { number: invoice.invoice_number ?? "", total: money(invoice.total) };
  return invoice.balance_due <= 0
    ? t("Please find attached our invoice {number} for {total}. Nothing is left to pay.", what)
    : t("Please find attached our invoice {number} for {total}. Please pay {amount} by {due}.", {
        ...what,
        amount: money(invoice.balance_due),
        due: formatDate(invoice.due_date, tenant),
      });
}

/** How somebody pays who does not pay in the portal. */
async function otherWays(ctx: Ctx, isOnline: boolean): Promise<string[]> {
  const { bank_details } = await ctx.db.selectFrom("organizations").select("bank_details").executeTakeFirstOrThrow();
  const account = bank_details?.trim() ?? "";
  return [
    ...(account === "" ? [] : [`${t("Bank details")}\n${account}`]),
    ...(isOnline
      ? [t("Invoices can be paid online in our client portal. Answer this mail, and we give you access.")]
      : []),
  ];
}
