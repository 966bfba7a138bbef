import type { CsvProblem } from "../../../platform/csv/problem.ts";
import type { CsvFile, CsvRow } from "../../../platform/csv/read.ts";
import { t } from "../../../platform/language/index.ts";
import type { Lookups, Target, Values } from "./field.ts";
import type { Mapping } from "./headers.ts";

export interface ReadRow {
  line: number;
  /** What could be read, also of a row that does not come in: for the preview. */
  values: Values;
  problems: CsvProblem[];
  /** Whether no problem is an error. */
  is_good: boolean;
}

export interface ReadRows {
  rows: ReadRow[];
  /** Of all rows and the header row, in the order of their lines. */
  problems: CsvProblem[];
  good: number;
  bad: number;
}

const isError = (problem: CsvProblem): boolean => problem.severity === "error";

/**
 * Reads one row by a mapping. A cell that cannot be read is an error and keeps the whole row out, so that nobody finds
 * half a company later; a few that are dispensable are warnings.
 */
export function readRow(
  row: CsvRow,
  headers: readonly string[],
  mapping: Mapping,
  target: Target,
  lookups: Lookups = {},
): ReadRow {
  const values: Values = {};
  const problems: CsvProblem[] = [];
  const unread = new Set<string>();
  for (const [at, key] of mapping.entries()) {
    const field = key === null ? undefined : target.fields.find((one) => one.key === key);
    const cell = (row.cells[at] ?? "").trim();
    if (!field || cell === "") continue;
    const parsed = field.parse(cell);
    if (parsed.ok) {
      if (parsed.value !== "") values[field.key] = parsed.value;
      continue;
    }
    unread.add(field.key);
    const { severity, code, message } = parsed;
    problems.push({ severity, line: row.line, column: headers[at] ?? null, code, message });
  }
  for (const { field, severity, code, message } of target.complete(values, lookups)) {
    // A cell that could not be read has been told about; that its field is missing now says nothing new.
    if (field !== null && unread.has(field)) continue;
    problems.push({ severity, line: row.line, column: columnOf(field, headers, mapping, target), code, message });
  }
  return { line: row.line, values, problems, is_good: !problems.some(isError) };
}

/** Reads all rows; of rows that mean the same record only the first good one comes in, the others name its line. */
export function readRows(file: CsvFile, mapping: Mapping, target: Target, lookups: Lookups = {}): ReadRows {
  const rows = [...readEach(file, mapping, target, lookups)];
  const problems = [...file.problems.filter((one) => !isError(one)), ...rows.flatMap((row) => row.problems)];
  const good = rows.filter((row) => row.is_good).length;
  return { rows, problems: problems.sort((a, b) => a.line - b.line), good, bad: rows.length - good };
}

/** The same one row after the other, for files whose rows should not all be held at once. */
export function* readEach(
  file: CsvFile,
  mapping: Mapping,
  target: Target,
  lookups: Lookups = {},
): Generator<ReadRow, void> {
  const firstLines = new Map<string, number>();
  const broken = new Map<number, CsvProblem[]>();
  for (const problem of file.problems) {
    if (isError(problem)) broken.set(problem.line, [...(broken.get(problem.line) ?? []), problem]);
  }
  for (const row of file.rows) {
    const isBroken = broken.get(row.line);
    // The cells of a row that does not fit the header row stand under the wrong headers.
    if (isBroken) yield { line: row.line, values: {}, problems: isBroken, is_good: false };
    else {
      const read = readRow(row, file.headers, mapping, target, lookups);
      yield read.is_good ? withoutDouble(read, file.headers, mapping, target, firstLines) : read;
    }
  }
}

function withoutDouble(
  read: ReadRow,
  headers: readonly string[],
  mapping: Mapping,
  target: Target,
  firstLines: Map<string, number>,
): ReadRow {
  const identities = target.identities(read.values);
  const double = identities.find(({ key }) => firstLines.has(key));
  if (!double) {
    for (const { key } of identities) firstLines.set(key, read.line);
    return read;
  }
  const message = t("The {noun} is the same as on line {line}, so this row is not imported.", {
    noun: t(double.noun),
    line: firstLines.get(double.key) ?? 0,
  });
  const column = columnOf(double.field, headers, mapping, target);
  const problem: CsvProblem = { severity: "error", line: read.line, column, code: "duplicate_in_file", message };
  return { ...read, problems: [...read.problems, problem], is_good: false };
}

/** The header of a field's column; of a required field that is made of several, the first one's that has a column. */
function columnOf(key: string | null, headers: readonly string[], mapping: Mapping, target: Target): string | null {
  if (key === null) return null;
  const group = target.required.find((one) => one.includes(key)) ?? [];
  const at = [key, ...group].map((one) => mapping.indexOf(one)).find((index) => index >= 0);
  return at === undefined ? null : (headers[at] ?? null);
}
