import { perform } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import { called, t } from "../../platform/language/index.ts";
import { attempt, headerOf, problemsOf } from "./attempt.ts";
import { idKey, wantedOf } from "./rules/derived.ts";
import { readEach, textOf, type Values } from "./rules/index.ts";
import { quoted } from "./rules/values.ts";
import type { Session } from "./session.ts";

/**
 * Rows that name a record of their own kind which came up after them: a subcategory above its category. The records are
 * there by now; what is named and still is not, and what would run in a circle, is left out and said.
 */
export async function finishLate(work: Work, session: Session, lines: readonly number[]): Promise<CsvProblem[]> {
  if (lines.length === 0) return [];
  const { target, directory, lookups } = session;
  const { update, table } = target.transfer.resource;
  const wanted = new Set(lines);
  const problems: CsvProblem[] = [];
  const columns = target.columns.filter(({ references }) => references === table.name);
  for (const row of readEach(session.file, session.mapping, target, lookups)) {
    if (!wanted.has(row.line)) continue;
    problems.push(...stillMissing(session, row.line, row.values));
    const whole = wantedOf(target.columns, row.values);
    const values = wantedOf(columns, row.values);
    const id = directory.existing(textOf(row.values, "external_id"), whole) ?? (await madeOn(work, session, row.line));
    if (id === null || update === null || Object.keys(values).length === 0) continue;
    const linked = await attempt(work, async () => {
      const made = (await perform(work, update, { id, ...values })) as { version: number };
      await work.db
        .updateTable("import_rows")
        .set({ version_after: made.version })
        .where("batch_id", "=", session.batch.id)
        .where("entity_id", "=", id)
        .execute();
    });
    if ("refused" in linked) problems.push(...problemsOf(session, row.line, linked.refused, "warning"));
  }
  return problems;
}

function stillMissing(session: Session, line: number, values: Values): CsvProblem[] {
  const { target } = session;
  return target.columns
    .filter(({ references }) => references === target.transfer.resource.table.name)
    .flatMap((column): CsvProblem[] => {
      const text = textOf(values, column.key);
      if (text === null || values[idKey(column)] !== undefined) return [];
      const message = t("{label} {text} is not there. It is left out.", { label: called(column), text: quoted(text) });
      return [{ severity: "warning", line, column: headerOf(session, column.key), code: "not_found", message }];
    });
}

async function madeOn(work: Work, session: Session, line: number): Promise<string | null> {
  const row = await work.db
    .selectFrom("import_rows")
    .select("entity_id")
    .where("batch_id", "=", session.batch.id)
    .where("line", "=", line)
    .executeTakeFirst();
  return row?.entity_id ?? null;
}
