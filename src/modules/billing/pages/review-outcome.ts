import { perform } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { BillingRunModel } from "../../../platform/http/models/pages.ts";
import type { PageHeaderModel } from "../../../platform/http/models/partials.ts";
import { type Answer, page } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { log } from "../../../platform/log.ts";
import { approveInvoice } from "../actions/approve.ts";
import { sendInvoice } from "../actions/send.ts";
import type { InvoiceListRow } from "../lists.ts";

export interface Outcome {
  id: string;
  label: string;
  text: string;
  is_done: boolean;
}

/**
 * Approves, and sends when asked, one invoice after the other: each stands for itself, and says how it went. `version` is the
 * one that was shown, so nobody approves what somebody else has changed meanwhile.
 */
export async function goOn(ctx: Ctx, row: InvoiceListRow, isSending: boolean): Promise<Outcome> {
  const isDraft = row.status === "draft";
  let number = row.invoice_number;
  const outcome = (text: string, is_done: boolean): Outcome => ({
    id: row.id,
    label: `${number ?? t("Draft")}, ${row.company}`,
    text,
    is_done,
  });
  try {
    if (isDraft) number = (await perform(ctx, approveInvoice, { id: row.id, version: row.version })).invoice_number;
    if (isSending) await sendInvoice(ctx, row.id);
    return outcome(doneText(isDraft, isSending), true);
  } catch (error) {
    if (!(error instanceof Failure))
      log.error("an invoice could not be approved or sent", { invoice: row.id, error: String(error) });
    const why = error instanceof Failure ? error.message : t("Something went wrong; the log says more.");
    const isApproved = isDraft && number !== null;
    return outcome(isApproved ? `${t("Approved")}. ${why}` : why, false);
  }
}

function doneText(isApproved: boolean, isSent: boolean): string {
  if (isApproved) return isSent ? t("Approved and sent") : t("Approved");
  return isSent ? t("Sent") : t("It was approved before.");
}

/** What became of each invoice that was ticked. */
export function outcomePage(
  ctx: Ctx,
  header: Pick<PageHeaderModel, "title" | "breadcrumbs">,
  outcomes: readonly Outcome[],
): Answer {
  const model: BillingRunModel = {
    header: {
      ...header,
      subtitle: t("{done} of {count} done", {
        done: outcomes.filter((one) => one.is_done).length,
        count: outcomes.length,
      }),
      badges: [],
      actions: [link(t("All invoices"), "/invoices", "invoice", "primary")],
    },
    stats: [],
    sections: [
      {
        id: "outcomes",
        title: t("What was done"),
        actions: [],
        table: tableModel<Outcome>(
          ctx,
          {
            title: t("What was done"),
            table: "outcomes",
            href: (row) => `/invoices/${row.id}`,
            columns: [
              { key: "label", label: t("Invoice"), cell: (row) => cell.strong(row.label, `/invoices/${row.id}`) },
              {
                key: "state",
                label: t("State"),
                cell: (row) => (row.is_done ? cell.badge(t("Done"), "success") : cell.badge(t("Not done"), "error")),
              },
              { key: "text", label: t("What happened"), cell: (row) => cell.text(row.text) },
            ],
          },
          outcomes,
          "label",
          null,
        ),
        empty: empty(
          "invoice",
          t("Nothing was chosen"),
          t("Tick the invoices that are to be approved."),
          link(t("Back"), "/billing/review", "arrow-left"),
        ),
        more_url: "",
        more_label: "",
      },
    ],
    form: null,
  };
  return page("billing/run", header.title, model);
}
