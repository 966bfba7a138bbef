import { exportEverything } from "../../src/modules/exports/actions.ts";
import { buildExports } from "../../src/modules/exports/build.ts";
import { addAll } from "../../src/platform/reference.ts";
import { perform } from "../../src/platform/action.ts";
import { createClient } from "../../src/modules/oauth/index.ts";
import { inUnit, reading } from "../../src/platform/context.ts";
import { startSession } from "../../src/platform/access/sessions.ts";
import { csrfToken } from "../../src/platform/http/forms/csrf.ts";
import { portalCookieName, staffCookieName } from "../../src/platform/http/cookies.ts";
import type { Ctx } from "../../src/platform/context.ts";
import { insert } from "../../src/platform/database/records.ts";
import { securityAlerts } from "../../src/modules/security/schema.ts";
import { makeClient, makeColleague } from "./desk.ts";
import type { TestProgram, TestTenant } from "./program.ts";
import { makeGrant, makeLedgers, makeOffer, makePersonal } from "./personal.ts";
import { makeOthers } from "./samples.ts";

/** Somebody who sends requests: what every one of them carries. */
export type Headers = Readonly<Record<string, string>>;

/** An organization with one of each thing that routes are about. */
export interface Everything {
  /** The id of Harbor's record for each first part of an address: `tickets`, `time-entries`. */
  ids: Readonly<Record<string, string>>;
  /** The clients whose people use the portal: the one that all of it belongs to, and another one. */
  client: Ctx;
  otherClient: Ctx;
  /** Somebody of the client's own company with the lesser portal role. */
  colleague: Ctx;
}

/** Words that stand in Harbor's records, and so must not stand in what others get to see. */
export const marker = "Zanzibar";

/** What stands in Harbor's records of a kind only, by the permission that is needed to see that kind. */
export const words: Readonly<Record<string, readonly string[]>> = {
  "companies.read": [`${marker} pier`, `${marker} gate code`, `${marker} rang`],
  "tickets.read": [`${marker} is down`, `${marker} called`],
  "time.read": [`${marker} router`],
  "contracts.read": [`${marker} care`, `${marker} seats`],
  // Names of rate cards stand in choices, for whoever says which card a company has.
  "prices.read": ["4321.09", "4,321.09", "1234.56", "1,234.56", "987.65", "555.44"],
  "billing.read": [`${marker} cabling`, `${marker} tax`],
  "imports.run": [`${marker} Import`],
  "audit.read": [`${marker} person`],
  "oauth.manage": [`${marker} reports`],
  "webhooks.manage": [`hooks.example.com/${marker}`],
};

/** What Harbor's records cost, as it would stand on a page or in a document: fee, prices, what both come to a month, rates, invoice. */
export const amounts = ["4321.09", "1234.56", "2469.12", "987.65", "555.44", "277.72", "6790.21", "7654.32", "7653.32"];

