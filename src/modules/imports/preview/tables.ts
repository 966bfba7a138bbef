import type { Ctx } from "../../../platform/context.ts";
import type { CsvProblem } from "../../../platform/csv/problem.ts";
import { cell, empty } from "../../../platform/http/pages/cells.ts";
import { plainTable, section } from "../../../platform/http/pages/section.ts";
import type { TableModel } from "../../../platform/http/models/lists.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { numberFormat } from "../../../platform/language/formats.ts";
import { called, t } from "../../../platform/language/index.ts";
import type { ReadRow } from "../rules/index.ts";
import type { Session } from "../session.ts";

/** Tables about a file: its problems, its first rows. */

const shownProblems = 200;

/** Problems by row: line, column and reason. How many there are is said where all of them were kept. */
export function problemSection(ctx: Ctx, problems: readonly CsvProblem[], isWhole: boolean): SectionModel {
  const shown = problems.slice(0, shownProblems);
  const count = numberFormat(ctx.tenant.locale).format(problems.length);
  return section({
    id: "problems",
    title:
      problems.length === shown.length
        ? t("Problems")
        : isWhole
          ? t("Problems (the first {shown} of {count})", { shown: shown.length, count })
          : t("Problems (the first {shown})", { shown: shown.length }),
    caption: t("Problems"),
    columns: [t("Line"), t("Column"), t("Problem"), ""],
    rows: shown.map((problem) => ({
      cells: [
        cell.number(problem.line),
        cell.text(problem.column),
        cell.text(problem.message),
        problem.severity === "error" ? cell.badge(t("Not imported"), "error") : cell.badge(t("Notice"), "warning"),
      ],
    })),
    empty: empty("check-circle", t("No problems"), t("Every row of this file can come in.")),
  });
}

/** The first rows as they are read, in the first six columns that are matched. */
export function sampleTable({ target, mapping }: Session, rows: readonly ReadRow[]): TableModel {
  const shown = target.fields.filter((one) => mapping.includes(one.key)).slice(0, 6);
  return plainTable(
    "sample",
    t("First rows"),
    [t("Line"), ...shown.map((one) => called(one))],
    rows.map((row) => ({
      id: String(row.line),
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
