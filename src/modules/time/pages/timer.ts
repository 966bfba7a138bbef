import { maybeFind } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import { button, formatInstant, formatMinutes } from "../../../platform/http/pages/cells.ts";
import { choicesOr, formChoices } from "../../../platform/http/forms/choices.ts";
import { columnField, field, formFailure, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { readInput } from "../../../platform/http/forms/page.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { discardTimer, startTimer, stopTimer } from "../actions/timer.ts";
import { activeTimer, type ActiveTimer, workTypeOptions } from "../queries.ts";
import { timeEntries } from "../schema.ts";
import { loggedText } from "./entries.ts";
import { ticketOptions } from "./ticket-options.ts";

const crumbs = [{ label: "Time", href: "/time" }];

/** The page of the timer: what runs and how it is stopped, or what to start it for. */
async function timerPage(ctx: Ctx, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const timer = await activeTimer(ctx);
  const model = timer === null ? await startModel(ctx, typed, failure) : await stopModel(ctx, timer, typed, failure);
  return choicesOr(model.form, typed, (form) =>
    page("forms/index", model.header.title, { ...model, form }, failure?.status ?? 200),
  );
}

async function startModel(ctx: Ctx, typed: FormValues | null, failure: Failure | null): Promise<FormPageModel> {
  return {
    header: {
      title: t("Timer"),
      subtitle: t("It goes on while the browser is closed."),
      breadcrumbs: crumbs,
      badges: [],
      actions: [],
    },
    form: formModel({
      action: "/timer/start",
      values: typed ?? {},
      failure,
      submit_label: t("Start"),
      cancel_url: "/time",
      sections: [
        {
          title: t("What you are about to do"),
          fields: [
            columnField(timeEntries, "ticket_id", { options: await ticketOptions(ctx, typed ?? {}), span: 6 }),
            columnField(timeEntries, "work_type_id", { options: await workTypeOptions(ctx) }),
            columnField(timeEntries, "notes", { span: 6, rows: 2 }),
          ],
        },
      ],
    }),
  };
}

async function stopModel(
  ctx: Ctx,
  timer: ActiveTimer,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormPageModel> {
  const since = {
    when: formatInstant(timer.started_at, ctx.tenant),
    duration: formatMinutes(timer.minutes),
  };
  const values = typed ?? { ticket_id: timer.ticket_id, work_type_id: timer.work_type_id, notes: timer.notes };
  return {
    header: {
      title: t("Stop the timer"),
      subtitle:
        timer.ticket_number === null
          ? t("Running since {when}: {duration} so far", since)
          : t("Running on {ticket} since {when}: {duration} so far", {
              ...since,
              ticket: `#${timer.ticket_number} ${timer.ticket_title ?? ""}`,
            }),
      breadcrumbs: crumbs,
      badges: [],
      actions: [
        button(
          t("Discard"),
          "/timer/discard",
          "trash",
          "danger",
          t("Discard {duration}? Nothing is logged.", { duration: formatMinutes(timer.minutes) }),
        ),
      ],
    },
    form: formModel({
      action: "/timer/stop",
      values,
      failure,
      submit_label: t("Stop and log"),
      cancel_url: "/time",
      sections: [
        {
          title: t("Work"),
          fields: [
            field("duration", t("Duration"), {
              placeholder: formatMinutes(timer.minutes),
              hint: t("Leave it empty to take what the clock says."),
              max_length: 40,
            }),
            columnField(timeEntries, "work_type_id", { options: await workTypeOptions(ctx, timer.work_type_id) }),
            columnField(timeEntries, "ticket_id", { options: await ticketOptions(ctx, values), span: 6 }),
            columnField(timeEntries, "company_id", {
              options: await optionsOf(ctx, "companies", { blank: t("The ticket's company") }),
              is_required: false,
            }),
            columnField(timeEntries, "notes", { label: t("Notes for the invoice"), span: 6 }),
            columnField(timeEntries, "internal_notes", { span: 6, rows: 2 }),
          ],
        },
      ],
    }),
  };
}

/** Starts for a ticket of the address or of the form; a running timer is shown instead, to be stopped first. */
async function start(ctx: Ctx, given: FormValues, ticketId: string | null): Promise<Answer> {
  const choices = formChoices(ctx, given, (reader) => timerPage(reader, given, null));
  if (choices !== null) return choices;
  const input = { ...readInput(startTimer.input, given), ...(ticketId === null ? {} : { ticket_id: ticketId }) };
  try {
    const timer = await perform(ctx, startTimer, input);
    return redirect(timer.ticket_id === null ? "/timer" : `/tickets/${timer.ticket_id}`, t("Timer started."));
  } catch (error) {
    const failure = formFailure(error);
    if (failure.code === "timer_running") return redirect("/timer", failure.message, "error");
    return reading(ctx, (reader) => timerPage(reader, given, failure));
  }
}

const permission = "time.write";

/** The timer: one click to start, one to stop; without JavaScript as well. */
export const timerPages: Route[] = [
  { method: "GET", path: "/timer", door: "staff", permission, handle: (ctx) => timerPage(ctx, null, null) },
  {
    method: "POST",
    path: "/timer/start",
    door: "staff",
    permission,
    handle: async (ctx, incoming) =>
      start(ctx, (await incoming.form()).fields, incoming.url.searchParams.get("ticket_id")),
  },
  {
    method: "POST",
    path: "/timer/stop",
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const choices = formChoices(ctx, fields, (reader) => timerPage(reader, fields, null));
      if (choices !== null) return choices;
      // The button in the frame sends nothing: what is missing then is asked for on the timer's page, as it was typed.
      const isBare = !("duration" in fields);
      try {
        const entry = await perform(ctx, stopTimer, readInput(stopTimer.input, fields));
        const ticket =
          entry.ticket_id === null
            ? undefined
            : await reading(ctx, (reader) => maybeFind(reader, "tickets", entry.ticket_id ?? ""));
        return redirect(ticket === undefined ? "/time?technician=me" : `/tickets/${ticket.id}`, loggedText(entry));
      } catch (error) {
        if (error instanceof Failure && error.code === "no_timer") return redirect("/time", error.message, "info");
        const failure = formFailure(error);
        return reading(ctx, (reader) => timerPage(reader, isBare ? null : fields, failure));
      }
    },
  },
  {
    method: "POST",
    path: "/timer/discard",
    door: "staff",
    permission,
    handle: async (ctx) => {
      try {
        await perform(ctx, discardTimer, {});
      } catch (error) {
        return redirect("/time", formFailure(error).message, "info");
      }
      return redirect("/time", t("Timer discarded; nothing was logged."), "info");
    },
  },
];