/** A picture of one pixel. */
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Makes it over the API, as people would. */
export async function makeEverything(t: TestProgram): Promise<Everything> {
  const key = await t.harbor.key("administrator");
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  const make = async (path: string, type: string, attributes: Record<string, unknown>): Promise<string> => {
    const answer = await t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.data.id as string;
  };
  const first = async (path: string): Promise<string> =>
    (await t.api("GET", `/api/v1/${path}?page[size]=1`, { key })).body.data[0]?.id as string;

  const client = await makeClient(t, `${marker} Trading`);
  const other = await makeClient(t, "Other Client");
  const company_id = client.company_id;
  const site = await make("sites", "sites", { company_id, name: `${marker} pier` });
  const ticket = await make("tickets", "tickets", {
    title: `${marker} is down`,
    company_id,
    contact_id: client.contact_id,
  });
  const note = await make(`tickets/${ticket}/notes`, "ticket_notes", {
    content: `${marker} called`,
    note_type: "public",
  });
  const attachment = await make(`tickets/${ticket}/attachments`, "ticket_attachments", {
    file_name: `${marker}.txt`,
    content: btoa("seen"),
  });
  await t.api("PUT", "/api/v1/organization/logo", {
    key,
    body: { data: { type: "organization_logos", attributes: { file_name: "logo.png", content: dot } } },
  });
  const worked = {
    company_id,
    work_type_id: await first("work-types"),
    notes: `${marker} router`,
    hourly_rate: "555.44",
    ticket_id: ticket,
    date: "2026-11-03",
    duration_minutes: 30,
  };
  const time = await make("time-entries", "time_entries", worked);
  const contract = await make("contracts", "contracts", {
    company_id,
    name: `${marker} care`,
    contract_type: "managed_services",
    start_date: "2026-01-01",
    billing_cycle: "monthly",
    billing_amount: "4321.09",
  });
  const item = await make(`contracts/${contract}/items`, "contract_items", {
    name: `${marker} seats`,
    item_type: "recurring_service",
    billing_frequency: "monthly",
    quantity: "2",
    unit_price: "1234.56",
  });
  const card = await make("rate-cards", "rate_cards", { name: `${marker} rates`, currency: "USD", is_default: true });
  const rate = await make("rate-card-items", "rate_card_items", {
    rate_card_id: card,
    work_type_id: await first("work-types"),
    hourly_rate: "987.65",
  });
  const lines = [{ line_type: "service", description: `${marker} cabling`, quantity: "1", unit_price: "7654.32" }];
  const draft = await make("invoices", "invoices", { company_id, lines });
  const invoice = await make("invoices", "invoices", { company_id, lines });
  const bill = await t.api("PATCH", `/api/v1/contacts/${client.contact_id}`, {
    key,
    body: { data: { type: "contacts", attributes: { contact_type: "billing" } } },
  });
  for (const verb of ["approve", "send"]) {
    const answer = await t.api("POST", `/api/v1/invoices/${invoice}/${verb}`, { key });
    if (bill.status !== 200 || answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  }
  const payment = await make("payments", "payments", { invoice_id: invoice, amount: "1.00", payment_method: "check" });
  const line = (await t.api("GET", `/api/v1/invoices/${draft}/lines`, { key })).body.data[0].id as string;
  const custom = await make("custom-fields", "custom_fields", {
    entity_type: "companies",
    field_type: "text",
    label: `${marker} number`,
  });
  const written = await make(`companies/${company_id}/notes`, "record_notes", { content: `${marker} gate code` });
  const file = await make(`companies/${company_id}/attachments`, "record_attachments", {
    file_name: `${marker}.txt`,
    content: btoa("plan"),
  });
  const talk = await make("interactions", "interactions", { company_id, subject: `${marker} rang` });
  const tag = await make("tags", "tags", { name: `${marker} tag` });
  const pair = await make("distinct-pairs", "distinct_pairs", {
    entity_type: "companies",
    first_id: company_id,
    second_id: other.company_id,
  });
  const tax = await make("tax-rates", "tax_rates", { name: `${marker} tax`, rate: "0.05" });
  const batch = await t.api("POST", "/api/v1/contacts/import/csv?target=companies&dry_run=true", {
    key,
    headers: { "content-type": "text/csv" },
    body: `Name\n${marker} Import`,
  });
  if (batch.status !== 201) throw new Error(JSON.stringify(batch.body));
  const view = await make("saved-views", "saved_views", {
    list_key: "/tickets",
    name: `${marker} first`,
    view_query: "state=open",
    is_shared: true,
  });
  const team = await make("teams", "teams", { name: `${marker} team` });
  const webhook = await make("webhook-endpoints", "webhook_endpoints", {
    url: `https://hooks.example.com/${marker}`,
    event_names: ["tickets.opened"],
  });
  const ping = await t.api("POST", `/api/v1/webhook-endpoints/${webhook}/ping`, { key });
  if (ping.status !== 204) throw new Error(JSON.stringify(ping.body));
  const { actor } = await t.harbor.as("technician");
  await t.harbor.key("technician");
  await t.settle();
  await t.app.journal.flush();
  const alert = await inUnit(t.harbor.system, (work) =>
    insert(work, securityAlerts, {
      alert_kind: "new_device",
      user_id: actor.user_id,
      subject_name: `${marker} person`,
      ip_address: "203.0.113.9",
      user_agent: "Firefox",
      happened_at: t.clock.now(),
    }),
  );
  const run = await make("bulk", "bulk_runs", { action: "tickets.update", ids: [ticket], input: { tags: ["seen"] } });
  // The first in the order of making: what a database answers without an order changes with each update of a row.
  const earliest = (
    table: "audit_log" | "api_requests" | "events" | "webhook_deliveries" | "event_deliveries" | "mails" | "api_keys",
  ) =>
    reading(t.harbor.system, async ({ db }) => {
      const row = await db.selectFrom(table).select("id").orderBy("id").executeTakeFirstOrThrow();
      return row.id;
    });
  const technician = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("roles").select("id").where("role_key", "=", "technician").executeTakeFirstOrThrow(),
  );
  const apiKey = await earliest("api_keys");
  const delivery = await earliest("event_deliveries");
  const webhookDelivery = await earliest("webhook_deliveries");
  const app = await perform(await t.harbor.as("administrator"), createClient, {
    name: `${marker} reports`,
    scopes: ["companies.read"],
    redirect_uris: ["https://app.test/callback"],
  });
  const archive = await perform(await t.harbor.as("administrator"), exportEverything, {});
  await buildExports(t.app, () => false);
  const administrator = await t.harbor.as("administrator");
  const grant = await makeGrant(t, administrator, app.client.id);
  const ofPortal = await makePersonal(t, client.portal, marker);
  const ids: Record<string, string> = {
    ...(await makePersonal(t, administrator, marker)),
    "portal-sessions": ofPortal.sessions,
    "portal-passkeys": ofPortal.passkeys,
    undo: await makeOffer(t, administrator, ticket),
    ...(await makeLedgers(t, { contract, item, delivery: webhookDelivery })),
    companies: company_id,
    views: view,
    "saved-views": view,
    bulk: run,
    contacts: client.contact_id,
    sites: site,
    tickets: ticket,
    "ticket-notes": note,
    "ticket-attachments": attachment,
    attachments: attachment,
    "time-entries": time,
    time,
    contracts: contract,
    "contract-items": item,
    "rate-cards": card,
    "rate-card-items": rate,
    invoices: draft,
    "sent-invoices": invoice,
    "invoice-lines": line,
    lines: line,
    payments: payment,
    "custom-fields": custom,
    notes: written,
    "record-notes": written,
    "record-attachments": file,
    interactions: talk,
    tags: tag,
    "distinct-pairs": pair,
    duplicates: pair,
    "tax-rates": tax,
    imports: batch.body.data.id,
    "import-batches": batch.body.data.id,
    exports: archive.id,
    "data-exports": archive.id,
    staff: actor.user_id ?? "",
    users: actor.user_id ?? "",
    audit: await earliest("audit_log"),
    "audit-log": await earliest("audit_log"),
    "api-requests": await earliest("api_requests"),
    "security-alerts": alert.id,
    roles: technician.id,
    teams: team,
    events: await earliest("events"),
    "event-deliveries": delivery,
    webhooks: webhook,
    "webhook-endpoints": webhook,
    "webhook-deliveries": webhookDelivery,
    mails: await earliest("mails"),
    "api-keys": apiKey,
    "standard-data": "work_types",
    apps: app.client.id,
    "oauth-clients": app.client.id,
    "oauth-grants": grant,
    "own-apps": grant,
    "app-access": grant,
    "work-types": await first("work-types"),
    "ticket-queues": await first("ticket-queues"),
    "ticket-statuses": await first("ticket-statuses"),
    "ticket-priorities": await first("ticket-priorities"),
    "ticket-types": await first("ticket-types"),
    "ticket-categories": await first("ticket-categories"),
  };
  const colleague = await makeColleague(t, company_id);
  Object.assign(ids, await makeOthers(t, key, ids, marker));
  return { ids, client: client.portal, otherClient: other.portal, colleague };
}

