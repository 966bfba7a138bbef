import { Type } from "@sinclair/typebox";
import { eventType, idOf } from "../../platform/events/event-type.ts";

/** What is told of invoices and payments; amounts stand in the records. */

const subject = { resource: "invoices", id: "invoice_id" };

export const invoiceSent = eventType({
  name: "billing.invoice_sent",
  description: "An invoice was sent to the client by mail.",
  payload: Type.Object({ invoice_id: idOf(), company_id: idOf(), to: Type.String() }),
  subject,
});

export const paymentRecorded = eventType({
  name: "billing.payment_recorded",
  description: "A payment for an invoice came in: by hand, or online.",
  payload: Type.Object({ payment_id: idOf(), invoice_id: idOf(), company_id: idOf() }),
  subject: { resource: "payments", id: "payment_id" },
});

export const invoicePaid = eventType({
  name: "billing.invoice_paid",
  description: "A payment has settled an invoice in full.",
  payload: Type.Object({ invoice_id: idOf(), company_id: idOf(), payment_id: idOf() }),
  subject,
});

export const billingEvents = [invoiceSent, paymentRecorded, invoicePaid];
