import { sql } from "kysely";
import type { Work } from "../../platform/context.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import { isOutage, translateDatabaseError } from "../../platform/database/failures.ts";
import { Failure } from "../../platform/errors.ts";
import { keyOf } from "./rules/derived.ts";
import type { Session } from "./session.ts";

/** What somebody may be told of: the rest of the unit stands, and nothing of this is written. */
export interface Refused {
  refused: Failure;
}

/** Does something within a unit as a whole or, where it is refused, not at all. Defects are thrown on, and so is an outage. */
export async function attempt<T>(work: Work, run: () => Promise<T>): Promise<{ done: T } | Refused> {
  await sql`savepoint import_row`.execute(work.db);
  try {
    const done = await run();
    await sql`release savepoint import_row`.execute(work.db);
    return { done };
  } catch (error) {
    const failure = translateDatabaseError(error);
    if (!(failure instanceof Failure) || isOutage(failure)) throw error;
    await sql`rollback to savepoint import_row`.execute(work.db);
    await sql`release savepoint import_row`.execute(work.db);
    return { refused: failure };
  }
}

/** What refused a row, as problems of its line under the headers of its file. */
export function problemsOf(
  session: Session,
  line: number,
  { problems, code, message }: Failure,
  severity: CsvProblem["severity"] = "error",
): CsvProblem[] {
  const said = problems.length === 0 ? [{ field: "", code, message }] : problems;
  return said.map((one) => ({
    severity,
    line,
    column: headerOf(session, one.field),
    code: one.code,
    message: one.message,
  }));
}

/** Under which header the file has a field of an action's input, or a field of its own rules. */
export function headerOf({ target, mapping, file }: Session, name: string): string | null {
  const at = mapping.indexOf(keyOf(target.columns, name) ?? name);
  return at < 0 ? null : (file.headers[at] ?? null);
}
