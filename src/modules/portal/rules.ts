import { t } from "../../platform/language/index.ts";
/** What clients read: fewer states than the team works with, in words that say what is expected of whom. */

/** A state in a word, and the tone it is shown in. */
export interface State {
  text: string;
  tone: "neutral" | "info" | "success" | "warning" | "error";
}

export interface ClientInvoice {
  status: string;
  due_date: string;
  balance_due: number;
}

/** Whether the client can pay something on it. */
export function isPayable({ status, balance_due }: Pick<ClientInvoice, "status" | "balance_due">): boolean {
  return ["pending", "sent", "partially_paid"].includes(status) && balance_due > 0;
}

/** The state of an invoice as its payer sees it on a day (`YYYY-MM-DD`). */
export function invoiceBadge(invoice: ClientInvoice, today: string): State {
  if (invoice.status === "paid") return { text: t("Paid"), tone: "success" };
  if (invoice.status === "void") return { text: t("Void"), tone: "neutral" };
  if (invoice.status === "written_off") return { text: t("Closed"), tone: "neutral" };
  if (invoice.due_date < today) return { text: t("Overdue"), tone: "error" };
  return invoice.status === "partially_paid"
    ? { text: t("Partly paid"), tone: "warning" }
    : { text: t("Open"), tone: "info" };
}

export interface ClientStatus {
  name: string;
  portal_name: string | null;
  is_closed: boolean;
  waiting_on: string;
}

/** The state of a ticket as its client sees it: the name meant for clients, coloured by who moves next. */
export function ticketBadge(status: ClientStatus): State {
  const text = status.portal_name?.trim() || status.name;
  if (status.is_closed) return { text, tone: "success" };
  return { text, tone: status.waiting_on === "client" ? "warning" : "info" };
}
