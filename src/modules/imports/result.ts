import type { Ctx } from "../../platform/context.ts";
import { button, cell, empty, link, words } from "../../platform/http/pages/cells.ts";
import { section } from "../../platform/http/pages/section.ts";
import type { CellModel } from "../../platform/http/models/lists.ts";
import type { ImportResultModel } from "../../platform/http/models/pages.ts";
import { type Answer, page } from "../../platform/http/route.ts";
import { recordNoun } from "../../platform/http/pages/record-noun.ts";
import { numberFormat } from "../../platform/language/formats.ts";
import type { ActionLink, SectionModel, StatModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import { namesOf } from "../../platform/transfer/names.ts";
import { problemsOf } from "./actions.ts";
import { type Batch, mostProblems } from "./file.ts";
import { endedBy } from "./fail.ts";
import { tones } from "./list.ts";
import { problemSection } from "./preview/tables.ts";
import type { LeftAlone } from "./undo.ts";

/** What an applied batch did, in numbers. */
function resultStats(ctx: Ctx, batch: Batch): StatModel[] {
  const { summary } = batch;
  const format = numberFormat(ctx.tenant.locale);
  const stat = (label: string, value: unknown, hint: string): StatModel => ({
    label,
    value: format.format(Number(value ?? 0)),
    hint,
    tone: "",
    href: "",
    icon: "",
  });
  const counted = (name: "created" | "updated"): string => {
    const counts = (summary[name] ?? {}) as Record<string, number>;
    return (
      Object.entries(counts)
        .map(([entity, count]) => `${kindOf(ctx, entity)}: ${format.format(count)}`)
        .join(" · ") || t("nothing")
    );
  };
  const total = (name: "created" | "updated"): number =>
    Object.values((summary[name] ?? {}) as Record<string, number>).reduce((sum, count) => sum + count, 0);
  const stats = [
    stat(t("Created"), total("created"), counted("created")),
    stat(t("Changed"), total("updated"), counted("updated")),
    stat(
      t("Unchanged"),
      summary["unchanged"],
      t("{skipped} skipped", { skipped: format.format(Number(summary["skipped"] ?? 0)) }),
    ),
    stat(t("Not imported"), summary["bad"], t("rows with problems")),
  ];
  if (Number(summary["undone"] ?? 0) > 0 || batch.import_status === "undone")
    stats.push(stat(t("Taken back"), summary["undone"], t("records")));
  return stats;
}

/** Kinds of records with a page of their own. */
const pages: ReadonlySet<string> = new Set(["companies", "contacts", "sites", "tickets", "contracts", "invoices"]);

/** What the records of a table are called in a file's terms: "Ticket notes". */
function kindOf(ctx: Ctx, table: string): string {
  const transfer = [...ctx.app.registry.transfers.values()].find(({ resource }) => resource.table.name === table);
  return t(transfer?.label ?? words(table));
}

const shownRows = 50;
const shownLeft = 200;

/** The page of a batch that was applied, is being worked on, or was taken back. */
export async function showResult(ctx: Ctx, batch: Batch): Promise<Answer> {
  const { id } = batch;
  const isRunning = batch.import_status === "applying" || batch.import_status === "undoing";
  const problems = problemsOf(batch);
  const model: ImportResultModel = {
    live: isRunning ? { topic: `import_batches/${id}`, url: `/imports/${id}` } : null,
    progress: isRunning
      ? {
          done: batch.done_rows,
          total: batch.total_rows,
          text: t("{done} of {total} rows. You can leave this page; it goes on.", {
            done: batch.done_rows,
            total: batch.total_rows,
          }),
        }
      : null,
    failure: failureText(batch),
    header: {
      title: batch.file_name,
      subtitle: String(batch.summary["label"] ?? ""),
      breadcrumbs: [{ label: t("Imports"), href: "/imports" }],
      badges: [{ text: words(batch.import_status), tone: tones[batch.import_status] ?? "neutral" }],
      actions: isRunning ? [link(t("Look again"), `/imports/${id}`, "refresh", "ghost")] : choicesAfter(batch),
    },
    stats: resultStats(ctx, batch),
    tabs: [],
    sections: [
      ...(await leftSection(ctx, batch)),
      ...(problems.length === 0 ? [] : [problemSection(ctx, problems, problems.length < mostProblems)]),
      ...(isRunning ? [] : await broughtSection(ctx, batch)),
    ],
    facts: [],
    notes: "",
    attachments: [],
  };
  return page("imports/result", batch.file_name, model);
}

/** What has ended the work on a batch, what was done until then, and what can be done now. */
function failureText(batch: Batch): string {
  const ended = endedBy(batch);
  if (ended === null) return "";
  const counts = { done: batch.done_rows, total: batch.total_rows };
  const rest =
    ended.while === "applying"
      ? t("{done} of {total} rows were worked on until then. Go on from there, or undo what came in.", counts)
      : t("{done} of {total} records were taken back until then. Undo the import again to go on.", counts);
  return `${ended.text} ${rest}`;
}

function choicesAfter(batch: Batch): ActionLink[] {
  const ended = endedBy(batch);
  if (batch.import_status !== "applied" && ended === null) return [];
  const { id } = batch;
  return [
    ...(ended?.while === "applying" ? [button(t("Go on"), `/imports/${id}/go-on`, "play", "primary")] : []),
    ...(Number(batch.summary["bad"] ?? 0) === 0
      ? []
      : [link(t("Rows with problems"), `/imports/${id}/problems`, "download", "ghost")]),
    button(
      t("Undo this import"),
      `/imports/${id}/undo`,
      "history",
      "danger",
      t("Take this import back? Records that were changed since stay as they are."),
    ),
  ];
}

interface Brought {
  entity_type: string;
  entity_id: string;
}

/** What records are called on pages: people by their names, which files leave to their addresses. */
async function titlesOf(ctx: Ctx, rows: readonly Brought[]): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  for (const [table, some] of Map.groupBy(rows, ({ entity_type }) => entity_type)) {
    const ids = some.map(({ entity_id }) => entity_id);
    const naming = table === "contacts" ? { columns: ["first_name", "email"], parent: null } : undefined;
    for (const [id, title] of await namesOf(ctx, table, ids, naming)) titles.set(id, title);
  }
  return titles;
}

