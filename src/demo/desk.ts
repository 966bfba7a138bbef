import { written } from "./written.ts";
import {
  endsAfter,
  repliesAfter,
  ticketNotes,
  ticketNumber,
  type TicketRow,
  tickets,
} from "../modules/tickets/index.ts";
import { recordTags } from "../platform/tags.ts";
import type { Agreement } from "./agreements.ts";
import { arrivals } from "./arrivals.ts";
import { idAt, type Bulk } from "./bulk.ts";
import { type Calendar, dateAt, millisecondsAt, type Moment } from "./calendar.ts";
import type { Client, TagRow } from "./clients.ts";
import { callerOf, type NoteRow, noteOf, slotsOf, sourceOf } from "./conversation.ts";
import { type Course, courseOf } from "./course.ts";
import { categoriesOf, priorityOf, queueOf, statusOf, typeOf } from "./lists.ts";
import { type LoggedTime, timeOf } from "./logged-time.ts";
import { type Random, randomOf } from "./random.ts";
import { complete } from "./row.ts";
import type { Lists, Staff } from "./setup.ts";
import type { Size } from "./sizes.ts";
import { fill, stories } from "./stories/index.ts";
import type { Teams } from "./teams.ts";

/** All that the play on the desk needs. */
export interface Stage {
  size: Size;
  seed: number;
  calendar: Calendar;
  clients: readonly Client[];
  agreements: readonly Agreement[];
  staff: Staff;
  teams: Teams;
  lists: Lists;
  tenantId: string;
  /** How many tickets have been numbered before. */
  lastTicket: number;
}

/** A ticket with all that hangs on it. */
interface Played {
  ticket: TicketRow;
  notes: NoteRow[];
  tags: TagRow[];
  time: LoggedTime[];
  /** Description and notes as plain text, newest note first: what search finds it by. */
  words: string;
}

const pageSize = 1_000;

/** Plays and writes all tickets; answers the time that was logged on them, which is written once it is billed or not. */
export async function writeTickets(bulk: Bulk, stage: Stage): Promise<LoggedTime[]> {
  const random = randomOf(stage.seed, "tickets");
  const moments = arrivals(random, stage.calendar, stage.size.tickets);
  const chances = stage.clients
    .filter((client) => client.weight > 0)
    .map((client): [number, Client] => [client.weight, client]);
  const active = contractFinder(stage.agreements);
  const logged: LoggedTime[] = [];
  for (let from = 0; from < moments.length; from += pageSize) {
    const page = moments.slice(from, from + pageSize).map((opened, index) =>
      play(random, {
        ...stage,
        active,
        opened,
        client: clientOn(random, chances, opened.day),
        number: stage.lastTicket + from + index + 1,
      }),
    );
    await bulk.rows(
      tickets,
      page.map(({ ticket }) => ticket),
    );
    await bulk.rows(
      ticketNotes,
      page.flatMap(({ notes }) => notes),
    );
    await bulk.rows(
      recordTags,
      page.flatMap(({ tags }) => tags),
    );
    const words = new Map(page.map((one) => [one.ticket.id, one.words]));
    await bulk.documents(
      tickets,
      page.map(({ ticket }) => ticket),
      (row) => ({
        title: `${String(row["ticket_number"])} ${String(row["title"])}`,
        body: words.get(String(row["id"])) ?? "",
      }),
    );
    for (const { time } of page) logged.push(...time);
  }
  return logged;
}

/** Somebody who was looked after on that day. */
function clientOn(random: Random, chances: readonly (readonly [number, Client])[], day: number): Client {
  for (;;) {
    const client = random.weighted(chances);
    if (client.from <= day && day <= client.to) return client;
  }
}

/** Finds the contract that holds for a company on a date. */
function contractFinder(agreements: readonly Agreement[]): (companyId: string, date: string) => string | null {
  const byCompany = new Map(
    agreements
      .filter(({ contract }) => contract.status !== "draft")
      .map(({ contract }) => [contract.company_id, contract]),
  );
  return (companyId, date) => {
    const contract = byCompany.get(companyId);
    if (
      contract === undefined ||
      date < contract.start_date ||
      (contract.end_date !== null && date > contract.end_date)
    )
      return null;
    return contract.id;
  };
}

