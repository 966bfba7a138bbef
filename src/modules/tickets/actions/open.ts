import { type TProperties, Type } from "@sinclair/typebox";
import { maybeFind } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { NewRow, RowOf } from "../../../platform/database/columns.ts";
import { fromEdge, htmlText, newInput } from "../../../platform/database/edge.ts";
import { insert } from "../../../platform/database/records.ts";
import { forbidden, invalidField } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { ticketAssigned, ticketOpened } from "../events.ts";
import { sanitizeHtml } from "../../../platform/html.ts";
import { t } from "../../../platform/language/index.ts";
import { nextNumber } from "../../../platform/tenants.ts";
import { ticketDefaults } from "../defaults.ts";
import { defaultsOfType } from "../workflow.ts";
import { endsAfter, ticketNumber } from "../rules.ts";
import { tickets } from "../schema.ts";
import { checkSchedule } from "./schedule.ts";
import { checkRelations, refuseCircle } from "./relations.ts";

export type TicketRow = RowOf<typeof tickets>;
type Input = Record<string, unknown> & { tags?: string[] };

export const tagsInput = Type.Optional(Type.Array(Type.String({ maxLength: 50 }), { maxItems: 50 }));

/** Everything of a ticket may be left out but its title, and a company or a contact. */
function openInput(): ReturnType<typeof Type.Object> {
  const { title, ...others } = newInput(tickets).properties;
  const optional: TProperties = Object.fromEntries(
    Object.entries(others).map(([name, schema]) => [name, Type.Optional(schema)]),
  );
  return Type.Object(
    { ...(title === undefined ? {} : { title }), ...optional, tags: tagsInput },
    { additionalProperties: false },
  );
}

/**
 * Opens a ticket for a client (PRD 3.4.2). The company follows from the contact when only that is given; queue, status,
 * priority and type are the defaults unless given or the type brings others; the description is HTML and sanitized. Emits `tickets.opened`.
 */
export const openTicket = action({
  name: "tickets.open",
  permission: "tickets.write",
  input: openInput(),
  run: async (work: Work, input: Input): Promise<TicketRow> => open(work, input),
});

/**
 * A client's own ticket: for the company and the contact that the portal user is, with the defaults of the desk.
 * Input: title, description (HTML), priority (optional).
 */
export const openTicketAsClient = action({
  name: "tickets.open_as_client",
  permission: null,
  input: Type.Object(
    {
      title: Type.String({ minLength: 1, maxLength: tickets.columns.title.maxLength }),
      description: Type.Optional(Type.String({ maxLength: tickets.columns.description.maxLength, ...htmlText })),
      priority_id: Type.Optional(Type.String({ format: "uuid" })),
      /** Those that the organization shows in the portal. */
      ...newInput(tickets, ["custom_fields"]).properties,
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { title: string; description?: string; priority_id?: string }): Promise<TicketRow> => {
    const { actor } = work;
    if (actor.kind !== "portal" || actor.company_id === null) throw forbidden();
    return open(work, { ...input, company_id: actor.company_id, contact_id: actor.contact_id, source: "portal" });
  },
});

async function open(work: Work, input: Input): Promise<TicketRow> {
  const given = fromEdge(tickets, input, work.tenant.currency);
  const defaults = await ticketDefaults(work);
  const company_id = given.company_id ?? (await companyOf(work, given.contact_id ?? null));
  const ofType = await defaultsOfType(work, given.type_id === undefined ? defaults.type_id : given.type_id);
  const values = {
    ...defaults,
    ...ofType,
    ...given,
    company_id,
    contact_id: given.contact_id ?? null,
    site_id: given.site_id ?? null,
    contract_id: given.contract_id ?? null,
    parent_ticket_id: given.parent_ticket_id ?? null,
    category_id: given.category_id ?? null,
    subcategory_id: given.subcategory_id ?? null,
    assigned_to_id: given.assigned_to_id ?? null,
    description: sanitizeHtml(given.description ?? ""),
  };
  await checkRelations(work, values, [...Object.keys(given), "company_id"]);
  checkSchedule(values.scheduled_start ?? null, values.scheduled_end ?? null);
  const status = await maybeFind(work, "ticket_statuses", values.status_id);
  if (status === undefined) throw invalidField("status_id", t("This status does not exist."), "not_found");
  const now = work.app.clock.now();
  const isByClient = work.actor.kind === "portal" || values.source === "email" || values.source === "portal";
  const row = await insert(work, tickets, {
    ...values,
    ...endsAfter({ resolved_at: null, closed_at: null }, status.is_closed, now),
    ticket_number: ticketNumber(await nextNumber(work.db, "ticket")),
    created_by_id: work.actor.user_id,
    last_client_reply_at: isByClient ? now : null,
    tags: input.tags,
  } as NewRow<typeof tickets>);
  if (row.parent_ticket_id !== null) await refuseCircle(work, row.id, row.parent_ticket_id);
  const about = { ticket_id: row.id, company_id: row.company_id };
  await emit(work, ticketOpened, about);
  if (row.assigned_to_id !== null)
    await emit(work, ticketAssigned, {
      ...about,
      assigned_to_id: row.assigned_to_id,
      by_user_id: work.actor.user_id,
    });
  return row;
}

async function companyOf(work: Work, contactId: string | null): Promise<string> {
  if (contactId === null) throw invalidField("company_id", t("Choose a company or a contact."), "required");
  const contact = await maybeFind(work, "contacts", contactId);
  if (contact === undefined) throw invalidField("contact_id", t("This contact does not exist."), "not_found");
  return contact.company_id;
}
