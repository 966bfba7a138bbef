import { parse as parser } from "csv-parse";
import { CsvError, parse } from "csv-parse/sync";

import { t } from "../language/index.ts";
import { type Delimiter, declaredDelimiter, findDelimiter } from "./delimiter.ts";
import { decodeText, type TextEncoding } from "./encoding.ts";
import { unguardCell } from "./guard.ts";
import type { CsvProblem } from "./problem.ts";

export interface CsvRow {
  /** The line on which the row begins; a cell may run over several lines. */
  line: number;
  /** As many as there are headers. Line breaks inside a cell are `\n`; blanks around the text are kept. */
  cells: string[];
}

export interface CsvFile {
  ok: true;
  delimiter: Delimiter;
  encoding: TextEncoding;
  /** Trimmed; an unnamed column is an empty string. */
  headers: string[];
  rows: CsvRow[];
  /** Of rows (errors: too few or too many cells, a quote left open) and of the header row (warnings). */
  problems: CsvProblem[];
  /** Sentences about the whole file for the person who uploads it, e.g. that it was read as Windows-1252. */
  notices: string[];
}

export interface CsvFailure {
  ok: false;
  /** `empty`, `too_large`, `too_many_rows`, `too_many_columns`, `not_text`, `no_rows`, `open_quote`, `unreadable`. */
  code: string;
  /** One sentence that can be shown as it is. */
  reason: string;
}

export interface CsvLimits {
  /** Of the file, 64 MiB unless told. */
  max_bytes?: number;
  /** Of rows below the header row, 200,000 unless told. */
  max_rows?: number;
}

interface RawRecord {
  /** Of the record's first and last line. */
  line: number;
  last_line: number;
  cells: string[];
  /** Whether a quotation mark in it is not closed where its cell ends. */
  isStray: boolean;
}

const fail = (code: string, reason: string): CsvFailure => ({ ok: false, code, reason });

/**
 * Reads a CSV file whose encoding and delimiter nobody has named: byte order marks, UTF-8, UTF-16 and Windows-1252;
 * comma, semicolon, tab or bar. A row with a wrong number of cells is a problem of that row, not of the file. What
 * `writeCsv` has guarded against formulas comes back without the guard. It is read in slices between which others get their
 * turn: a file of a hundred thousand rows takes seconds.
 */
export async function readCsv(bytes: Uint8Array, limits: CsvLimits = {}): Promise<CsvFile | CsvFailure> {
  const opened = open(bytes, limits);
  if ("ok" in opened) return opened;
  return assembled(opened, await parseRecords(opened), limits);
}

interface Opened {
  text: string;
  delimiter: Delimiter;
  encoding: TextEncoding;
  linesBefore: number;
}

function open(bytes: Uint8Array, limits: CsvLimits): Opened | CsvFailure {
  const maxBytes = limits.max_bytes ?? 64 * 1024 * 1024;
  if (bytes.length > maxBytes) {
    return fail(
      "too_large",
      t("This file is larger than the {size} KiB that are allowed. Split it up.", {
        size: Math.floor(maxBytes / 1024),
      }),
    );
  }
  const decoded = decodeText(bytes);
  if (!decoded.ok) return fail(bytes.length === 0 ? "empty" : decoded.code, decoded.reason);
  if (decoded.text.trim() === "") return fail("empty", t("This file is empty."));

  // csv-parse counts a CRLF inside quotes as two lines, so there is only one kind of line end before it counts.
  const text = decoded.text.replace(/\r\n?/g, "\n");
  const declared = declaredDelimiter(text);
  const delimiter = declared?.delimiter ?? findDelimiter(text);
  return {
    text: text.slice(declared?.length ?? 0),
    delimiter,
    encoding: decoded.encoding,
    linesBefore: declared ? 1 : 0,
  };
}

/** Matching looks at each column by itself: a file of nothing but headers would keep it busy for minutes. */
const mostColumns = 1000;

function assembled(
  { delimiter, encoding }: Opened,
  records: RawRecord[] | CsvFailure,
  limits: CsvLimits,
): CsvFile | CsvFailure {
  const maxRows = limits.max_rows ?? 200_000;
  if ("ok" in records) return records;
  const [head, ...body] = records.filter((record) => record.cells.some((cell) => cell.trim() !== ""));
  if (!head || body.length === 0) return fail("no_rows", t("This file has a header row and nothing below it."));
  if (body.length > maxRows) {
    return fail(
      "too_many_rows",
      t("This file has {count} rows; {most} are allowed at a time. Split it up.", {
        count: body.length,
        most: maxRows,
      }),
    );
  }

  const headers = withoutTrailingBlanks(
    head.cells.map((cell) => unguardCell(cell).replace(/\s+/g, " ").trim()),
    body,
  );
  if (headers.length > mostColumns)
    return fail(
      "too_many_columns",
      t("This file has {count} columns; at most {most} are read.", { count: headers.length, most: mostColumns }),
    );
  const problems = headerProblems(headers, head.line);
  const rows = body.map((record) => {
    problems.push(...rowProblems(record, headers.length));
    const cells = headers.map((_, at) => unguardCell(record.cells[at] ?? ""));
    return { line: record.line, cells };
  });
  const notices =
    encoding === "windows-1252"
      ? [t("This file is not UTF-8; it was read as Windows-1252. Check accented letters in the preview.")]
      : [];
  return { ok: true, delimiter, encoding, headers, rows, problems, notices };
}

