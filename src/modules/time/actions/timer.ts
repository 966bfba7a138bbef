import { Type } from "@sinclair/typebox";
import { maybeFind, reach } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import { dateIn } from "../../../platform/clock.ts";
import type { Work } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { insert, remove } from "../../../platform/database/records.ts";
import { conflict, forbidden, invalidField } from "../../../platform/errors.ts";
import { formatMinutes } from "../../../platform/http/pages/cells.ts";
import { t } from "../../../platform/language/index.ts";
import { longestEntry, minutesBetween, timerMinutes } from "../rules.ts";
import { timers } from "../schema.ts";
import type { TimeEntry } from "./checks.ts";
import { addEntry, logTime, type LogTime } from "./entries.ts";
import { workedMinutes } from "./measure.ts";

type Timer = RowOf<typeof timers>;
const maybeId = Type.Optional(Type.Union([Type.String({ format: "uuid" }), Type.Null()]));

interface Start {
  ticket_id?: string | null;
  work_type_id?: string | null;
  notes?: string;
}

/** Starts the actor's timer. While another one runs this is a 409, so that no minute is lost or logged silently. */
export const startTimer = action({
  name: "time.start_timer",
  permission: "time.write",
  input: Type.Object(
    { ticket_id: maybeId, work_type_id: maybeId, notes: Type.Optional(Type.String({ maxLength: 5000 })) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: Start): Promise<Timer> => {
    const user_id = work.actor.user_id;
    if (user_id === null) throw forbidden(t("A timer belongs to a person."));
    const running = await reach(work, "timers").selectAll().executeTakeFirst();
    if (running !== undefined) {
      const ticket = await maybeFind(work, "tickets", running.ticket_id);
      const where = ticket === undefined ? "" : ` on #${ticket.ticket_number}`;
      const minutes = formatMinutes(timerMinutes(running.started_at, work.app.clock.now()));
      throw conflict(
        t(
          "A timer has been running{where} for {minutes}. Stop it first: its time is logged, or discarded if you say so.",
          { where, minutes },
        ),
        "timer_running",
      );
    }
    return insert(work, timers, {
      user_id,
      ticket_id: input.ticket_id ?? null,
      work_type_id: input.work_type_id ?? null,
      notes: input.notes?.trim() ?? "",
      started_at: work.app.clock.now(),
    });
  },
});

const { user_id: _user, start_time: _start, end_time: _end, note_id: _note, ...stopped } = logTime.input.properties;

/**
 * Stops the actor's timer and logs its time. What is given goes before what the timer knows; `duration` replaces what the
 * clock says. When something is missing (whom the work was for) the timer goes on.
 */
export const stopTimer = action({
  name: "time.stop_timer",
  permission: "time.write",
  input: Type.Object(stopped, { additionalProperties: false }),
  run: async (work: Work, input: LogTime): Promise<TimeEntry> => {
    const timer = await running(work);
    const minutes = timerMinutes(timer.started_at, work.app.clock.now());
    const given = workedMinutes(input);
    if (given === undefined && minutes > longestEntry) {
      throw invalidField(
        "duration",
        t("The timer has run for {duration}: enter how long you worked.", { duration: formatMinutes(minutes) }),
        "too_large",
      );
    }
    const entry = await addEntry(
      work,
      { ...fromTimer(work, timer, given === undefined ? minutes : null), ...known(input) },
      given ?? minutes,
    );
    await remove(work, timers, timer.id);
    return entry;
  },
});

/** Throws the actor's timer away; nothing is logged. */
export const discardTimer = action({
  name: "time.discard_timer",
  permission: "time.write",
  input: Type.Object({}, { additionalProperties: false }),
  run: async (work: Work) => {
    const timer = await running(work);
    await remove(work, timers, timer.id);
  },
});

async function running(work: Work): Promise<Timer> {
  const timer = await reach(work, "timers").selectAll().executeTakeFirst();
  if (timer === undefined) throw conflict(t("No timer is running."), "no_timer");
  return timer;
}

/** What the timer says itself. Wall-clock times only where they tell the same as the minutes. */
function fromTimer(work: Work, timer: Timer, minutes: number | null): LogTime {
  const zone = work.tenant.zone;
  const start = Temporal.Instant.from(timer.started_at).toZonedDateTimeISO(zone);
  const clock = (at: Temporal.ZonedDateTime): string => at.toPlainTime().toString({ smallestUnit: "minute" });
  const end = minutes === null ? start : start.add({ minutes });
  const times = { start_time: clock(start), end_time: clock(end) };
  return {
    date: dateIn(zone, timer.started_at),
    ticket_id: timer.ticket_id,
    notes: timer.notes,
    ...(timer.work_type_id === null ? {} : { work_type_id: timer.work_type_id }),
    // Not over a change of clocks, say.
    ...(minutes === minutesBetween(times.start_time, times.end_time) ? times : {}),
  };
}

/** The members that say something: a form's blank field does not take away what the timer knows. */
function known(input: LogTime): LogTime {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
