import { Type } from "@sinclair/typebox";
import { type AnyAction, perform } from "../../platform/action.ts";
import { find } from "../../platform/access/reach.ts";
import { reading } from "../../platform/context.ts";
import { fromMinor } from "../../platform/money.ts";
import { activityRoute } from "../../platform/http/jsonapi/activity-route.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { resourceObjects } from "../../platform/http/jsonapi/objects.ts";
import { checkMatch, ifMatch, readDocument, readVerb, refuseMembers } from "../../platform/http/jsonapi/document.ts";
import { type Incoming, json, response, type Route } from "../../platform/http/route.ts";
import { approveInvoice } from "./actions/approve.ts";
import { generateFromContract, generateFromTime, rebuildDraft } from "./actions/generate.ts";
import { addLine } from "./actions/lines.ts";
import { sendInvoice } from "./actions/send.ts";
import { voidInvoice } from "./actions/void.ts";
import { batchInput, type BatchOutcome, generateBatch } from "./batch.ts";
import { linesOf } from "./drafts/recompute.ts";
import { invoicePdfResponse } from "./issue/document.ts";
import { agingReport } from "./reports.ts";
import { invoiceLineResource, invoiceResource } from "./resources.ts";
import { agingBuckets, type AgingRow } from "./rules/terms.ts";

const path = "/api/v1/invoices";
const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

const outcomes = Type.Array(
  Type.Object({
    contract_id: Type.String({ format: "uuid" }),
    contract: Type.String(),
    company: Type.String(),
    period_start: Type.Union([Type.String({ format: "date" }), Type.Null()]),
    invoice_id: Type.Union([Type.String({ format: "uuid" }), Type.Null()]),
    total: Type.Union([Type.String({ format: "money" }), Type.Null()]),
    currency: Type.String({ format: "currency" }),
    reason: Type.String({ description: "Why nothing was made, or empty." }),
  }),
);
const owed = {
  currency: Type.String({ format: "currency" }),
  ...Object.fromEntries(["total", ...agingBuckets].map((name) => [name, Type.String({ format: "money" })])),
};

/** `POST /invoices/{id}/approve`, `/void`, `/rebuild`: a verb without a body that answers with the invoice. */
function verb(name: string, action: AnyAction, summary: string): Route {
  return {
    method: "POST",
    path: `${path}/:id/${name}`,
    door: "api",
    permission: action.permission,
    doc: {
      summary,
      input: { type: "invoices", attributes: action.input },
      isInputOptional: true,
      answer: { one: "invoices" },
    },
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "invoices", idOf(incoming)));
      await perform(ctx, action, {
        ...(await readVerb(incoming, "invoices", idOf(incoming))),
        id: idOf(incoming),
        ...ifMatch(incoming),
      });
      return showOne(ctx, invoiceResource, idOf(incoming));
    },
  };
}

/** `POST /invoices/generate/…`: makes a draft from what the document says. */
function generator(name: string, action: AnyAction, summary: string): Route {
  return {
    method: "POST",
    path: `${path}/generate/${name}`,
    door: "api",
    permission: action.permission,
    doc: {
      summary,
      input: { type: "invoices", attributes: action.input },
      answer: { one: "invoices" },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      const made = (await perform(ctx, action, readDocument(await incoming.json(), "invoices", null))) as {
        id: string;
      };
      return showOne(ctx, invoiceResource, made.id, 201);
    },
  };
}