const parsing = {
  record_delimiter: "\n",
  relax_column_count: true,
  relax_quotes: true,
  raw: true,
};

/** Takes records down as they come, and says what is wrong when they stop. */
function recorder({ delimiter, linesBefore }: Opened): {
  records: RawRecord[];
  keep(record: unknown, context: { lines: number }): null;
  failure(error: unknown): CsvFailure;
} {
  const records: RawRecord[] = [];
  // csv-parse counts lines to the end of a record and then only tells it to this hook, also when it gives up later.
  let lastLine = 0;
  return {
    records,
    keep: (record, context) => {
      if (isRawRecord(record)) {
        const { record: cells, raw } = record;
        const line = lastLine + 1 + linesBefore;
        const last_line = context.lines + linesBefore;
        records.push({ line, last_line, cells, isStray: hasStrayQuote(cells, raw, delimiter) });
      }
      lastLine = context.lines;
      return null;
    },
    failure: (error) => {
      if (!(error instanceof Error && "code" in error && String(error.code).startsWith("CSV_"))) throw error;
      const line = lastLine + 1 + linesBefore;
      return error.code === "CSV_QUOTE_NOT_CLOSED"
        ? fail(
            "open_quote",
            t(
              "A quotation mark in the row that begins on line {line} is never closed, so the rest of the file cannot be read. Close it and upload the file again.",
              { line },
            ),
          )
        : fail("unreadable", t("This file cannot be read as CSV from line {line} on.", { line }));
    },
  };
}

const sliceLength = 128 * 1024;

async function parseRecords(opened: Opened): Promise<RawRecord[] | CsvFailure> {
  const { records, keep, failure } = recorder(opened);
  const stream = parser({ ...parsing, delimiter: opened.delimiter, on_record: keep });
  try {
    const ended = new Promise<void>((resolve, reject) => {
      stream.on("error", reject);
      stream.on("end", () => resolve());
      stream.resume();
    });
    ended.catch(() => undefined);
    for (let at = 0; at < opened.text.length && !stream.destroyed; at += sliceLength) {
      stream.write(opened.text.slice(at, at + sliceLength));
      await Bun.sleep(0);
    }
    stream.end();
    await ended;
    return records;
  } catch (error) {
    return failure(error);
  }
}

function isRawRecord(value: unknown): value is { record: string[]; raw: string } {
  return typeof value === "object" && value !== null && "record" in value && "raw" in value;
}

/** Spreadsheets like to export empty columns at the right; those are no columns. */
function withoutTrailingBlanks(headers: string[], body: RawRecord[]): string[] {
  let length = headers.length;
  while (length > 1 && headers[length - 1] === "" && body.every((row) => (row.cells[length - 1] ?? "").trim() === "")) {
    length -= 1;
  }
  return headers.slice(0, length);
}

function headerProblems(headers: string[], line: number): CsvProblem[] {
  return headers.flatMap((header, at): CsvProblem[] => {
    if (header === "") {
      const message = t("Column {number} has no name in the header row.", { number: at + 1 });
      return [{ severity: "warning", line, column: null, code: "unnamed_column", message }];
    }
    if (headers.indexOf(header) === at) return [];
    const message = t('The header row names "{header}" more than once; match the columns by hand.', { header });
    return [{ severity: "warning", line, column: header, code: "duplicate_header", message }];
  });
}

function rowProblems(record: RawRecord, columns: number): CsvProblem[] {
  const problem = (code: string, message: string): CsvProblem[] => [
    { severity: "error", line: record.line, column: null, code, message },
  ];
  if (record.isStray) {
    const last = record.last_line;
    return problem(
      "stray_quote",
      t(
        "A quotation mark opened in this row is not closed where its cell ends, so lines {line} to {last} were read as one row.",
        { line: record.line, last },
      ),
    );
  }
  const count = record.cells.length;
  if (count < columns) {
    return problem(
      "too_few_cells",
      t("This row has {count, plural, one {# cell} other {# cells}} where the header row has {columns}.", {
        count,
        columns,
      }),
    );
  }
  if (record.cells.slice(columns).some((cell) => cell.trim() !== "")) {
    return problem(
      "too_many_cells",
      t(
        "This row has {count, plural, one {# cell} other {# cells}} where the header row has {columns}; a text that holds the delimiter must stand in quotes.",
        { count, columns },
      ),
    );
  }
  return [];
}

/**
 * Whether a quote swallowed following lines: the cell then still begins with the mark. A text that really begins with
 * one does so too, which reading the record again without leniency tells apart.
 */
function hasStrayQuote(cells: readonly string[], raw: string, delimiter: Delimiter): boolean {
  if (!cells.some((cell) => cell.startsWith('"') && cell.includes("\n"))) return false;
  try {
    parse(raw, { delimiter, record_delimiter: "\n", relax_column_count: true });
    return false;
  } catch (error) {
    if (error instanceof CsvError) return true;
    throw error;
  }
}
