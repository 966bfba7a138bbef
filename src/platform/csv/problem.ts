/** Something wrong with one row or cell of a file. An `error` keeps its row out; a `warning` lets it in. */
export interface CsvProblem {
  severity: "error" | "warning";
  /** The line of the file on which the row begins, as a text editor counts (the header row is on line 1). */
  line: number;
  /** The column's header as it stands in the file, or null when the whole row is meant. */
  column: string | null;
  /** Stable, lower snake_case. */
  code: string;
  /** A sentence for people: what is wrong, and what would be right. */
  message: string;
}
