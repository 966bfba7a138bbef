import { sql } from "kysely";
import { reach } from "../../../platform/access/reach.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { CsvProblem } from "../../../platform/csv/problem.ts";
import { toEdge } from "../../../platform/database/edge.ts";
import type { TableName } from "../../../platform/database/tables.ts";
import { matchCompany, matchContact } from "../present.ts";
import { evened, wantedOf } from "../rules/derived.ts";
import { companyParts, contactParts, planRow, readEach, type ReadRow, textOf } from "../rules/index.ts";
import type { Session } from "../session.ts";

const shownRows = 10;
/** So many problems are kept, and some more where a row has several. */
export const mostShown = 2000;
const mostUnknown = 2000;
const unknownCodes = new Set(["not_found", "invalid_choice", "unknown_company"]);

export interface Outcomes {
  create: number;
  update: number;
  same: number;
}

export interface Read extends Outcomes {
  good: number;
  bad: number;
  problems: CsvProblem[];
  sample: ReadRow[];
  /** Texts that mean nothing to us yet, by field. */
  unknown: Map<string, Set<string>>;
  /** Whether some dates can only be read when somebody says what comes first. */
  hasAmbiguousDates: boolean;
}

/**
 * Every row, each held against what is there now; what is kept of them are numbers, the first problems and a sample. A read ends
 * before the next rows are looked at, for a long file takes seconds.
 */
export async function readThrough(ctx: Ctx, session: Session): Promise<Read> {
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
    hasAmbiguousDates: false,
  };
  let waiting: ReadRow[] = [];
  const count = async (): Promise<void> => {
    if (waiting.length === 0) return;
    await reading(ctx, (reader) => countOutcomes(reader, session, waiting, read));
    waiting = [];
    await Bun.sleep(0);
  };
  let at = 0;
  for (const row of readEach(file, mapping, target, lookups)) {
    const cells = file.rows[at]?.cells ?? [];
    at += 1;
    for (const problem of row.problems) {
      if (problem.code === "ambiguous_date") read.hasAmbiguousDates = true;
      const column =
        problem.column === null || !unknownCodes.has(problem.code) ? -1 : file.headers.indexOf(problem.column);
      const key = mapping[column] ?? null;
      if (key === null) continue;
      const known = read.unknown.get(key) ?? new Set();
      if (known.size < mostUnknown) read.unknown.set(key, known.add((cells[column] ?? "").trim()));
    }
    if (read.problems.length < mostShown) read.problems.push(...row.problems);
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
