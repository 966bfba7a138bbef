import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { todayOf } from "./drafts/write.ts";
import { statusBadge } from "./lists.ts";
import { type InvoiceStatus, isOpen } from "./rules/states.ts";

/** An invoice as the portal shows it. Amounts in minor units of `currency`, dates `YYYY-MM-DD`. */
export interface PortalInvoice {
  id: string;
  invoice_number: string;
  status: InvoiceStatus;
  badge: { text: string; tone: string };
  invoice_date: string;
  due_date: string;
  total: number;
  balance_due: number;
  currency: string;
  /** Whether something is left to pay. */
  is_open: boolean;
}

/** The invoices that the acting portal user may see, newest first: those of the own company that were sent. */
export async function portalInvoices(ctx: Ctx, limit = 200): Promise<PortalInvoice[]> {
  const rows = await reach(ctx, "invoices")
    .select(["id", "invoice_number", "status", "invoice_date", "due_date", "total", "balance_due", "currency"])
    .where("status", "<>", "draft")
    .orderBy("invoice_date", "desc")
    .orderBy("invoice_number", "desc")
    .limit(limit)
    .execute();
  const today = todayOf(ctx);
  return rows.map((row) => ({
    ...row,
    invoice_number: row.invoice_number ?? "",
    badge: clientBadge(row, today),
    is_open: isOpen(row.status) && row.balance_due > 0,
  }));
}

/** The state in the client's words: what was sent is open. */
function clientBadge(row: { status: InvoiceStatus; due_date: string }, today: string): { text: string; tone: string } {
  const badge = statusBadge(row, today);
  return badge.text === "Sent" || badge.text === "Approved" ? { ...badge, text: "Open" } : badge;
}
