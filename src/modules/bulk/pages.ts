import { can } from "../../platform/access/actor.ts";
import { find } from "../../platform/access/reach.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { Failure, invalidField, notFound } from "../../platform/errors.ts";
import { button, cell, empty, formatInstant, link } from "../../platform/http/pages/cells.ts";
import { choicesOr, formChoices } from "../../platform/http/forms/choices.ts";
import { field, formFailure, formModel, type FormValues } from "../../platform/http/forms/model.ts";
import { type BulkChoice, mostAtOnce } from "../../platform/http/lists/bulk.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { tableModel } from "../../platform/http/lists/list.ts";
import { idsOf } from "../../platform/http/lists/order.ts";
import { tickedOf, tickOf } from "../../platform/http/lists/table.ts";
import { listState } from "../../platform/http/lists/state.ts";
import { countOf } from "../../platform/http/lists/views.ts";
import type { SectionModel } from "../../platform/http/models/partials.ts";
import { type Answer, fragment, type Incoming, page, redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { labelsOf } from "./labels.ts";
import { begin, isUndoable, type RunRow, undoRun } from "./start.ts";

/** Choosing, asking, and the report that can be read after. */

/** `lists/run`: how a run has gone, or how far it has come. */
export interface RunModel {
  header: {
    title: string;
    subtitle: string;
    breadcrumbs: { label: string; href: string }[];
    badges: [];
    actions: object[];
  };
  /** How far it has come, or how it went: said aloud when it changes. */
  status: string;
  /** Asked again while it is at work; empty when it is finished. */
  poll_url: string;
  /** How far it has come; null when it is finished. */
  progress: { done: number; total: number } | null;
  sections: SectionModel[];
}

interface Asked {
  list: List<unknown>;
  choice: BulkChoice;
  back: string;
  /** The records, each with the version that was shown. */
  ticked: Map<string, number | null>;
  isAll: boolean;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What a form asks for: which list, what to do, with which records. */
async function askedBy(ctx: Ctx, incoming: Incoming): Promise<Asked> {
  const { fields } = await incoming.form();
  const found = ctx.app.registry.lists.get(text(fields["list"]));
  if (found === undefined || !can(ctx.actor, found.permission)) throw notFound(t("This list"));
  const list = found.list;
  const choice = list.bulk?.find(({ key }) => key === text(fields["do"]));
  if (choice === undefined || !can(ctx.actor, choice.action.permission ?? "")) throw notFound(t("This choice"));
  const home = new URL(list.url, "http://list.invalid");
  const given = text(fields["back"]);
  const url = URL.canParse(given, home.href) ? new URL(given, home) : home;
  const back = url.host === home.host && url.pathname === home.pathname ? url : home;
  const isAll = fields["all"] === "yes";
  const ids = [fields["ids"] ?? []].flat().flatMap((one) => one.split(","));
  return {
    list,
    choice,
    back: back.pathname + back.search,
    isAll,
    ticked: tickedOf(
      isAll
        ? await reading(ctx, async (reader) => idsOf(reader, await listState(reader, back, list), mostAtOnce))
        : ids,
    ),
  };
}

async function ask(ctx: Ctx, incoming: Incoming, failure: Failure | null = null): Promise<Answer> {
  const asked = await askedBy(ctx, incoming);
  const { fields } = await incoming.form();
  return reading(ctx, async (reader) => {
    const { list, choice, back, isAll, ticked } = asked;
    const url = new URL(back, "http://list.invalid");
    const matching = isAll
      ? await countOf(reader, list, (await listState(reader, url, list)).parameters, mostAtOnce)
      : ticked.size;
    const hidden = (name: string, value: string): ReturnType<typeof field> =>
      field(name, "", { kind: "hidden", value });
    const count = Math.min(matching, mostAtOnce);
    const title =
      matching > mostAtOnce
        ? t("{label}: the first {count} of more", { label: t(choice.label), count })
        : t("{label}: {count, plural, one {# record} other {# records}}", { label: t(choice.label), count });
    const model = {
      header: { title, subtitle: "", breadcrumbs: [{ label: t(list.title), href: back }], badges: [], actions: [] },
      form: formModel({
        action: "/bulk/run",
        values: fields as FormValues,
        failure: count === 0 ? invalidField("", t("Choose at least one record."), "required") : failure,
        submit_label:
          choice.fields === undefined
            ? t(choice.label)
            : t("Change {count, plural, one {# record} other {# records}}", { count }),
        cancel_url: back,
        sections: [
          {
            title: "",
            hint:
              choice.fields === undefined ? t("It is done for each record by itself; a report says how it went.") : "",
            fields: [
              ...((await choice.fields?.(reader)) ?? []),
              hidden("list", list.url),
              hidden("do", choice.key),
              hidden("back", back),
              ...(isAll
                ? [hidden("all", "yes")]
                : [hidden("ids", [...ticked].map(([id, version]) => tickOf(id, version)).join())]),
            ],
          },
        ],
      }),
    };
    return choicesOr(model.form, fields, (form) => {
      const shown = { ...model, form };
      if (incoming.isFragment && incoming.fragmentTarget.includes("sheet-body")) return fragment("forms/_sheet", shown);
      return page("forms/index", title, shown, failure?.status ?? 200);
    });
  });
}

async function run(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields } = await incoming.form();
  const choices = formChoices(ctx, fields, (reader) => ask(reader, incoming));
  if (choices !== null) return choices;
  const { list, choice, ticked } = await askedBy(ctx, incoming);
  try {
    const asked = await reading(ctx, async (reader) => choice.fields?.(reader) ?? []);
    const typed = Object.fromEntries(asked.map(({ name }) => [name, text(fields[name]).trim()]));
    const missing = asked.find(({ name, is_required }) => is_required && typed[name] === "");
    if (missing !== undefined)
      throw invalidField(missing.name, t("{label} is required.", { label: missing.label }), "required");
    const labels = await reading(ctx, (reader) => labelsOf(reader, list, [...ticked.keys()]));
    const started = await begin(ctx, {
      title: `${t(list.title)}: ${t(choice.label)}`,
      list_key: list.url,
      choice_key: choice.key,
      action: choice.action,
      input: typed,
      items: [...ticked].map(([entity_id, version]) => ({
        entity_id,
        version: choice.isHeldToVersion === true ? version : null,
        label: labels.get(entity_id) ?? "",
      })),
    });
    return redirect(`/bulk/${started.id}`);
  } catch (error) {
    return ask(ctx, incoming, formFailure(error));
  }
}

interface ItemRow {
  id: string;
  label: string;
  reason: string;
}

/** A run's records of one outcome; of the many that are done only the first are named. */
async function section(
  ctx: Ctx,
  row: RunRow,
  outcome: "done" | "skipped" | "failed",
  given: { title: string; count: number },
): Promise<SectionModel[]> {
  if (given.count === 0) return [];
  const most = outcome === "done" ? 50 : 1000;
  const items = await ctx.db
    .selectFrom("bulk_items")
    .select(["entity_id as id", "label", "reason"])
    .where("run_id", "=", row.id)
    .where("outcome", "=", outcome)
    .orderBy("item_number")
    .limit(most)
    .execute();
  const list = row.list_key === null ? undefined : ctx.app.registry.lists.get(row.list_key)?.list;
  const href = (item: ItemRow): string => list?.href({ id: item.id }) ?? "";
  return [
    {
      id: outcome,
      // How many there are stands above all of them, once.
      title:
        given.count > most ? t("{outcome}: the first {count}", { outcome: given.title, count: most }) : given.title,
      actions: [],
      table: tableModel<ItemRow>(
        ctx,
        {
          title: given.title,
          table: outcome,
          // The name itself is the link: a row that is one as a whole would not look like it.
          href: () => "",
          columns: [
            {
              key: "label",
              label: t("Record"),
              cell: (item) => cell.link(item.label === "" ? item.id : item.label, href(item)),
            },
            ...(outcome === "done"
              ? []
              : [{ key: "reason", label: t("Why"), is_main: true, cell: (item: ItemRow) => cell.text(item.reason) }]),
          ],
        },
        items,
        "",
        null,
      ),
      empty: empty("check", "", ""),
      more_url: "",
      more_label: "",
    },
  ];
}

async function report(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const row = await find(ctx, "bulk_runs", incoming.params["id"] ?? "");
  const { done_count, skipped_count, failed_count, total_count } = row;
  const isFinished = row.run_state === "finished";
  const list = row.list_key === null ? undefined : ctx.app.registry.lists.get(row.list_key)?.list;
  const reversible = isUndoable(ctx, row)
    ? await ctx.db
        .selectFrom("bulk_items")
        .select("item_number")
        .where("run_id", "=", row.id)
        .where("reverse", "is not", null)
        .limit(1)
        .executeTakeFirst()
    : undefined;
  const worked = done_count + skipped_count + failed_count;
  const counted = t("{done} done, {skipped} skipped, {failed} failed", {
    done: done_count,
    skipped: skipped_count,
    failed: failed_count,
  });
  const model: RunModel = {
    header: {
      title: row.title,
      subtitle: formatInstant(row.finished_at ?? row.created_at, ctx.tenant),
      breadcrumbs: list === undefined ? [] : [{ label: t(list.title), href: list.url }],
      badges: [],
      actions: [
        ...(reversible === undefined ? [] : [button(t("Undo"), `/bulk/${row.id}/undo`, "history")]),
        ...(list === undefined ? [] : [link(t("Back to the list"), list.url, "arrow-left", "primary")]),
      ],
    },
    status: isFinished ? counted : t("{count} of {total}", { count: worked, total: total_count }),
    poll_url: isFinished ? "" : `/bulk/${row.id}`,
    progress: isFinished ? null : { done: worked, total: total_count },
    sections: isFinished
      ? [
          ...(await section(ctx, row, "failed", { title: t("Failed"), count: failed_count })),
          ...(await section(ctx, row, "skipped", { title: t("Skipped"), count: skipped_count })),
          ...(await section(ctx, row, "done", { title: t("Done"), count: done_count })),
        ]
      : [],
  };
  return page("lists/run", row.title, model);
}

export const bulkPages: Route[] = [
  {
    method: "POST",
    path: "/bulk/ask",
    door: "staff",
    permission: null,
    handle: (ctx, incoming) => ask(ctx, incoming),
  },
  { method: "POST", path: "/bulk/run", door: "staff", permission: null, handle: run },
  { method: "GET", path: "/bulk/:id", door: "staff", permission: null, handle: report },
  {
    method: "POST",
    path: "/bulk/:id/undo",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      try {
        return redirect(`/bulk/${(await undoRun(ctx, id)).id}`);
      } catch (error) {
        if (error instanceof Failure && error.status === 409) return redirect(`/bulk/${id}`, error.message, "error");
        throw error;
      }
    },
  },
];
