import { maybeFind } from "../../platform/access/reach.ts";
import type { Work } from "../../platform/context.ts";
import { notice, type Told } from "../../platform/events/notice.ts";
import { t } from "../../platform/language/index.ts";
import type { TicketRow } from "./actions/open.ts";
import { noteAdded, ticketAssigned, ticketMentioned, ticketOpened, ticketUpdated } from "./events.ts";

/** Whom the service desk tells what, in the app. */

const ticketOf = async (work: Work, id: string): Promise<TicketRow | undefined> =>
  (await maybeFind(work, "tickets", id)) as TicketRow | undefined;

async function membersOf(work: Work, teamId: string): Promise<string[]> {
  const rows = await work.db.selectFrom("team_members").select("user_id").where("team_id", "=", teamId).execute();
  return rows.map(({ user_id }) => user_id);
}

/** Something about a ticket, told to people. */
async function told(
  work: Work,
  ticket: TicketRow,
  userIds: string[],
  subject: () => string,
  place = "",
): Promise<Told> {
  const company = await maybeFind(work, "companies", ticket.company_id);
  return {
    user_ids: userIds,
    text: () => ({ subject: subject(), body: [ticket.title, company?.name ?? ""].filter(Boolean).join(" · ") }),
    href: `/tickets/${ticket.id}${place}`,
  };
}

export const ticketNotices = [
  notice(ticketAssigned, { title: "A ticket is assigned to me", hasMail: true }, async (work, { payload }) => {
    const ticket = await ticketOf(work, payload.ticket_id);
    if (ticket === undefined) return null;
    return told(work, ticket, [payload.assigned_to_id], () =>
      t("Ticket #{ticket_number} is yours", { ticket_number: ticket.ticket_number }),
    );
  }),
  notice(ticketMentioned, { title: "Somebody mentions me on a ticket", hasMail: true }, async (work, event) => {
    const ticket = await ticketOf(work, event.payload.ticket_id);
    if (ticket === undefined) return null;
    return told(
      work,
      ticket,
      [event.payload.user_id],
      () => t("{name} mentions you on #{number}", { name: event.actor_name, number: ticket.ticket_number }),
      `#note-${event.payload.note_id}`,
    );
  }),
  notice(ticketOpened, { title: "A new ticket waits for my team" }, async (work, { payload }) => {
    const ticket = await ticketOf(work, payload.ticket_id);
    if (ticket === undefined || ticket.team_id === null || ticket.assigned_to_id !== null) return null;
    return told(work, ticket, await membersOf(work, ticket.team_id), () =>
      t("Ticket #{ticket_number} is your team's", { ticket_number: ticket.ticket_number }),
    );
  }),
  notice(ticketUpdated, { title: "A ticket is given to my team" }, async (work, { payload }) => {
    if (!payload.changed.includes("team_id")) return null;
    const ticket = await ticketOf(work, payload.ticket_id);
    if (ticket === undefined || ticket.team_id === null || ticket.assigned_to_id !== null) return null;
    return told(work, ticket, await membersOf(work, ticket.team_id), () =>
      t("Ticket #{ticket_number} is your team's", { ticket_number: ticket.ticket_number }),
    );
  }),
  notice(noteAdded, { title: "A client answers on my ticket", hasMail: true }, async (work, { payload }) => {
    if (!payload.is_client) return null;
    const ticket = await ticketOf(work, payload.ticket_id);
    if (ticket === undefined) return null;
    const people =
      ticket.assigned_to_id !== null
        ? [ticket.assigned_to_id]
        : ticket.team_id === null
          ? []
          : await membersOf(work, ticket.team_id);
    return told(work, ticket, people, () =>
      t("The client answered on #{ticket_number}", { ticket_number: ticket.ticket_number }),
    );
  }),
];
