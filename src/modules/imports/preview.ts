import { sql } from "kysely";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import { toEdge } from "../../platform/database/edge.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { cell, empty, link } from "../../platform/http/cells.ts";
import { field } from "../../platform/http/form-model.ts";
import type { ImportPreviewModel } from "../../platform/http/page-models.ts";
import type { SectionModel, StatModel, TableModel } from "../../platform/http/view-models.ts";
import { t } from "../../platform/language/index.ts";
import { namesOf } from "../../platform/transfer/names.ts";
import { type Batch, valueKey } from "./file.ts";
import { evened, wantedOf } from "./rules/derived.ts";
import { companyParts, contactParts, missingFields, planRow, readEach, type ReadRow, textOf } from "./rules/index.ts";
import { openSession, type Session } from "./session.ts";
import { matchCompany, matchContact } from "./present.ts";

const shownRows = 10;
const shownProblems = 200;
const mostProblems = 2000;
const mostValues = 40;
const unknownCodes = new Set(["not_found", "invalid_choice"]);

/** What can become of records that are there already. */
export const modes = (): { value: string; label: string; hint: string }[] => [
  {
    value: "fill_blanks",
    label: t("Fill what is blank"),
    hint: t("New records are made; in known ones only empty fields are filled."),
  },
  { value: "create_only", label: t("Only new records"), hint: t("Records that are there already stay as they are.") },
  {
    value: "overwrite",
    label: t("Overwrite"),
    hint: t("What the file says replaces what is there. Blanks never erase anything."),
  },
];

/** What would happen, before it does. */
export async function previewModel(ctx: Ctx, batch: Batch): Promise<ImportPreviewModel> {
  const session = await openSession(ctx, batch);
  const { file, target, mapping } = session;
  const missing = missingFields(mapping, target);
  const read = await readThrough(ctx, session);
  const choices = [
    { value: "", label: t("Leave out") },
    ...target.fields.map((one) => ({ value: one.key, label: t(one.label) })),
  ];
  const label = String(batch.summary["label"] ?? "");
  return {
    header: {
      title: t("Import {file_name}", { file_name: batch.file_name }),
      subtitle: [
        label,
        t("{count, plural, one {# row} other {# rows}}", { count: file.rows.length }),
        ...file.notices,
      ].join(" · "),
      breadcrumbs: [{ label: t("Imports"), href: "/imports" }],
      badges: [{ text: t(target.label), tone: "info" }],
      actions:
        read.bad === 0 ? [] : [link(t("Rows with problems"), `/imports/${batch.id}/problems`, "download", "ghost")],
    },
    action: `/imports/${batch.id}`,
    csrf: "",
    mode: field("mode", t("What happens to records that are there already"), {
      kind: "radio",
      value: batch.import_mode,
      options: modes(),
      span: 6,
    }),
    stats: statsOf(read, read.bad),
    columns: file.headers.map((source, index) => ({
      source: source === "" ? t("Column {number}", { number: index + 1 }) : source,
      sample: file.rows.find((row) => (row.cells[index] ?? "").trim() !== "")?.cells[index]?.slice(0, 60) ?? "",
      field: field(`column-${index}`, t("Field for {source}", { source }), {
        kind: "select",
        value: mapping[index] ?? "",
        options: choices,
      }),
      is_matched: mapping[index] != null,
    })),
    values: await valueFields(ctx, session, read.unknown),
    problems: problemSection(read.problems),
    sample: {
      id: "sample",
      title: t("First rows as they come in"),
      actions: [],
      table: sampleTable(session, read.sample),
      empty: empty("file", t("No good rows"), t("No row of this file can come in as it is.")),
      more_url: "",
      more_label: "",
    },
    submit_label:
      missing.length > 0 || read.good === 0
        ? null
        : t("{count, plural, one {Import # row} other {Import # rows}}", { count: read.good }),
    blocked_text:
      missing.length > 0
        ? t("No column is matched with {missing}.", { missing: missing.join(", ") })
        : read.good === 0
          ? t("No row can come in.")
          : "",
    cancel_url: "/imports",
  };
}