/** A record by its title, with the way to it where it is still there. */
function titled({ entity_type, entity_id }: Brought, titles: ReadonlyMap<string, string>): CellModel {
  const title = titles.get(entity_id) ?? "";
  const text = title === "" || title === entity_id ? recordNoun(entity_type) : title;
  return pages.has(entity_type) && titles.has(entity_id)
    ? cell.link(text, `/${entity_type}/${entity_id}`)
    : cell.text(text);
}

/** The first records that came in, each with the way to it. */
async function broughtSection(ctx: Ctx, batch: Batch): Promise<SectionModel[]> {
  if (batch.import_status === "undone") return [];
  const rows = await ctx.db
    .selectFrom("import_rows")
    .select(["line", "entity_type", "entity_id", "row_outcome"])
    .where("batch_id", "=", batch.id)
    .orderBy("line")
    .orderBy("id")
    .limit(shownRows + 1)
    .execute();
  if (rows.length === 0) return [];
  const names = await titlesOf(ctx, rows);
  return [
    section({
      id: "brought",
      title: rows.length > shownRows ? t("What came in (the first {count})", { count: shownRows }) : t("What came in"),
      caption: t("What came in"),
      columns: [t("Line"), t("Kind"), t("Record"), ""],
      rows: rows.slice(0, shownRows).map((row) => ({
        cells: [
          cell.number(row.line),
          cell.text(recordNoun(row.entity_type)),
          titled(row, names),
          row.row_outcome === "created" ? cell.badge(t("New"), "success") : cell.badge(t("Changed"), "info"),
        ],
      })),
      empty: empty("check", "", ""),
    }),
  ];
}

/** After an undo: what was left alone, and why. */
async function leftSection(ctx: Ctx, batch: Batch): Promise<SectionModel[]> {
  const left = ((batch.summary["left"] ?? []) as LeftAlone[]).slice(0, shownLeft);
  if (batch.import_status !== "undone" || left.length === 0) return [];
  const titles = await titlesOf(ctx, left);
  return [
    section({
      id: "left",
      title:
        Number(batch.summary["left_count"] ?? 0) > shownLeft
          ? t("Left as they are (the first {count})", { count: shownLeft })
          : t("Left as they are"),
      caption: t("Left as they are"),
      columns: [t("Line"), t("Kind"), t("Record"), t("Why")],
      rows: left.map((one) => ({
        id: one.entity_id,
        cells: [
          cell.number(one.line),
          cell.text(recordNoun(one.entity_type)),
          titled(one, titles),
          cell.text(one.reason),
        ],
      })),
      empty: empty("check", "", ""),
    }),
  ];
}