interface Scene extends Stage {
  active: (companyId: string, date: string) => string | null;
  opened: Moment;
  client: Client;
  number: number;
}

function play(random: Random, scene: Scene): Played {
  const { calendar, client, lists, staff, opened } = scene;
  const story = random.pick(random.weighted(stories));
  const contact = callerOf(random, client, story);
  const technician = random.pick(staff.technicians);
  const slots = slotsOf(random, contact);
  const course = courseOf(random, calendar, opened, story);
  const openedAt = millisecondsAt(calendar, opened) + random.between(0, 59_999);
  const id = idAt(openedAt);
  const text = (words: string): string => fill(words, slots);
  const instants = course.steps.map((step) =>
    new Date(millisecondsAt(calendar, step.at) + random.between(0, 59_999)).toISOString(),
  );
  const createdAt = new Date(openedAt).toISOString();
  const updatedAt = instants.at(-1) ?? createdAt;
  const status = statusOf(lists, course, (calendar.now - Date.parse(updatedAt)) / 3_600_000, story);
  const source = sourceOf(random, story, contact);
  const isByClient = source === "email" || source === "portal";
  const description = text(story.opening);
  const notes = course.steps.map((step, index) =>
    noteOf(step.kind, { story, text, contact, technician, ticketId: id, at: instants[index] ?? updatedAt }),
  );
  let replies = {
    first_response_at: null as string | null,
    last_staff_reply_at: null as string | null,
    last_client_reply_at: isByClient ? createdAt : null,
  };
  for (const { row } of notes) {
    const isClient = row.created_by_id === contact.portal_user_id && row.created_by_id !== null;
    replies = {
      ...replies,
      ...repliesAfter(replies, { isClient, isPublic: row.note_type !== "internal" }, row.created_at ?? ""),
    };
  }
  const isTaken = course.steps.length > 0 || random.chance(0.35);
  const openedBy = source === "portal" ? (contact.portal_user_id ?? null) : source === "phone" ? technician.id : null;
  const ticket = complete(tickets, {
    id,
    tenant_id: scene.tenantId,
    version: 1 + course.steps.length,
    ticket_number: ticketNumber(scene.number),
    title: text(story.title),
    description: written(description),
    status_id: status.id,
    priority_id: priorityOf(lists, random, story),
    type_id: typeOf(lists, story),
    ...categoriesOf(lists, story),
    source,
    company_id: client.company.id,
    contact_id: contact.id,
    site_id: contact.site_id ?? null,
    assigned_to_id: isTaken ? technician.id : null,
    queue_id: queueOf(lists, story),
    team_id: story.tag === "project" ? scene.teams.infrastructure : scene.teams.desk,
    contract_id: scene.active(client.company.id, dateAt(calendar, opened)),
    estimated_hours: story.tag === "project" ? String(Math.ceil(story.minutes[1] / 60)) : null,
    is_billable: story.tag !== "warranty",
    created_by_id: openedBy,
    ...endsAfter({ resolved_at: null, closed_at: null }, status.is_closed, updatedAt),
    ...replies,
    ...scheduleOf(calendar, course, status.name),
    created_at: createdAt,
    updated_at: updatedAt,
  });
  const time = timeOf(random, {
    scene,
    ticket,
    story,
    course,
    text,
    technician,
    notes: notes.map(({ row }) => row),
    instants,
  });
  const tags =
    story.tag !== undefined && random.chance(0.7) ? [{ entity_type: "tickets", entity_id: id, tag: story.tag }] : [];
  return {
    ticket,
    notes: notes.map(({ row }) => row),
    tags,
    time,
    words: [description, ...notes.toReversed().map(({ words }) => words)].join(" "),
  };
}

/** A visit that is still to come stands in the calendar. */
function scheduleOf(
  calendar: Calendar,
  { next }: Course,
  status: string,
): { scheduled_start: string | null; scheduled_end: string | null } {
  if (status !== "Scheduled" || next === null) return { scheduled_start: null, scheduled_end: null };
  const start = Math.ceil(millisecondsAt(calendar, next.at) / 1_800_000) * 1_800_000;
  return { scheduled_start: new Date(start).toISOString(), scheduled_end: new Date(start + 5_400_000).toISOString() };
}
