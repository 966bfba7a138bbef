import { declared } from "../../platform/language/index.ts";
import { transfer, type Transfer } from "../../platform/transfer/definition.ts";
import { invoiceLineResource, invoiceResource, paymentResource, taxRateResource } from "./resources.ts";

const legal = declared(
  "Invoices are numbered without gaps and kept as they were issued; another system's stay in that system.",
);

/** Tax rates both ways; invoices and payments only out. */
export const billingTransfers: readonly Transfer[] = [
  transfer({ resource: taxRateResource, label: "Tax rates", order: 10 }),
  transfer({
    resource: invoiceResource,
    label: "Invoices",
    order: 300,
    naming: ["invoice_number"],
    match: [],
    exportOnly: legal,
  }),
  transfer({ resource: invoiceLineResource, label: "Invoice lines", order: 310, match: [], exportOnly: legal }),
  transfer({
    resource: paymentResource,
    label: "Payments",
    order: 320,
    match: [],
    exportOnly: declared("A payment settles invoices that were issued here; record it on the invoice."),
  }),
];