interface Read extends Outcomes {
  good: number;
  bad: number;
  problems: CsvProblem[];
  sample: ReadRow[];
  /** Texts that mean nothing to us yet, by field. */
  unknown: Map<string, Set<string>>;
}

/** Every row, each held against what is there now; what is kept of them are numbers, the first problems and a sample. */
async function readThrough(ctx: Ctx, session: Session): Promise<Read> {
  const { file, mapping, target, lookups } = session;
  const isWarning = (problem: CsvProblem): boolean => problem.severity === "warning";
  const read: Read = {
    create: 0,
    update: 0,
    same: 0,
    good: 0,
    bad: 0,
    problems: file.problems.filter(isWarning),
    sample: [],
    unknown: new Map(),
  };
  let waiting: ReadRow[] = [];
  const count = async (): Promise<void> => {
    await countOutcomes(ctx, session, waiting, read);
    waiting = [];
    await Bun.sleep(0);
  };
  let at = 0;
  for (const row of readEach(file, mapping, target, lookups)) {
    const cells = file.rows[at]?.cells ?? [];
    at += 1;
    for (const problem of row.problems) {
      const column =
        problem.column === null || !unknownCodes.has(problem.code) ? -1 : file.headers.indexOf(problem.column);
      const key = mapping[column] ?? null;
      if (key === null) continue;
      const known = read.unknown.get(key) ?? new Set();
      if (known.size < mostValues) read.unknown.set(key, known.add((cells[column] ?? "").trim()));
    }
    if (read.problems.length < mostProblems) read.problems.push(...row.problems);
    if (row.is_good) read.good += 1;
    else read.bad += 1;
    if (!row.is_good) continue;
    if (read.sample.length < shownRows) read.sample.push(row);
    waiting.push(row);
    if (waiting.length === 100) await count();
  }
  await count();
  read.problems.sort((a, b) => a.line - b.line);
  return read;
}

