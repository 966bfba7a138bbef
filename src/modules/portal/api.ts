import { Type } from "@sinclair/typebox";
import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import { find, reach } from "../../platform/access/reach.ts";
import { validate } from "../../platform/access/validate.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { forbidden, invalid, malformed, unauthorized } from "../../platform/errors.ts";
import { downloadOf } from "../../platform/files/files.ts";
import { resourceRoutes, showOne } from "../../platform/http/jsonapi/routes.ts";
import { resourceObjects } from "../../platform/http/jsonapi/objects.ts";
import { readDocument } from "../../platform/http/jsonapi/document.ts";
import { uploadInputs, uploadOf } from "../../platform/http/jsonapi/upload.ts";
import { type Answer, type Incoming, json, mostUploadBytes, response, type Route } from "../../platform/http/route.ts";
import type { Resource } from "../../platform/resource.ts";
import {
  loginRoute,
  logoutRoute,
  mfaRoutes,
  passkeyRoutes,
  passwordRoute,
  refreshRoute,
  requestReset,
  setPasswordByLink,
} from "../staff/index.ts";
import { invoicePdfResponse } from "../billing/index.ts";
import { checkoutAnswer, checkoutDocument, startCheckout } from "../payments/index.ts";
import { addNoteAsClient, attachFiles, attachmentOf, openTicketAsClient, takeFiles } from "../tickets/index.ts";
import {
  attachmentResource,
  companyResource,
  invoiceResource,
  lineResource,
  noteResource,
  ticketResource,
} from "./resources.ts";

/** The portal over the API (PRD 3.15.2). Each path is for signed-in clients; everything is read through their reach. */

const base = "/api/v1/portal";
const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

/** Only clients come in here; for everybody else there is the API of the staff. */
function forClients(handle: Route["handle"]): Route["handle"] {
  return async (ctx, incoming) => {
    if (ctx.actor.kind !== "portal") throw unauthorized();
    return handle(ctx, incoming);
  };
}

const forgotten = Type.Object(
  { email: Type.String({ minLength: 1, maxLength: 254 }) },
  { additionalProperties: false },
);
const chosen = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200 }), password: Type.String({ minLength: 1, maxLength: 1024 }) },
  { additionalProperties: false },
);
const nothing = (): Answer => response(new Response(null, { status: 204 }));

function checked(schema: typeof forgotten | typeof chosen, input: unknown): void {
  const problems = validate(schema, input);
  if (problems.length > 0) throw invalid(problems);
}

const authRoutes: Route[] = [
  loginRoute(`${base}/auth/login`, "portal"),
  logoutRoute(`${base}/auth/logout`),
  refreshRoute(`${base}/auth/refresh`, "portal"),
  passwordRoute(`${base}/auth/password`, "portal"),
  ...mfaRoutes(`${base}/auth`, "portal"),
  ...passkeyRoutes(`${base}/auth`, "portal"),
  {
    method: "POST",
    path: `${base}/auth/forgot-password`,
    door: "hook",
    permission: null,
    doc: {
      summary: "Ask for a link to choose a new password; the answer does not tell whether the address is known.",
      input: { type: "password_resets", attributes: forgotten },
      answer: "nothing",
    },
    handle: async (ctx, incoming) => {
      const input = readDocument(await incoming.json(), "password_resets", null);
      checked(forgotten, input);
      await requestReset(ctx, "portal", String(input["email"]));
      return nothing();
    },
  },
  {
    method: "POST",
    path: `${base}/auth/reset-password`,
    door: "hook",
    permission: null,
    doc: {
      summary: "Choose a password by the link of a mail.",
      input: { type: "password_resets", attributes: chosen },
      answer: "nothing",
    },
    handle: async (ctx, incoming) => {
      const input = readDocument(await incoming.json(), "password_resets", null);
      checked(chosen, input);
      const token = String(input["token"]);
      await setPasswordByLink(ctx, token.startsWith("pi_") ? "invite" : "reset", token, String(input["password"]), {
        kind: "api",
        deviceHash: null,
      });
      return nothing();
    },
  },
];

/** List and single record of a resource. Full-text search is left out: its index holds what the team writes to itself. */
function readRoutes(resource: Resource): Route[] {
  return resourceRoutes(resource).map((route) => ({
    ...route,
    handle: forClients(async (ctx, incoming) => {
      if (incoming.url.searchParams.has("filter[q]"))
        throw malformed("The parameter filter[q] is not known here.", "unknown_parameter");
      return route.handle(ctx, incoming);
    }),
  }));
}

