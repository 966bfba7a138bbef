import { can } from "../../../platform/access/actor.ts";
import { pricesRead } from "../../../platform/access/prices.ts";
import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { conflict, type Failure, forbidden } from "../../../platform/errors.ts";
import { button, formatMinutes } from "../../../platform/http/pages/cells.ts";
import {
  columnField,
  field,
  formModel,
  type FormValues,
  rowValues,
  shownFields,
} from "../../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../../platform/http/forms/page.ts";
import { listAnswer } from "../../../platform/http/lists/list.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FieldModel, FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { billedBy, type TimeEntry } from "../actions/checks.ts";
import { deleteTime, logTime, updateTime } from "../actions/entries.ts";
import { timeList } from "../list.ts";
import { today, workTypeOptions } from "../queries.ts";
import { typedDuration } from "../rules.ts";
import { timeEntries } from "../schema.ts";
import { ticketOptions } from "./ticket-options.ts";

const crumbs = [{ label: "Time", href: "/time" }];

/** Why an entry cannot be changed by this actor; null when it can. */
async function lockOf(ctx: Ctx, row: TimeEntry): Promise<Failure | null> {
  const invoice = await billedBy(ctx, row);
  if (invoice !== null) return conflict(t("This time is on {invoice} and stays as it is.", { invoice }), "billed");
  if (row.user_id === ctx.actor.user_id || can(ctx.actor, "time.manage")) return null;
  return forbidden(t("This is somebody else's time: you can look at it, and not change it."));
}

async function timeForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "time_entries", id);
  const lock = row === null ? null : await lockOf(ctx, row);
  const asked = incoming.url.searchParams;
  const fresh = {
    date: today(ctx),
    ticket_id: asked.get("ticket_id") ?? "",
    company_id: asked.get("company_id") ?? "",
    user_id: ctx.actor.user_id,
  };
  const values =
    typed ?? (row === null ? fresh : { ...rowValues(timeEntries, row), duration: typedDuration(row.worked_minutes) });
  const f = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(timeEntries, name, given);
  const isManager = can(ctx.actor, "time.manage");
  const staff = isManager
    ? await optionsOf(ctx, "users", { where: { user_type: "staff" }, keep: row?.user_id ?? null })
    : [];
  const contracts =
    row === null
      ? []
      : await optionsOf(ctx, "contracts", {
          blank: t("No contract"),
          where: { company_id: row.company_id },
          keep: row.contract_id,
        });
  const sections = [
    {
      title: t("Work"),
      fields: [
        f("date"),
        field("duration", t("Duration"), {
          is_required: row !== null,
          placeholder: "1:30",
          hint: t("1:30, 1h 30m or 90 (minutes)"),
          max_length: 40,
        }),
        f("start_time", { label: t("Start"), placeholder: "09:15", hint: t("Optional") }),
        f("end_time", { label: t("End"), placeholder: "10:45" }),
        f("work_type_id", { options: await workTypeOptions(ctx, row?.work_type_id ?? null), is_required: true }),
        ...(isManager ? [f("user_id", { options: staff })] : []),
      ],
    },
    {
      title: t("For whom"),
      hint: t("A ticket brings its company and contract with it."),
      fields: shownFields(ctx.actor, timeEntries, [
        f("ticket_id", {
          options: await ticketOptions(ctx, values),
          span: 6,
        }),
        f("company_id", {
          options: await optionsOf(ctx, "companies", {
            // Another ticket brings its company with it as long as the company shown is left as it was.
            ...(row === null ? { blank: t("The ticket's company") } : {}),
            keep: row?.company_id ?? null,
          }),
          is_required: row !== null,
        }),
        ...(row === null ? [] : [f("contract_id", { options: contracts })]),
      ]),
    },
    {
      title: t("What was done"),
      fields: [
        f("notes", { label: t("Notes for the invoice"), hint: t("Clients read this."), span: 6 }),
        f("internal_notes", { label: t("Internal notes"), span: 6, rows: 2 }),
      ],
    },
    {
      title: t("Billing"),
      fields: [
        field("is_billable", t("Billable"), {
          kind: "select",
          options: [
            ...(row === null ? [{ value: "", label: t("As the work type says") }] : []),
            { value: "true", label: t("Billable") },
            { value: "false", label: t("Not billable") },
          ],
        }),
        ...(can(ctx.actor, pricesRead)
          ? [f("hourly_rate", { hint: t("Per hour. Empty: the rate of the contract or the rate card.") })]
          : []),
      ],
    },
  ];
  return formModel({
    action: id === null ? "/time/new" : `/time/${id}/edit`,
    values,
    version: row?.version ?? null,
    failure: failure ?? lock,
    submit_label: id === null ? t("Log time") : t("Save changes"),
    cancel_url: "/time",
    sections:
      lock === null
        ? sections
        : sections.map((section) => ({
            ...section,
            fields: section.fields.map((one) => ({ ...one, is_disabled: true })),
          })),
  });
}

/** What was logged, in words: rounding is said where it changed something. */
export function loggedText(entry: TimeEntry): string {
  const duration = formatMinutes(entry.duration_minutes);
  return entry.duration_minutes === entry.worked_minutes
    ? t("{duration} logged.", { duration })
    : t("{duration} logged ({worked} worked, rounded).", { duration, worked: formatMinutes(entry.worked_minutes) });
}

/** The list of time, and the forms behind it. */
export const entryPages: Route[] = [
  {
    method: "GET",
    path: "/time",
    door: "staff",
    permission: "time.read",
    handle: async (ctx, incoming) => listAnswer(ctx, incoming, timeList),
  },
  ...formRoutes({
    path: "/time/new",
    permission: "time.write",
    action: logTime,
    title: () => t("Log time"),
    form: timeForm,
    breadcrumbs: crumbs,
    done: (result) => redirect("/time?technician=me", loggedText(result as TimeEntry)),
  }),
  ...formRoutes({
    path: "/time/:id/edit",
    permission: "time.read",
    action: updateTime,
    title: async (ctx, { id = "" }) =>
      t("Time of {name}", { name: (await find(ctx, "users", (await find(ctx, "time_entries", id)).user_id)).name }),
    form: timeForm,
    extra: (incoming) => ({ id: incoming.params["id"] }),
    breadcrumbs: crumbs,
    actions: async (ctx, incoming) => {
      const row = await find(ctx, "time_entries", incoming.params["id"] ?? "");
      const isOpen = can(ctx.actor, "time.write") && (await lockOf(ctx, row)) === null;
      return isOpen
        ? [button(t("Delete"), `/time/${row.id}/delete`, "trash", "danger", t("Delete this time entry?"))]
        : [];
    },
    done: () => redirect("/time", t("Changes saved.")),
  }),
  buttonRoute(
    "/time/:id/delete",
    deleteTime,
    () => redirect("/time", t("Time entry deleted.")),
    (incoming) => `/time/${incoming.params["id"] ?? ""}/edit`,
  ),
];