/** A choice of ours for each text that means nothing yet, where there is a list to choose from. */
async function valueFields(
  ctx: Ctx,
  { target }: Session,
  unknown: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<ImportPreviewModel["values"]> {
  const found: ImportPreviewModel["values"] = [];
  for (const [key, texts] of unknown) {
    const column = target.columns.find((one) => one.key === key);
    if (column === undefined) continue;
    const names = column.references === "" ? (column.about?.values ?? []) : await namesIn(ctx, column.references);
    if (names.length === 0) continue;
    const options = [{ value: "", label: t("Leave as it is") }, ...names.map((name) => ({ value: name, label: name }))];
    for (const text of texts)
      found.push({
        source: text,
        sample: t(column.label),
        field: field(valueKey(key, text), t("Value for {text}", { text }), { kind: "select", value: "", options }),
        is_matched: false,
      });
  }
  return found.slice(0, mostValues);
}

/** The names of a short list; of a long one none, since nobody chooses from thousands. */
async function namesIn(ctx: Ctx, table: string): Promise<string[]> {
  const rows = (await reach(ctx, table as TableName)
    .select(sql<string>`${sql.ref(`${table}.id`)}`.as("id"))
    .limit(201)
    .execute()) as { id: string }[];
  if (rows.length > 200) return [];
  const names = await namesOf(
    ctx,
    table,
    rows.map(({ id }) => id),
  );
  return [...new Set(names.values())].toSorted();
}

/** What some rows would do; rows that meet a record made by an earlier row count as new once. */
async function countOutcomes(ctx: Ctx, session: Session, rows: readonly ReadRow[], counts: Outcomes): Promise<void> {
  const { batch, present, directory, target } = session;
  const { table } = target.transfer.resource;
  const said = rows.map(({ values }) => {
    if (present === null) {
      const wanted = wantedOf(target.columns, values);
      return { wanted, existing: null, id: directory.existing(textOf(values, "external_id"), wanted) };
    }
    const own = wantedOf(target.columns, values);
    if (target.name === "companies") {
      const { company, external_id } = companyParts(values);
      return {
        wanted: { ...company, ...own },
        existing: matchCompany(present, String(company["name"]), external_id),
        id: null,
      };
    }
    const { contact, external_id } = contactParts(values);
    return { wanted: { ...contact, ...own }, existing: matchContact(present, contact, external_id), id: null };
  });
  const ids = said.flatMap(({ id }) => (id === null ? [] : [id]));
  const name = table.name as TableName;
  const found =
    ids.length === 0
      ? []
      : ((await reach(ctx, name)
          .selectAll(name as never)
          .where(sql.ref(`${name}.id`), "in", ids)
          .execute()) as Record<string, unknown>[]);
  const byId = new Map(found.map((row) => [String(row["id"]), row]));
  const inputs = target.transfer.resource.update?.input.properties ?? {};
  for (const { wanted, existing, id } of said) {
    const row = existing ?? byId.get(id ?? "") ?? null;
    const there = row === null ? null : toEdge(table, row);
    const settable = Object.fromEntries(Object.entries(wanted).filter(([key]) => key in inputs && key !== "tags"));
    const { kind } = planRow(there === null ? wanted : evened(settable, there), there, batch.import_mode);
    if (kind === "create") counts.create += 1;
    else if (kind === "update") counts.update += 1;
    else counts.same += 1;
  }
}

interface Outcomes {
  create: number;
  update: number;
  same: number;
}

function statsOf({ create, update, same }: Outcomes, bad: number): StatModel[] {
  const stat = (label: string, value: number, hint: string, tone: StatModel["tone"] = ""): StatModel => ({
    label,
    value: String(value),
    hint,
    tone,
    href: "",
    icon: "",
  });
  return [
    stat(t("New"), create, t("are made"), create > 0 ? "success" : ""),
    stat(t("Changed"), update, t("known records get something")),
    stat(t("Unchanged"), same, t("known records stay as they are")),
    stat(
      t("Not imported"),
      bad,
      bad > 0 ? t("rows with problems, listed below") : t("no problems"),
      bad > 0 ? "warning" : "",
    ),
  ];
}

function tableOf(id: string, caption: string, labels: readonly string[], rows: TableModel["rows"]): TableModel {
  return {
    id,
    caption,
    columns: labels.map((label) => ({
      label,
      sort_url: "",
      direction: "none",
      is_numeric: false,
      is_secondary: false,
    })),
    rows,
  };
}

/** Problems by row: line, column and reason. */
export function problemSection(problems: readonly CsvProblem[]): SectionModel {
  const shown = problems.slice(0, shownProblems);
  return {
    id: "problems",
    title:
      problems.length > shown.length
        ? t("Problems (the first {shown} of {count})", { shown: shown.length, count: problems.length })
        : t("Problems"),
    actions: [],
    table: tableOf(
      "problem-table",
      t("Problems"),
      [t("Line"), t("Column"), t("Problem"), ""],
      shown.map((problem, index) => ({
        id: String(index),
        href: "",
        is_bold: false,
        cells: [
          cell.number(problem.line),
          cell.text(problem.column),
          cell.text(problem.message),
          problem.severity === "error" ? cell.badge(t("Not imported"), "error") : cell.badge(t("Notice"), "warning"),
        ],
      })),
    ),
    empty: empty("check-circle", t("No problems"), t("Every row of this file can come in.")),
    more_url: "",
    more_label: "",
  };
}

function sampleTable({ target, mapping }: Session, rows: readonly ReadRow[]): TableModel {
  const shown = target.fields.filter((one) => mapping.includes(one.key)).slice(0, 6);
  return tableOf(
    "sample-table",
    t("First rows"),
    [t("Line"), ...shown.map((one) => t(one.label))],
    rows.map((row) => ({
      id: String(row.line),
      href: "",
      is_bold: false,
      cells: [
        cell.muted(String(row.line)),
        ...shown.map((one) => cell.text(textOfValue(row.values[one.key]).slice(0, 80))),
      ],
    })),
  );
}

function textOfValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
}