/** The address of a route with real ids in it. */
export function addressOf(path: string, ids: Readonly<Record<string, string>>): string {
  const parts = path.split("/");
  return parts
    .map((part, at) => {
      if (!part.startsWith(":")) return part;
      if (
        part === ":handler" ||
        part === ":direction" ||
        part === ":provider" ||
        part === ":token" ||
        part === ":tenant_id"
      )
        return "up";
      if (part === ":operation") return "getCompanies";
      // The host name that the organization has from the beginning.
      if (part === ":domain") return "harbor.test";
      const owner = parts[at - 1] ?? "";
      const id = ids[`${whoseOf(path, owner)}${owner}`];
      if (id === undefined) throw new Error(`no ${owner} for ${path}`);
      return id;
    })
    .join("/");
}

/** Of some kinds there are several: those of a client's person, the invoice that was sent, what somebody has allowed an app. */
function whoseOf(path: string, owner: string): string {
  if (path.includes("/portal/") && owner === "invoices") return "sent-";
  if (path.includes("/portal/") && (owner === "sessions" || owner === "passkeys")) return "portal-";
  return owner === "apps" && /\/(account|auth)\//.test(path) ? "own-" : "";
}

/** What a signed-in person's browser sends, the token of its forms included. */
export async function browserHeaders(t: TestProgram, who: Ctx): Promise<Headers> {
  const session = await inUnit(who, (work) => startSession(work, who.actor.user_id ?? ""));
  const name = (who.actor.kind === "portal" ? portalCookieName : staffCookieName)(who.tenant.public_url);
  return {
    cookie: `${name}=${session.token}`,
    "x-csrf-token": csrfToken(t.app.keyring.derive("csrf", who.tenant.id), session.id),
  };
}

/** What a program with a staff member's API key sends. */
export async function keyHeaders(tenant: TestTenant, ...given: Parameters<TestTenant["key"]>): Promise<Headers> {
  return { authorization: `Bearer ${await tenant.key(...given)}` };
}
