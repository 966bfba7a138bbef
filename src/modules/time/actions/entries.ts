import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { Patch } from "../../../platform/database/columns.ts";
import { edgeSchema, type PatchInput, patchInput } from "../../../platform/database/edge.ts";
import { insert, remove, update } from "../../../platform/database/records.ts";
import { compareDecimals } from "../../../platform/decimal.ts";
import { invalidField } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { t } from "../../../platform/language/index.ts";
import { timeChanged, timeDeleted, timeLogged } from "../events.ts";
import { roundingRule, today } from "../queries.ts";
import { backToBefore, type Reverse, type Undo } from "../../../platform/undo/undo.ts";
import { roundMinutes } from "../rules.ts";
import { timeEntries } from "../schema.ts";
import { checkNote, checkOpen, checkRate, type TimeEntry, workerOf, workTypeOf } from "./checks.ts";
import { checkDate, checkTimes, type Measured, workedMinutes } from "./measure.ts";
import { billedIn, seeingContracts, subjectOf } from "./subject.ts";

/** What can be said about a piece of work; only the duration and whom it was for have to be. */
export interface LogTime extends Measured {
  /** Who worked: oneself unless told. */
  user_id?: string;
  /** Today unless told. */
  date?: string;
  /** The first work type in use unless told. */
  work_type_id?: string;
  ticket_id?: string | null;
  company_id?: string;
  /** Found out when left away; null: none. */
  contract_id?: string | null;
  notes?: string;
  internal_notes?: string;
  /** As work type and ticket say, unless told. */
  is_billable?: boolean;
  hourly_rate?: string | null;
  /** What the rate is in: what the work is billed in unless told. */
  currency?: string;
  /** The note on the ticket that tells of this work. */
  note_id?: string | null;
}

const names = [
  "user_id",
  "date",
  "start_time",
  "end_time",
  "work_type_id",
  "ticket_id",
  "company_id",
  "contract_id",
  "notes",
  "internal_notes",
  "hourly_rate",
  "currency",
] as const;
const more = {
  duration_minutes: Type.Optional(Type.Integer({ minimum: 0, title: "Minutes" })),
  duration: Type.Optional(Type.String({ maxLength: 40 })),
  // Of literals, because a form leaves it to the work type by sending nothing, which a check box cannot.
  is_billable: Type.Optional(Type.Union([Type.Literal(true), Type.Literal(false)], { title: "Billable" })),
};
const { columns } = timeEntries;
/** Each of them is found out where it is left away. */
const logged = names.map((name) => [name, Type.Optional(edgeSchema(columns[name], name))] as const);

/**
 * Logs work (PRD 3.5): the minutes as worked are kept, the rounded ones count. Company, contract and currency follow from
 * the ticket or the company.
 */
