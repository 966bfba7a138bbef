import { can } from "../../platform/access/actor.ts";
import { find, maybeFind, reach, type RowFor, wholeShape } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import type { Failure } from "../../platform/errors.ts";
import { customFacts } from "../../platform/custom-fields/show.ts";
import {
  button,
  cell,
  facts,
  formatAgo,
  formatDecimal,
  formatInstant,
  formatMinutes,
  link,
  words,
} from "../../platform/http/pages/cells.ts";
import { withShortChoices } from "../../platform/http/forms/choices.ts";
import type { FormValues } from "../../platform/http/forms/model.ts";
import type { NoteModel, SearchHit, TicketPageModel } from "../../platform/http/models/pages.ts";
import { ofKind, panelsOf } from "../../platform/http/pages/panels.ts";
import type { ActionLink, BadgeModel, FactsModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import { tagChips, tagsOf } from "../../platform/tags.ts";
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

/** The page of a ticket: details, conversation, insights (PRD 3.4). `from` is the list it was opened from. */
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
  const panels = await panelsOf(ctx, "ticket", { id });
  const files = await attachmentsOf(ctx, id, "/tickets");
  const timer = await activeTimer(ctx);
  const details = await detailsForm(ctx, ticket, url, ...failed("details"));
  const contact = ticket.contact_id === null ? undefined : await maybeFind(ctx, "contacts", ticket.contact_id);
  return {
    number: `#${ticket.ticket_number}`,
    title: ticket.title,
    alerts: ofKind(panels, "alert"),
    badges: await badgesOf(ctx, ticket),
    back: { label: from.startsWith("/my-work") ? t("My work") : t("Tickets"), href: from },
    previous_url: at("/previous"),
    next_url: at("/next"),
    actions: [...buttonsOf(ctx, ticket, timer), ...ofKind(panels, "action")],
    ...(can(ctx.actor, "tickets.write")
      ? { details: withShortChoices(details) }
      : { details: null, read_details: detailFacts(details) }),
    facts: [
      await clientFacts(ctx, ticket, contact),
      await ticketFacts(ctx, ticket),
      ...(await customFacts(ctx, "tickets", ticket.custom_fields, { onlyFilled: true })),
      ...ofKind(panels, "facts"),
    ],
    sla: [],
    notes: await notesOf(ctx, ticket, files),
    live: { topic: `tickets/${ticket.id}`, url: `/tickets/${ticket.id}` },
    composer: can(ctx.actor, "tickets.write")
      ? await composerOf(ctx, { ticket, timer, contact }, at("/reply"), ...failed("composer"))
      : null,
    coverage: can(ctx.actor, "contracts.read") ? await coverageOf(ctx, ticket) : null,
    related: await relatedOf(ctx, ticket),
    // Where they hang in the conversation is where they are taken away.
    attachments: [...files.values()].flat().map((file) => ({ ...file, remove_url: "" })),
  };
}

/** The conversation with what was changed and worked in between, oldest first. */
async function notesOf(
  ctx: Ctx,
  ticket: TicketRow,
  files: Awaited<ReturnType<typeof attachmentsOf>>,
): Promise<NoteModel[]> {
  const work = await workOn(ctx, ticket.id);
  const [opening, ...notes] = await conversationOf(ctx, ticket, { base: "/tickets", files });
  const written = notes.map((note) => ({ ...note, time_text: work.byNote.get(note.id) ?? "" }));
  const rest = [...written, ...(await changesOf(ctx, ticket.id)), ...work.lines].toSorted((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : 0,
  );
  return opening === undefined ? rest : [opening, ...rest];
}

async function badgesOf(ctx: Ctx, ticket: TicketRow): Promise<BadgeModel[]> {
  const status = await find(ctx, "ticket_statuses", ticket.status_id);
  const priority = await find(ctx, "ticket_priorities", ticket.priority_id);
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

async function clientFacts(ctx: Ctx, ticket: TicketRow, contact: RowFor<"contacts"> | undefined): Promise<FactsModel> {
  const company = await maybeFind(ctx, "companies", ticket.company_id);
  const site = ticket.site_id === null ? undefined : await maybeFind(ctx, "sites", ticket.site_id);
  return facts(t("Client"), [
    [t("Company"), company === undefined ? cell.nothing : cell.link(company.name, `/companies/${company.id}`)],
    [t("Contact"), contact === undefined ? cell.nothing : cell.link(contactName(contact), `/contacts/${contact.id}`)],
    [t("Phone"), cell.tel(contact?.phone ?? contact?.mobile ?? company?.phone)],
    [t("E-mail"), cell.mail(contact?.email)],
    [t("Site"), cell.text(site?.name)],
  ]);
}

async function ticketFacts(ctx: Ctx, ticket: TicketRow): Promise<FactsModel> {
  const parent =
    ticket.parent_ticket_id === null ? undefined : await maybeFind(ctx, "tickets", ticket.parent_ticket_id);
  const minutes = can(ctx.actor, "time.read") ? (await minutesOn(ctx, [ticket.id])).get(ticket.id) : undefined;
  const [tags = []] = await tagsOf(ctx, "tickets", [ticket.id]);
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
      ticket.estimated_hours === null
        ? cell.nothing
        : cell.text(t("{hours} h", { hours: formatDecimal(ticket.estimated_hours) })),
    ],
    [t("Time logged"), minutes === undefined ? cell.nothing : cell.text(formatMinutes(minutes))],
    [
      t("Below"),
      parent === undefined
        ? cell.nothing
        : cell.link(`#${parent.ticket_number} ${parent.title}`, `/tickets/${parent.id}`),
    ],
    [t("Tags"), cell.tags(await tagChips(ctx, tags, "/tickets"))],
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
      detail: `#${row.ticket_number} · ${formatAgo(row.created_at, ctx.tenant, ctx.app.clock.now())}`,
      badge: { text: row.status, tone: row.status_color },
    }));
  };
  const below = await hits("parent_ticket_id", ticket.id);
  const person =
    ticket.contact_id === null
      ? { title: t("Other tickets of the company"), hits: await hits("company_id", ticket.company_id) }
      : { title: t("Other tickets of the contact"), hits: await hits("contact_id", ticket.contact_id) };
  return [
    ...(below.length === 0 ? [] : [{ title: t("Tickets below"), hits: below, empty: "" }]),
    { ...person, empty: t("No other tickets so far.") },
  ];
}
