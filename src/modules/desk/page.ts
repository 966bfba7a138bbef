import { can } from "../../platform/access/actor.ts";
import { find, maybeFind, reach, type RowFor, wholeShape } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import type { Failure } from "../../platform/errors.ts";
import { customFacts } from "../../platform/custom-fields/show.ts";
import { minutesOf } from "../../platform/decimal.ts";
import {
  button,
  cell,
  facts,
  formatInstant,
  formatMinutes,
  link,
  whenOf,
  words,
} from "../../platform/http/pages/cells.ts";
import { withShortChoices } from "../../platform/http/forms/choices.ts";
import type { FormValues } from "../../platform/http/forms/model.ts";
import type { NoteModel, SearchHit, TicketPageModel } from "../../platform/http/models/pages.ts";
import { ofKind, panelsOf } from "../../platform/http/pages/panels.ts";
import type { ActionLink, BadgeModel, FactsModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import { ownTagChips } from "../../platform/tags.ts";
import { contactName } from "../companies/index.ts";
import { coverageOf } from "../contracts/index.ts";
import { attachmentsOf, conversationOf, isClientWaiting, minutesOn, type TicketRow } from "../tickets/index.ts";
import { type ActiveTimer, activeTimer } from "../time/index.ts";
import { composerOf } from "./composer.ts";
import { detailFacts, detailsForm } from "./details.ts";
import { changesOf, workOn } from "./events.ts";
import { ticketUrl } from "./neighbours.ts";

/** What was sent and could not be done, so that the page shows it again. */
export interface Sent {
  form: "details" | "composer";
  fields: FormValues;
  failure: Failure;
}

const recent = 5;

/**
 * The page of a ticket: details, conversation, insights (PRD 3.4). `from` is the list it was opened from. What does not follow
 * from each other is asked side by side (decision 0042).
 */
export async function ticketModel(
  ctx: Ctx,
  id: string,
  from: string,
  sent: Sent | null = null,
): Promise<TicketPageModel> {
  const ticket = (await find(ctx, "tickets", id)) as TicketRow;
  const url = ticketUrl(id, from);
  const at = (part: string): string => url.replace(`/tickets/${id}`, `/tickets/${id}${part}`);
  const failed = (form: Sent["form"]): [FormValues | null, Failure | null] =>
    sent?.form === form ? [sent.fields, sent.failure] : [null, null];
  const files = attachmentsOf(ctx, id, "/tickets");
  const timer = activeTimer(ctx);
  const contact = maybeFind(ctx, "contacts", ticket.contact_id);
  const isWriter = can(ctx.actor, "tickets.write");
  const [panels, details, badges, actions, client, own, custom, notes, composer, coverage, related] = await Promise.all(
    [
      panelsOf(ctx, "ticket", { id }),
      detailsForm(ctx, ticket, url, ...failed("details")),
      badgesOf(ctx, ticket),
      timer.then((active) => buttonsOf(ctx, ticket, active)),
      clientFacts(ctx, ticket, contact),
      ticketFacts(ctx, ticket),
      customFacts(ctx, "tickets", ticket.custom_fields, { onlyFilled: true }),
      notesOf(ctx, ticket, files),
      isWriter ? composerOf(ctx, { ticket, timer, contact }, at("/reply"), ...failed("composer")) : null,
      can(ctx.actor, "contracts.read") ? coverageOf(ctx, ticket) : null,
      relatedOf(ctx, ticket),
    ],
  );
  return {
    number: `#${ticket.ticket_number}`,
    title: ticket.title,
    alerts: ofKind(panels, "alert"),
    badges,
    back: { label: from.startsWith("/my-work") ? t("My work") : t("Tickets"), href: from },
    previous_url: at("/previous"),
    next_url: at("/next"),
    actions: [...actions, ...ofKind(panels, "action")],
    ...(isWriter ? { details: withShortChoices(details) } : { details: null, read_details: detailFacts(details) }),
    facts: [client, own, ...custom, ...ofKind(panels, "facts")],
    sla: [],
    notes,
    live: { topic: `tickets/${ticket.id}`, url: `/tickets/${ticket.id}` },
    composer,
    coverage,
    related,
    // Where they hang in the conversation is where they are taken away.
    attachments: [...(await files).values()].flat().map((file) => ({ ...file, remove_url: "" })),
  };
}

/** The conversation with what was changed and worked in between, oldest first. */
async function notesOf(ctx: Ctx, ticket: TicketRow, files: ReturnType<typeof attachmentsOf>): Promise<NoteModel[]> {
  const [work, [opening, ...notes], changes] = await Promise.all([
    workOn(ctx, ticket.id),
    conversationOf(ctx, ticket, { base: "/tickets", files }),
    changesOf(ctx, ticket.id),
  ]);
  const written = notes.map((note) => ({ ...note, time_text: work.byNote.get(note.id) ?? "" }));
  const rest = [...written, ...changes, ...work.lines].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return opening === undefined ? rest : [opening, ...rest];
}

async function badgesOf(ctx: Ctx, ticket: TicketRow): Promise<BadgeModel[]> {
  const [status, priority] = await Promise.all([
    find(ctx, "ticket_statuses", ticket.status_id),
    find(ctx, "ticket_priorities", ticket.priority_id),
  ]);
  return [
    { text: status.name, tone: status.color },
    { text: priority.name, tone: priority.color },
    ...(isClientWaiting(ticket) && ticket.closed_at === null ? [{ text: t("Client replied"), tone: "warning" }] : []),
    ...(ticket.is_billable ? [] : [{ text: t("Not billable"), tone: "neutral" }]),
  ];
}

function buttonsOf(ctx: Ctx, ticket: TicketRow, timer: ActiveTimer | null): ActionLink[] {
  const timing =
    timer?.ticket_id === ticket.id
      ? button(t("Stop timer"), "/timer/stop", "stop")
      : button(t("Start timer"), `/timer/start?ticket_id=${ticket.id}`, "play");
  return [
    ...(can(ctx.actor, "tickets.write") ? [link(t("Edit"), `/tickets/${ticket.id}/edit`, "pencil")] : []),
    ...(can(ctx.actor, "time.write") ? [timing] : []),
    ...(can(ctx.actor, "tickets.write") && ticket.assigned_to_id === null
      ? [button(t("Take"), `/tickets/${ticket.id}/take`, "user", "primary")]
      : []),
  ];
}

async function clientFacts(
  ctx: Ctx,
  ticket: TicketRow,
  asking: Promise<RowFor<"contacts"> | undefined>,
): Promise<FactsModel> {
  const [contact, company, site] = await Promise.all([
    asking,
    maybeFind(ctx, "companies", ticket.company_id),
    maybeFind(ctx, "sites", ticket.site_id),
  ]);
  return facts(t("Client"), [
    [t("Company"), company === undefined ? cell.nothing : cell.link(company.name, `/companies/${company.id}`)],
    [t("Contact"), contact === undefined ? cell.nothing : cell.link(contactName(contact), `/contacts/${contact.id}`)],
    [t("Phone"), cell.tel(contact?.phone ?? contact?.mobile ?? company?.phone)],
    [t("E-mail"), cell.mail(contact?.email)],
    [t("Site"), cell.text(site?.name)],
  ]);
}

async function ticketFacts(ctx: Ctx, ticket: TicketRow): Promise<FactsModel> {
  const [parent, worked, tags] = await Promise.all([
    maybeFind(ctx, "tickets", ticket.parent_ticket_id),
    can(ctx.actor, "time.read") ? minutesOn(ctx, [ticket.id]) : null,
    ownTagChips(ctx, "tickets", ticket.id),
  ]);
  const minutes = worked?.get(ticket.id);
  const instant = (at: string | null): ReturnType<typeof cell.text> =>
    at === null ? cell.nothing : cell.text(formatInstant(at, ctx.tenant));
  return facts(t("Ticket"), [
    [t("Opened"), instant(ticket.created_at)],
    [t("Source"), cell.text(words(ticket.source))],
    [t("First answer"), instant(ticket.first_response_at)],
    [t("Closed"), instant(ticket.closed_at)],
    [t("Planned from"), instant(ticket.scheduled_start)],
    [t("Planned until"), instant(ticket.scheduled_end)],
    [
      t("Estimated"),
      ticket.estimated_hours === null ? cell.nothing : cell.text(formatMinutes(minutesOf(ticket.estimated_hours))),
    ],
    [t("Time logged"), minutes === undefined ? cell.nothing : cell.text(formatMinutes(minutes))],
    [
      t("Below"),
      parent === undefined
        ? cell.nothing
        : cell.link(`#${parent.ticket_number} ${parent.title}`, `/tickets/${parent.id}`),
    ],
    [t("Tags"), cell.tags(tags)],
  ]);
}

/** What else is going on: below this ticket, and with the person who asked. */
async function relatedOf(ctx: Ctx, ticket: TicketRow): Promise<TicketPageModel["related"]> {
  const hits = async (column: "parent_ticket_id" | "contact_id" | "company_id", id: string): Promise<SearchHit[]> => {
    const rows = await runOnceBuilt(
      ctx,
      wholeShape(ctx, `related by ${column}`, "tickets"),
      { id, not: ticket.id },
      (given) =>
        reach(ctx, "tickets")
          .innerJoin("ticket_statuses as statuses", "statuses.id", "tickets.status_id")
          .select([
            "tickets.id",
            "tickets.ticket_number",
            "tickets.title",
            "tickets.created_at",
            "statuses.name as status",
            "statuses.color as status_color",
          ])
          .where(`tickets.${column}`, "=", given.id)
          .where("tickets.id", "<>", given.not)
          .orderBy("tickets.created_at", "desc")
          .limit(recent),
    );
    return rows.map((row) => ({
      href: `/tickets/${row.id}`,
      icon: "ticket",
      title: row.title,
      detail: `#${row.ticket_number}`,
      when: whenOf(ctx, row.created_at),
      badge: { text: row.status, tone: row.status_color },
    }));
  };
  const [below, others] = await Promise.all([
    hits("parent_ticket_id", ticket.id),
    ticket.contact_id === null ? hits("company_id", ticket.company_id) : hits("contact_id", ticket.contact_id),
  ]);
  const title = ticket.contact_id === null ? t("Other tickets of the company") : t("Other tickets of the contact");
  return [
    ...(below.length === 0 ? [] : [{ title: t("Tickets below"), hits: below, empty: "" }]),
    { title, hits: others, empty: t("No other tickets so far.") },
  ];
}
