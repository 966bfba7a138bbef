import { maybeFind } from "../../platform/access/reach.ts";
import { notice, staffWith } from "../../platform/events/notice.ts";
import { t } from "../../platform/language/index.ts";
import { invoicePaid } from "./events.ts";

/** Whom billing tells what, in the app. */
export const billingNotices = [
  notice(invoicePaid, { title: "An invoice is paid" }, async (work, { payload }) => {
    const invoice = await maybeFind(work, "invoices", payload.invoice_id);
    const company = await maybeFind(work, "companies", payload.company_id);
    if (invoice === undefined) return null;
    return {
      user_ids: await staffWith(work, "billing.write"),
      text: () => ({
        subject: t("Invoice {number} is paid", { number: invoice.invoice_number ?? "" }),
        body: company?.name ?? "",
      }),
      href: `/invoices/${payload.invoice_id}`,
    };
  }),
];
