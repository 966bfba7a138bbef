import { type Ctx, reading } from "../../platform/context.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import { writeCsv } from "../../platform/csv/write.ts";
import { type Answer, response } from "../../platform/http/route.ts";
import { problemsOf } from "./actions.ts";
import { mostProblems } from "./file.ts";
import { readEach } from "./rules/index.ts";
import { batchOf } from "./run.ts";
import { openSession } from "./session.ts";

const mostRows = 20_000;

/**
 * The rows that do not come in, as they stand in the file, with what is wrong in a last column: to be put right and imported
 * again. The extra column is left out when the file comes back. Of a batch that was applied, the rows behind the last problem that
 * was kept are those that would not come in now.
 */
export async function problemFile(ctx: Ctx, id: string): Promise<Answer> {
  const batch = await reading(ctx, (reader) => batchOf(reader, id));
  const { file, mapping, target, lookups } = await openSession(ctx, batch);
  const told = new Map<number, string[]>();
  const tell = (problems: readonly CsvProblem[]): void => {
    for (const { line, severity, column, message } of problems)
      if (severity === "error")
        told.set(line, [...(told.get(line) ?? []), column === null ? message : `${column}: ${message}`]);
  };
  const kept = problemsOf(batch);
  tell(kept);
  if (batch.import_status === "uploaded" || kept.length >= mostProblems) {
    const first = new Set(told.keys());
    let count = 0;
    for (const row of readEach(file, mapping, target, lookups)) {
      if (!first.has(row.line)) tell(row.problems);
      count += 1;
      if (count % 100 === 0) await Bun.sleep(0);
    }
  }
  const rows = file.rows.filter(({ line }) => told.has(line)).slice(0, mostRows);
  const text = writeCsv(
    [...file.headers, "import_problem"],
    rows.map(({ line, cells }) => [...cells, (told.get(line) ?? []).join(" ")]),
  );
  return response(
    new Response(text, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="rows-with-problems.csv"',
        "cache-control": "no-store",
      },
    }),
  );
}