export const logTime = action({
  name: "time.log_time",
  permission: "time.write",
  input: Type.Object(
    {
      ...Object.fromEntries(logged),
      ...more,
      note_id: Type.Optional(Type.Union([Type.String({ format: "uuid" }), Type.Null()])),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: LogTime): Promise<TimeEntry> => {
    const worked = workedMinutes(input);
    if (worked === undefined) {
      throw invalidField(
        input.duration === undefined ? "duration_minutes" : "duration",
        t("Say how long it took."),
        "required",
      );
    }
    checkTimes(input.start_time ?? null, input.end_time ?? null, worked);
    return addEntry(work, input, worked);
  },
});

/** Writes an entry whose minutes are known; the timer ends here too. */
export async function addEntry(work: Work, input: LogTime, worked: number): Promise<TimeEntry> {
  const user_id = await workerOf(work, input.user_id);
  const date = input.date ?? today(work);
  checkDate(date, today(work));
  checkRate(work, input.hourly_rate);
  const type = await workTypeOf(work, input.work_type_id);
  const subject = await subjectOf(work, {
    date,
    ticket_id: input.ticket_id ?? null,
    company_id: input.company_id ?? null,
    contract_id: input.contract_id,
  });
  if (input.note_id != null) await checkNote(work, input.note_id, subject.ticket_id);
  const row = await insert(seeingContracts(work), timeEntries, {
    user_id,
    date,
    start_time: input.start_time ?? null,
    end_time: input.end_time ?? null,
    worked_minutes: worked,
    duration_minutes: roundMinutes(worked, await roundingRule(work.db)),
    work_type_id: type.id,
    ticket_id: subject.ticket_id,
    company_id: subject.company_id,
    contract_id: subject.contract_id,
    currency: input.currency ?? subject.currency,
    note_id: input.note_id ?? null,
    notes: input.notes?.trim() ?? "",
    internal_notes: input.internal_notes?.trim() ?? "",
    is_billable: input.is_billable ?? (type.default_billable && subject.is_billable),
    hourly_rate: input.hourly_rate ?? null,
  });
  const { id, ticket_id, company_id } = row;
  await emit(work, timeLogged, { time_entry_id: id, ticket_id, company_id, user_id });
  return row;
}

/** Changes work that no invoice has yet. A new duration is rounded anew; a new ticket brings its company and contract. */
export const updateTime = action({
  name: "time.update",
  permission: "time.write",
  input: patchInput(timeEntries, names, more),
  undo: backToBefore(timeEntries, "time.update"),
  isForMany: true,
  run: async (work: Work, { id, version, ...given }: PatchInput): Promise<TimeEntry> => {
    const input: LogTime = given;
    const before = await find(work, "time_entries", id);
    await checkOpen(work, before);
    const user_id =
      input.user_id === undefined || input.user_id === before.user_id
        ? before.user_id
        : await workerOf(work, input.user_id);
    const after = { ...before, ...input };
    if (input.date !== undefined) checkDate(input.date, today(work));
    checkRate(work, input.hourly_rate);
    if (input.work_type_id !== undefined && input.work_type_id !== before.work_type_id)
      await workTypeOf(work, input.work_type_id);
    // What counts, sent back as it was shown, says nothing new of what was worked.
    const isAsShown = input.duration === undefined && input.duration_minutes === before.duration_minutes;
    const measured = isAsShown ? undefined : workedMinutes(input);
    if (measured === undefined && input.duration?.trim() === "")
      throw invalidField("duration", t("Say how long it took."), "required");
    const worked = measured ?? before.worked_minutes;
    checkTimes(after.start_time, after.end_time, worked);
    const moved = await movedTo(work, before, input);
    const patch: Patch<typeof timeEntries> = {
      user_id,
      date: input.date,
      start_time: input.start_time,
      end_time: input.end_time,
      work_type_id: input.work_type_id,
      notes: input.notes?.trim(),
      internal_notes: input.internal_notes?.trim(),
      is_billable: input.is_billable,
      hourly_rate: input.hourly_rate,
      ...(worked === before.worked_minutes
        ? {}
        : { worked_minutes: worked, duration_minutes: roundMinutes(worked, await roundingRule(work.db)) }),
      ...moved,
      currency: await currencyAfter(work, before, input, moved),
    };
    const row = await update(seeingContracts(work), timeEntries, id, patch, version);
    const { ticket_id, company_id } = row;
    await emit(work, timeChanged, { time_entry_id: id, ticket_id, company_id, user_id });
    return row;
  },
});

/** Whom the work is for after a change; nothing when that is not what was changed. */
async function movedTo(work: Work, before: TimeEntry, input: LogTime): Promise<Patch<typeof timeEntries>> {
  const ticket_id = input.ticket_id === undefined ? before.ticket_id : input.ticket_id;
  const date = input.date ?? before.date;
  const isMoved =
    ticket_id !== before.ticket_id || (input.company_id !== undefined && input.company_id !== before.company_id);
  const isNamed = input.contract_id !== undefined && input.contract_id !== before.contract_id;
  if (!isMoved && !isNamed && date === before.date) return {};
  // A form sends the company that it showed; when the ticket is another one, that says nothing about the company.
  const isCompanyLeft = input.company_id === undefined || input.company_id === before.company_id;
  const company_id = isCompanyLeft
    ? ticket_id !== null && ticket_id !== before.ticket_id
      ? null
      : before.company_id
    : (input.company_id ?? null);
  const contract_id = isNamed ? input.contract_id : before.contract_id === null && !isMoved ? null : undefined;
  const {
    is_billable: _,
    currency: _now,
    ...subject
  } = await subjectOf(work, {
    date,
    ticket_id,
    company_id,
    contract_id,
    kept_contract_id: isMoved ? null : before.contract_id,
  });
  return subject;
}

/**
 * What the rate of an entry is in after a change. One that stays keeps its currency, for in another one it would be another
 * price; a new one is in what the work is billed in by now.
 */
async function currencyAfter(
  work: Work,
  before: TimeEntry,
  input: LogTime,
  moved: Patch<typeof timeEntries>,
): Promise<string> {
  if (input.currency !== undefined) return input.currency;
  const { company_id, contract_id, hourly_rate: rate } = { ...before, ...input, ...moved };
  const isKept =
    rate === null || before.hourly_rate === null
      ? rate === before.hourly_rate
      : compareDecimals(rate, before.hourly_rate) === 0;
  const isMoved = company_id !== before.company_id || contract_id !== before.contract_id;
  if (isKept && (rate !== null || !isMoved)) return before.currency;
  return billedIn(work, company_id, contract_id);
}

/** What logs a deleted entry again, as it was worked. */
function loggedAgain(entry: TimeEntry): Reverse {
  const { user_id, date, start_time, end_time, work_type_id, ticket_id, company_id, contract_id, ...rest } = entry;
  const { notes, internal_notes, is_billable, hourly_rate, currency, note_id, worked_minutes } = rest;
  const work = { user_id, date, start_time, end_time, work_type_id, ticket_id, company_id, contract_id };
  const said = { notes, internal_notes, is_billable, note_id, duration_minutes: worked_minutes };
  return {
    action: "time.log_time",
    input: { ...work, ...said, ...(hourly_rate === null ? {} : { hourly_rate, currency }) },
  };
}

/** Deletes work that no invoice has yet. */
export const deleteTime = action({
  name: "time.delete",
  permission: "time.write",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  undo: { of: loggedAgain } as unknown as Undo<never, never>,
  isForMany: true,
  run: async (work: Work, { id, version }: PatchInput): Promise<TimeEntry> => {
    const before = await find(work, "time_entries", id);
    await checkOpen(work, before);
    await remove(work, timeEntries, id, version);
    await emit(work, timeDeleted, {
      time_entry_id: id,
      ticket_id: before.ticket_id,
      company_id: before.company_id,
      user_id: before.user_id,
    });
    return before;
  },
});
