import { roundMinutes, timeEntries } from "../modules/time/index.ts";
import type { TicketRow } from "../modules/tickets/index.ts";
import type { RowOf } from "../platform/database/columns.ts";
import { findRate } from "../modules/contracts/index.ts";
import { idAt } from "./bulk.ts";
import { type Calendar, clockTime, dateAt, type Moment } from "./calendar.ts";
import type { Client } from "./clients.ts";
import type { Course, Step } from "./course.ts";
import { one } from "./lists.ts";
import type { Random } from "./random.ts";
import { complete } from "./row.ts";
import type { DemoWorkType, Lists, Person } from "./setup.ts";
import type { Size } from "./sizes.ts";
import type { Story } from "./stories/index.ts";

/**
 * Work that was written down. Hundreds of thousands of these wait until it is known which invoice has them: so they hold what
 * tells them apart, share the rest with each other, and become rows when they are written (`entryRow`).
 */
export interface LoggedTime {
  readonly id: string;
  readonly scene: { readonly tenantId: string; readonly client: Client };
  readonly ticket: LoggedTicket;
  readonly note_id: string | null;
  readonly work_type: DemoWorkType;
  readonly contract_id: string | null;
  readonly date: string;
  /** Minute of the day at which it ended; null where only its length is known. */
  readonly ended: number | null;
  readonly worked_minutes: number;
  readonly duration_minutes: number;
  readonly notes: string;
  readonly is_billable: boolean;
  /** When it was written down, in milliseconds. */
  readonly written: number;
}

/** What the entries of a ticket have in common. */
interface LoggedTicket {
  id: string;
  /** `#1042 Paper jams` */
  label: string;
  technician: Person;
}

/** The entry as a row that is not billed yet. */
export function entryRow(logged: LoggedTime): RowOf<typeof timeEntries> {
  const { id, scene, ticket, ended, worked_minutes, duration_minutes } = logged;
  const { company } = scene.client;
  const written = new Date(logged.written).toISOString();
  return complete(timeEntries, {
    id,
    tenant_id: scene.tenantId,
    user_id: ticket.technician.id,
    date: logged.date,
    start_time: ended === null ? null : clockTime(ended - worked_minutes),
    end_time: ended === null ? null : clockTime(ended),
    worked_minutes,
    duration_minutes,
    work_type_id: logged.work_type.id,
    ticket_id: ticket.id,
    note_id: logged.note_id,
    company_id: company.id,
    contract_id: logged.contract_id,
    notes: logged.notes,
    is_billable: logged.is_billable,
    currency: company.currency,
    created_at: written,
    updated_at: written,
  });
}

interface Worked {
  scene: {
    size: Size;
    calendar: Calendar;
    client: Client;
    lists: Lists;
    opened: Moment;
    tenantId: string;
    active: (companyId: string, date: string) => string | null;
  };
  ticket: TicketRow;
  story: Story;
  course: Course;
  text: (words: string) => string;
  technician: Person;
  notes: readonly { id: string; created_by_id?: string | null }[];
  instants: readonly string[];
}

/** How the minutes of a ticket are spread over its steps, in per cent. */
const shares: Record<Step["kind"], number> = { reply: 15, finding: 30, answer: 10, solution: 55 };

/** The time of the steps that the staff did itself; a visit brings the way there with it. */
export function timeOf(random: Random, worked: Worked): LoggedTime[] {
  const { scene, story, course, text, technician, notes, instants } = worked;
  const total = random.between(...story.minutes);
  const logged: LoggedTime[] = [];
  const { id, ticket_number, title } = worked.ticket;
  const ticket: LoggedTicket = { id, label: `#${ticket_number} ${title}`, technician };
  const shared = { tenantId: scene.tenantId, client: scene.client };
  let since = scene.opened;
  for (const [index, step] of course.steps.entries()) {
    const note = notes[index];
    const at = instants[index];
    const before = since;
    since = step.at;
    if (note?.created_by_id !== technician.id || at === undefined || !random.chance(scene.size.logged)) continue;
    const minutes = Math.max(4, Math.round((total * shares[step.kind]) / 100) + random.between(-3, 3));
    const isVisit = story.isOnSite === true && step.kind === "solution";
    const name = isVisit ? "On-site support" : story.tag === "project" ? "Project work" : "Remote support";
    logged.push(
      entryOf(random, worked, {
        ticket,
        shared,
        at,
        moment: step.at,
        since: before,
        minutes,
        name,
        notes: wordsOf(step.kind, text, story),
        noteId: note.id,
      }),
    );
    if (isVisit && random.chance(0.6)) {
      const way = random.between(12, 45);
      logged.push(
        entryOf(random, worked, {
          ticket,
          shared,
          at,
          moment: { ...step.at, minute: step.at.minute - minutes },
          since: before,
          minutes: way,
          name: "Travel",
          notes: "Travel to the site",
          noteId: null,
        }),
      );
    }
  }
  return logged;
}

function wordsOf(kind: Step["kind"], text: (words: string) => string, story: Story): string {
  if (kind === "solution") return text(story.work);
  const step = { reply: "First look and answer", finding: "Analysis", answer: "Call" }[kind];
  return `${step}: ${text(story.title)}`;
}

interface Entry {
  ticket: LoggedTicket;
  shared: LoggedTime["scene"];
  at: string;
  /** When it was finished. */
  moment: Moment;
  /** The step before: work on it does not begin earlier. */
  since: Moment;
  minutes: number;
  name: string;
  notes: string;
  noteId: string | null;
}

function entryOf(
  random: Random,
  { scene, ticket: { is_billable } }: Worked,
  { ticket, shared, at, moment, since, minutes, name, notes, noteId }: Entry,
): LoggedTime {
  const { calendar, lists, client } = scene;
  const work_type = one(lists.workTypes, (type) => type.name === name);
  const written = Date.parse(at) + 1 + random.between(0, 40);
  const date = dateAt(calendar, moment);
  // Long work began on an earlier day or was interrupted: then only its length is known.
  const earliest = Math.max(7 * 60, since.day === moment.day ? since.minute : 0);
  const isInOneGo = moment.minute - minutes >= earliest;
  const entry = { hourly_rate: null, currency: client.company.currency ?? "" };
  const isRated = findRate({ work_type, entry, overage: null, ...lists.rates }).ok;
  return {
    id: idAt(written),
    scene: shared,
    ticket,
    note_id: noteId,
    work_type,
    contract_id: scene.active(client.company.id, date),
    date,
    ended: isInOneGo ? moment.minute : null,
    worked_minutes: minutes,
    duration_minutes: roundMinutes(minutes, lists.rounding),
    notes,
    is_billable: is_billable && isRated && !random.chance(0.04),
    written,
  };
}
