/**
 * Spreadsheets run a cell that begins with one of these as a formula, also when the file put blanks before it or used
 * the full-width form (OWASP, "CSV injection"). Apostrophes in front are counted in, so that guarding a cell that was
 * guarded before adds one and reading takes exactly one away: what is written reads back as it was.
 */
const DANGEROUS = /^'*[ ]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** `-5` and `-12.50` calculate nothing. `+15125550139` is not in here: a spreadsheet would turn that phone number into a sum. */
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/** Makes a cell harmless for spreadsheets by an apostrophe in front; plain numbers and all other texts stay. */
export function guardCell(cell: string): string {
  return DANGEROUS.test(cell) && !PLAIN_NUMBER.test(cell) ? `'${cell}` : cell;
}

/** Takes the apostrophe of `guardCell` away again; any other apostrophe stays. */
export function unguardCell(cell: string): string {
  return cell.startsWith("'") && DANGEROUS.test(cell) ? cell.slice(1) : cell;
}
