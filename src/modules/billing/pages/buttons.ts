import { can } from "../../../platform/access/actor.ts";
import type { Ctx } from "../../../platform/context.ts";
import { button, link } from "../../../platform/http/pages/cells.ts";
import type { ActionLink } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { canApprove, type DraftProblem } from "../rules/problems.ts";
import { isOpen } from "../rules/states.ts";
import type { InvoiceRow } from "../schema.ts";

/** What can be done with an invoice in its state, by this person. The one that usually comes next is the primary one. */
export function actionsOf(ctx: Ctx, invoice: InvoiceRow, recipient: string | null): ActionLink[] {
  const at = (path: string): string => `/invoices/${invoice.id}/${path}`;
  /** The same, for this version only. */
  const now = (path: string): string => `${at(path)}?version=${invoice.version}`;
  const pdf = link("PDF", at("pdf"), "download");
  const mayWrite = can(ctx.actor, "billing.write");
  const number = invoice.invoice_number ?? "";
  if (invoice.status === "draft") {
    const isReady = canApprove(invoice.problems as unknown as DraftProblem[]);
    return [
      ...(mayWrite ? [link(t("Add line"), at("lines/new"), "plus"), link(t("Edit"), at("edit"), "pencil")] : []),
      pdf,
      ...(mayWrite && invoice.period_start !== null
        ? [button(t("Build again"), at("rebuild"), "refresh", "ghost")]
        : []),
      ...(mayWrite
        ? [
            button(
              t("Delete"),
              now("delete"),
              "trash",
              "danger",
              t("Delete this draft? What it bills can be billed again."),
            ),
          ]
        : []),
      ...(can(ctx.actor, "billing.approve") && isReady
        ? [
            button(
              t("Approve"),
              now("approve"),
              "check",
              "primary",
              t("Approve this invoice? It gets its number and does not change any more."),
            ),
          ]
        : []),
    ];
  }
  if (!mayWrite || invoice.status === "void" || invoice.status === "written_off") return [pdf];
  const isSent = invoice.sent_at !== null;
  const send =
    recipient === null
      ? []
      : [
          button(
            isSent ? t("Send again") : t("Send"),
            at("send"),
            "send",
            isSent ? "ghost" : "primary",
            isSent
              ? t("Send {number} to {recipient} again?", { number, recipient })
              : t("Send {number} to {recipient}?", { number, recipient }),
          ),
        ];
  const mayVoid = invoice.amount_paid === 0 && (isOpen(invoice.status) || invoice.total === 0);
  return [
    pdf,
    ...(mayVoid
      ? [
          button(
            t("Void invoice"),
            now("void"),
            "ban",
            "danger",
            t("Void {number}? The number stays used, and what it bills can be billed again.", { number }),
          ),
        ]
      : []),
    ...send,
    ...(isOpen(invoice.status) ? [link(t("Record payment"), at("payment"), "card", isSent ? "primary" : "ghost")] : []),
  ];
}
