import type { AnyAction } from "../../platform/action.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { defineModule } from "../../platform/module.ts";
import { billingNotices } from "./notices.ts";
import { approveInvoice } from "./actions/approve.ts";
import { createInvoice, deleteDraft, updateInvoice } from "./actions/drafts.ts";
import { generateFromContract, generateFromContracts, generateFromTime, rebuildDraft } from "./actions/generate.ts";
import { addLine, deleteLine, moveLine, updateLine } from "./actions/lines.ts";
import { recordPayment } from "./actions/payments.ts";
import { sendInvoiceAction } from "./actions/send.ts";
import { createTaxRate, deleteTaxRate, updateTaxRate } from "./actions/tax-rates.ts";
import { voidInvoice } from "./actions/void.ts";
import { billingApi } from "./api.ts";
import { agingPages } from "./pages/aging.ts";
import { formPages } from "./pages/forms.ts";
import { fromTimePages } from "./pages/from-time.ts";
import { invoicePages } from "./pages/invoices.ts";
import { reviewPages } from "./pages/review.ts";
import { runPages } from "./pages/run.ts";
import { taxRatePages } from "./pages/tax-rates.ts";
import { panels } from "./panels.ts";
import { billingReach } from "./reach.ts";
import { billingEvents } from "./events.ts";
import { receipts } from "./receipts.ts";
import { invoiceLineResource, invoiceResource, paymentResource, taxRateResource } from "./resources.ts";
import { billedTimeEntries, invoiceLines, invoiceLineTimeEntries, invoices, payments, taxRates } from "./schema.ts";
import { invoiceSearch } from "./search.ts";
import { invoiceList } from "./lists.ts";
import { invoiceTimeline } from "./timeline.ts";
import { billingTransfers } from "./transfers.ts";

export { approveInvoice } from "./actions/approve.ts";
export { createInvoice } from "./actions/drafts.ts";
export { generateFromContract, generateFromTime } from "./actions/generate.ts";
export { applyPayment, recordPayment, type ReportedPayment } from "./actions/payments.ts";
export { sendInvoice } from "./actions/send.ts";
export { createTaxRate } from "./actions/tax-rates.ts";
export { generateBatch } from "./batch.ts";
export { drawsOf } from "./drafts/billed.ts";
export { type PlannedLine, planned } from "./drafts/plan.ts";
export { linesOf } from "./drafts/recompute.ts";
export { type OpenTime } from "./drafts/time.ts";
export { type IssuedDetails, portalUrl, taxOf } from "./issue/details.ts";
export { invoicePdfResponse } from "./issue/document.ts";
export { taxRows } from "./pdf/tax-rows.ts";
export { invoiceLineResource, invoiceResource, paymentResource } from "./resources.ts";
export { balanceDue, statusAfterPayment, statusAfterSending } from "./rules/states.ts";
export { quantityText } from "./quantity.ts";
export { dueDate } from "./rules/terms.ts";
export { type Amounts, amountsOf } from "./rules/totals.ts";
export {
  billedTimeEntries,
  type InvoiceLineRow,
  invoiceLines,
  invoiceLineTimeEntries,
  type InvoiceRow,
  invoices,
  type PaymentRow,
  payments,
} from "./schema.ts";

const actions = [
  approveInvoice,
  createInvoice,
  updateInvoice,
  deleteDraft,
  addLine,
  updateLine,
  deleteLine,
  moveLine,
  generateFromContract,
  generateFromContracts,
  generateFromTime,
  rebuildDraft,
  sendInvoiceAction,
  voidInvoice,
  recordPayment,
  createTaxRate,
  updateTaxRate,
  deleteTaxRate,
];

/** Invoices, payments, taxes and what clients owe (PRD 3.10). */
export const billingModule = defineModule({
  name: "billing",
  optional: { title: "Billing", text: "Invoices, payments by hand, what clients owe.", needs: ["contracts", "time"] },
  tables: [taxRates, invoices, invoiceLines, invoiceLineTimeEntries, billedTimeEntries, payments],
  permissions: {
    "billing.read": "See invoices, payments and what clients owe",
    "billing.write": "Make drafts, send and void invoices, record payments, change tax rates",
    "billing.approve": "Approve invoices",
  },
  portalPermissions: { "portal.invoices": "See and pay the company's invoices" },
  grants: {
    client_admin: ["portal.invoices"],
    manager: ["billing.read", "billing.approve"],
    finance: ["billing.read", "billing.write", "billing.approve"],
  },
  actions: actions as unknown as AnyAction[],
  transfers: billingTransfers,
  resources: [invoiceResource, invoiceLineResource, paymentResource, taxRateResource],
  routes: [
    ...invoicePages,
    ...formPages,
    ...fromTimePages,
    ...runPages,
    ...reviewPages,
    ...agingPages,
    ...taxRatePages,
    ...billingApi,
  ],
  create: [{ label: "Invoice", href: "/invoices/new", icon: "invoice", order: 40, permission: "billing.write" }],
  lists: [{ permission: "billing.read", list: invoiceList as List<unknown> }],
  nav: [
    { label: "Invoices", href: "/invoices", icon: "invoice", group: "Money", order: 60, permission: "billing.read" },
  ],
  reach: billingReach,
  notices: billingNotices,
  emits: billingEvents,
  events: [receipts],
  search: [invoiceSearch],
  timeline: [invoiceTimeline],
  panels,
});