export const billingApi: Route[] = [
  activityRoute("invoices", "invoices", "billing.read"),
  verb("approve", approveInvoice, "Approve a draft: it gets its number and can be sent."),
  verb("void", voidInvoice, "Void an invoice; its time can be billed again."),
  verb("rebuild", rebuildDraft, "Make a draft anew from its contract and time."),
  {
    method: "POST",
    path: `${path}/:id/send`,
    door: "api",
    permission: "billing.write",
    doc: { summary: "Send an approved invoice to the client's billing contact.", answer: { one: "invoices" } },
    handle: async (ctx, incoming) => {
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "invoices", idOf(incoming))));
      refuseMembers(await readVerb(incoming, "invoices", idOf(incoming)));
      await sendInvoice(ctx, idOf(incoming));
      return showOne(ctx, invoiceResource, idOf(incoming));
    },
  },
  {
    method: "GET",
    path: `${path}/:id/pdf`,
    door: "api",
    permission: "billing.read",
    doc: { summary: "The invoice as a PDF file.", answer: { media: "application/pdf" } },
    isOutsideRead: true,
    handle: async (ctx, incoming) => response(await invoicePdfResponse(ctx, idOf(incoming))),
  },
  {
    method: "GET",
    path: `${path}/:id/lines`,
    door: "api",
    permission: "billing.read",
    doc: { summary: "The lines of an invoice, all of them in their order.", answer: { many: "invoice_lines" } },
    handle: async (ctx, incoming) => {
      const invoice = await find(ctx, "invoices", idOf(incoming));
      const data = await resourceObjects(ctx, invoiceLineResource, await linesOf(ctx, invoice.id));
      return json({ jsonapi: { version: "1.1" }, links: { self: incoming.url.pathname }, data });
    },
  },
  {
    method: "POST",
    path: `${path}/:id/lines`,
    door: "api",
    permission: "billing.write",
    doc: {
      summary: "Add a line to a draft.",
      input: { type: "invoice_lines", attributes: Type.Omit(addLine.input, ["invoice_id"]) },
      answer: { one: "invoice_lines" },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "invoices", idOf(incoming)));
      const line = await perform(ctx, addLine, {
        ...readDocument(await incoming.json(), "invoice_lines", null),
        invoice_id: idOf(incoming),
      });
      return showOne(ctx, invoiceLineResource, line.id, 201);
    },
  },
  generator("from-contract", generateFromContract, "Make a draft of what a contract bills for a period."),
  generator("from-time-entries", generateFromTime, "Make a draft of time that has not been billed."),
  {
    method: "POST",
    path: `${path}/generate/batch`,
    door: "api",
    permission: "billing.write",
    isRepeatable: true,
    doc: {
      summary: "Make the drafts of a whole month, one a contract; a contract that fails does not hold up the others.",
      input: { type: "invoice_batches", attributes: batchInput },
      answer: { meta: Type.Object({ made: outcomes, skipped: outcomes, failed: outcomes }) },
    },
    handle: async (ctx, incoming) => {
      const report = await generateBatch(ctx, readDocument(await incoming.json(), "invoice_batches", null));
      const shown = (outcomes: readonly BatchOutcome[]): object[] =>
        outcomes.map((one) => ({ ...one, total: one.total === null ? null : fromMinor(one.total, one.currency) }));
      return json({
        jsonapi: { version: "1.1" },
        meta: { made: shown(report.made), skipped: shown(report.skipped), failed: shown(report.failed) },
      });
    },
  },
  {
    method: "GET",
    path: "/api/v1/billing/reports/ar-aging",
    door: "api",
    permission: "billing.read",
    doc: {
      summary: "What clients owe, by company and currency, and for how long.",
      answer: {
        type: "ar_aging",
        isList: true,
        attributes: Type.Object({ company_id: Type.String({ format: "uuid" }), company: Type.String(), ...owed }),
        relationships: { company: "companies" },
        meta: Type.Object({ as_of: Type.String({ format: "date" }), totals: Type.Array(Type.Object(owed)) }),
      },
    },
    handle: async (ctx, incoming) => {
      const { as_of, rows, totals } = await agingReport(ctx);
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        data: rows.map((row) => ({
          type: "ar_aging",
          id: `${row.company_id}:${row.currency}`,
          attributes: { company_id: row.company_id, company: row.company, ...atEdge(row) },
          relationships: { company: { data: { type: "companies", id: row.company_id } } },
        })),
        meta: { as_of, totals: totals.map(atEdge) },
      });
    },
  },
];

function atEdge(row: AgingRow): Record<string, string> {
  const amounts = ["total", ...agingBuckets] as const;
  return {
    currency: row.currency,
    ...Object.fromEntries(amounts.map((name) => [name, fromMinor(row[name], row.currency)])),
  };
}
