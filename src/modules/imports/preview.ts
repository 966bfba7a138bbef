import type { Ctx } from "../../platform/context.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import { cell, empty } from "../../platform/http/cells.ts";
import { field } from "../../platform/http/form-model.ts";
import type { ImportPreviewModel } from "../../platform/http/page-models.ts";
import type { SectionModel, StatModel, TableModel } from "../../platform/http/view-models.ts";
import { t } from "../../platform/language/index.ts";
import { type Batch, type Reading, readBatch } from "./file.ts";
import { companyParts, contactParts, missingFields, planRow } from "./rules/index.ts";
import { matchCompany, matchContact } from "./present.ts";

const shownRows = 10;
const shownProblems = 200;

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
  const reading = await readBatch(ctx, batch);
  const { file, target, mapping, read } = reading;
  const missing = missingFields(mapping, target);
  const planned = outcomes(reading, batch);
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
      badges: [{ text: target.name === "companies" ? t("Companies") : t("Contacts"), tone: "info" }],
      actions: [],
    },
    action: `/imports/${batch.id}`,
    csrf: "",
    mode: field("mode", t("What happens to records that are there already"), {
      kind: "radio",
      value: batch.import_mode,
      options: modes(),
      span: 6,
    }),
    stats: statsOf(planned, read.bad),
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
    problems: problemSection(read.problems),
    sample: {
      id: "sample",
      title: t("First rows as they come in"),
      actions: [],
      table: sampleTable(reading),
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

interface Outcomes {
  create: number;
  update: number;
  same: number;
}

/** What the rows would do, each held against what is there now; rows that meet a record made by an earlier row count as new once. */
function outcomes({ present, read, target }: Reading, batch: Batch): Outcomes {
  const counts: Outcomes = { create: 0, update: 0, same: 0 };
  for (const row of read.rows) {
    if (!row.is_good) continue;
    const parts = target.name === "companies" ? companyParts(row.values) : contactParts(row.values);
    const wanted = "company" in parts ? parts.company : parts.contact;
    const existing =
      "company" in parts
        ? matchCompany(present, String(wanted["name"]), parts.external_id)
        : matchContact(present, wanted, parts.external_id);
    const { kind } = planRow(wanted, existing, batch.import_mode);
    if (kind === "create") counts.create += 1;
    else if (kind === "update") counts.update += 1;
    else counts.same += 1;
  }
  return counts;
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

function sampleTable({ target, mapping, read }: Reading): TableModel {
  const shown = target.fields.filter((one) => mapping.includes(one.key)).slice(0, 6);
  const rows = read.rows.filter((row) => row.is_good).slice(0, shownRows);
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
        ...shown.map((one) => cell.text(String(row.values[one.key] ?? "").slice(0, 80))),
      ],
    })),
  );
}
