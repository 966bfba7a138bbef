import type { AnyAction } from "../../platform/action.ts";
import type { BulkChoice } from "../../platform/http/lists/bulk.ts";
import { approveInvoice } from "./actions/approve.ts";
import { sendInvoiceAction } from "./actions/send.ts";

/** What can be done with many invoices at once. */
export const invoiceBulk: readonly BulkChoice[] = [
  {
    key: "approve",
    label: "Approve",
    icon: "check",
    action: approveInvoice as unknown as AnyAction,
    isHeldToVersion: true,
  },
  { key: "send", label: "Send", icon: "send", action: sendInvoiceAction as unknown as AnyAction },
];
