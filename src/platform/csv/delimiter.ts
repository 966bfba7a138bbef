const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** How much of a file is looked at; the delimiter does not change further down. */
const SAMPLE = 128 * 1024;

/** Excel's own convention: a first line `sep=;` names the delimiter and is no row. Lines end with `\n`. */
export function declaredDelimiter(text: string): { delimiter: Delimiter; length: number } | null {
  const match = /^"?sep=([,;|\t])"?\n/i.exec(text);
  const delimiter = DELIMITERS.find((one) => one === match?.[1]);
  return match && delimiter ? { delimiter, length: match[0].length } : null;
}

/** How often the candidate stands outside quotes in each record that is not blank. */
function countsPerRecord(text: string, delimiter: Delimiter): number[] {
  const counts: number[] = [];
  let count = 0;
  let hasText = false;
  let isQuoted = false;
  let isFieldStart = true;
  let justClosed = false;
  for (const char of text) {
    if (isQuoted) {
      if (char === '"') {
        isQuoted = false;
        justClosed = true;
      }
      continue;
    }
    if (char === "\n") {
      if (hasText) counts.push(count);
      count = 0;
      hasText = false;
      isFieldStart = true;
      justClosed = false;
      continue;
    }
    hasText = true;
    // Inside a cell a quotation mark is an inch sign, except right after a closing one: that is a doubled quote.
    isQuoted = char === '"' && (isFieldStart || justClosed);
    justClosed = false;
    isFieldStart = char === delimiter;
    if (isFieldStart) count += 1;
  }
  if (hasText) counts.push(count);
  return counts;
}

/**
 * The delimiter by which the most records have as many cells as the header row; among equals the one that makes more
 * columns. A file of one column has no delimiter, and is read with a comma.
 * Lines end with `\n`.
 */
export function findDelimiter(text: string): Delimiter {
  const sample = text.slice(0, SAMPLE);
  let best: { delimiter: Delimiter; agreeing: number; columns: number } | null = null;
  for (const delimiter of DELIMITERS) {
    const counts = countsPerRecord(sample, delimiter);
    const columns = counts[0] ?? 0;
    if (columns === 0) continue;
    const agreeing = counts.filter((count) => count === columns).length / counts.length;
    const isBetter =
      !best || agreeing > best.agreeing + 0.05 || (agreeing > best.agreeing - 0.05 && columns > best.columns);
    if (isBetter) best = { delimiter, agreeing, columns };
  }
  return best?.delimiter ?? ",";
}