/** What belongs to a record: `GET …/{parent}/{id}/{children}`, all of it. */
function childRoute(parent: "tickets" | "invoices", children: "notes" | "attachments" | "lines"): Route {
  const { resource, column, order } = {
    notes: { resource: noteResource, column: "ticket_id", order: "created_at" },
    attachments: { resource: attachmentResource, column: "ticket_id", order: "created_at" },
    lines: { resource: lineResource, column: "invoice_id", order: "sort_order" },
  }[children];
  const table = resource.table.name as TableName;
  return {
    method: "GET",
    path: `${base}/${parent}/:id/${children}`,
    door: "api",
    permission: null,
    doc: { summary: `All ${children} of one of the client's ${parent}.`, answer: { many: resource } },
    handle: forClients(async (ctx, incoming) => {
      const owner = await find(ctx, parent, idOf(incoming));
      const rows = await reach(ctx, table)
        .selectAll()
        .where(sql.ref(`${table}.${column}`), "=", owner.id)
        .orderBy(sql.ref(`${table}.${order}`))
        .orderBy(sql.ref(`${table}.id`))
        .execute();
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        data: await resourceObjects(ctx, resource, rows as Record<string, unknown>[]),
      });
    }),
  };
}

async function attach(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  await reading(ctx, (reader) => find(reader, "tickets", idOf(incoming)));
  const stored = await takeFiles(ctx, [await uploadOf(incoming, attachmentResource.type)], "file");
  const [made] = await inUnit(ctx, (work) => attachFiles(work, { ticket_id: idOf(incoming), note_id: null }, stored));
  if (made === undefined) throw new Error("a file was not attached");
  return showOne(ctx, attachmentResource, made.id, 201);
}

const ticketRoutes: Route[] = [
  ...readRoutes(ticketResource),
  {
    method: "POST",
    path: `${base}/tickets`,
    door: "api",
    permission: null,
    doc: {
      summary: "Open a ticket for one's company.",
      input: { type: ticketResource.type, attributes: openTicketAsClient.input },
      answer: { one: ticketResource },
      status: 201,
    },
    handle: forClients(async (ctx, incoming) => {
      const made = await perform(
        ctx,
        openTicketAsClient,
        readDocument(await incoming.json(), ticketResource.type, null),
      );
      return showOne(ctx, ticketResource, made.id, 201);
    }),
  },
  childRoute("tickets", "notes"),
  {
    method: "POST",
    path: `${base}/tickets/:id/notes`,
    door: "api",
    permission: null,
    doc: {
      summary: "Write on a ticket.",
      input: { type: noteResource.type, attributes: Type.Omit(addNoteAsClient.input, ["ticket_id"]) },
      answer: { one: noteResource },
      status: 201,
    },
    handle: forClients(async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "tickets", idOf(incoming)));
      const note = await perform(ctx, addNoteAsClient, {
        ...readDocument(await incoming.json(), noteResource.type, null),
        ticket_id: idOf(incoming),
      });
      return showOne(ctx, noteResource, note.id, 201);
    }),
  },
  childRoute("tickets", "attachments"),
  {
    method: "POST",
    path: `${base}/tickets/:id/attachments`,
    door: "api",
    permission: null,
    doc: {
      summary: "Attach a file to a ticket.",
      input: uploadInputs(attachmentResource.type),
      answer: { one: attachmentResource },
      status: 201,
    },
    maxBytes: mostUploadBytes,
    handle: forClients(attach),
  },
  {
    method: "GET",
    path: `${base}/tickets/:id/attachments/:attachment_id/content`,
    door: "api",
    permission: null,
    doc: { summary: "Download an attachment.", answer: { media: "application/octet-stream" } },
    isOutsideRead: true,
    handle: forClients(async (ctx, incoming) =>
      response(await downloadOf(ctx, (reader) => attachmentOf(reader, incoming))),
    ),
  },
];

/** Of the clients, only those who may see what the company pays. */
function forPayers(route: Route): Route {
  const handle = forClients(async (ctx, incoming) => {
    if (!can(ctx.actor, "portal.invoices")) throw forbidden();
    return route.handle(ctx, incoming);
  });
  return { ...route, handle, needs: "billing" };
}

const invoiceRoutes: Route[] = [
  ...readRoutes(invoiceResource),
  childRoute("invoices", "lines"),
  {
    method: "GET",
    path: `${base}/invoices/:id/pdf`,
    door: "api",
    permission: null,
    doc: { summary: "The invoice as a PDF file.", answer: { media: "application/pdf" } },
    isOutsideRead: true,
    handle: forClients(async (ctx, incoming) => response(await invoicePdfResponse(ctx, idOf(incoming)))),
  },
  {
    method: "POST",
    path: `${base}/invoices/:id/pay`,
    door: "api",
    permission: null,
    isRepeatable: true,
    doc: {
      summary: "Start a card payment of an invoice: a page at Stripe where it is paid.",
      answer: checkoutAnswer,
      status: 201,
    },
    handle: forClients(async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "invoices", idOf(incoming)));
      return checkoutDocument(await startCheckout(ctx, idOf(incoming)));
    }),
  },
];

const companyRoute: Route = {
  method: "GET",
  path: `${base}/company`,
  door: "api",
  permission: null,
  doc: { summary: "One's own company.", answer: { one: companyResource } },
  handle: forClients(async (ctx) => {
    return showOne(ctx, companyResource, ctx.actor.company_id ?? "");
  }),
};

export const portalApi: Route[] = [...authRoutes, ...ticketRoutes, ...invoiceRoutes.map(forPayers), companyRoute];
