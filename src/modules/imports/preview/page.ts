import { dateIn } from "../../../platform/clock.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { button, empty, formatDate, link } from "../../../platform/http/pages/cells.ts";
import { field } from "../../../platform/http/forms/model.ts";
import type { ImportPreviewModel } from "../../../platform/http/models/pages.ts";
import type { StatModel } from "../../../platform/http/models/partials.ts";
import { numberFormat } from "../../../platform/language/formats.ts";
import { called, t } from "../../../platform/language/index.ts";
import { goesAt } from "../discard.ts";
import type { Batch } from "../file.ts";
import { missingFields } from "../rules/index.ts";
import { openSession, type Session } from "../session.ts";
import { mostShown, type Outcomes, readThrough } from "./read.ts";
import { problemSection, sampleTable } from "./tables.ts";
import { valueFields } from "./values.ts";

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

/** Whether a column of the file is matched with a field that holds a time of a day. */
function hasInstants({ mapping, target }: Session): boolean {
  const { columns } = target.transfer.resource.table;
  return mapping.some(
    (key) =>
      key != null &&
      (columns[key]?.kind === "instant" ||
        target.columns.some((column) => column.key === key && column.field?.field_type === "datetime")),
  );
}

/** What would happen, before it does. */
export async function previewModel(ctx: Ctx, batch: Batch): Promise<ImportPreviewModel> {
  const session = await openSession(ctx, batch);
  const { file, target, mapping } = session;
  const missing = missingFields(mapping, target);
  const read = await readThrough(ctx, session);
  const choices = [
    { value: "", label: t("Leave out") },
    ...target.fields.map((one) => ({ value: one.key, label: called(one) })),
  ];
  const label = String(batch.summary["label"] ?? "");
  return {
    header: {
      title: t("Import {file_name}", { file_name: batch.file_name }),
      subtitle: [
        label,
        t("{count, plural, one {# row} other {# rows}}", { count: file.rows.length }),
        ...file.notices,
        ...(hasInstants(session)
          ? [t("Times without a zone are read as {zone} time", { zone: ctx.tenant.timezone })]
          : []),
      ].join(" · "),
      breadcrumbs: [{ label: t("Imports"), href: "/imports" }],
      badges: [{ text: t(target.label), tone: "info" }],
      actions: [
        ...(read.bad === 0
          ? []
          : [link(t("Rows with problems"), `/imports/${batch.id}/problems`, "download", "ghost")]),
        button(
          t("Discard"),
          `/imports/${batch.id}/discard`,
          "trash",
          "ghost",
          t("Discard {file_name}? Nothing of it has come in.", { file_name: batch.file_name }),
        ),
      ],
    },
    action: `/imports/${batch.id}`,
    csrf: "",
    mode: field("mode", t("What happens to records that are there already"), {
      kind: "radio",
      value: batch.import_mode,
      options: modes(),
      span: 6,
    }),
    stats: statsOf(ctx, read, read.bad),
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
    values: await reading(ctx, (reader) => valueFields(reader, session, read)),
    problems: problemSection(ctx, read.problems, read.problems.length < mostShown),
    sample: {
      id: "sample",
      title: t("First rows as they come in"),
      actions: [],
      table: sampleTable(session, read.sample),
      empty: empty("file", t("No good rows"), t("No row of this file can come in as it is.")),
      more_url: "",
      more_label: "",
    },
    goes_text: t("A file that is not applied is cleared by itself: this one on {date}.", {
      date: formatDate(dateIn(ctx.tenant.timezone, goesAt(batch)), ctx.tenant),
    }),
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

function statsOf(ctx: Ctx, { create, update, same }: Outcomes, bad: number): StatModel[] {
  const stat = (label: string, value: number, hint: string, tone: StatModel["tone"] = ""): StatModel => ({
    label,
    value: numberFormat(ctx.tenant.locale).format(value),
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
