/** The calls of a chain, `db.selectFrom(…).where(…)`, that end at a place of a source, first one first. */
export function callsBefore(source: string, end: number): string[] {
  const calls: string[] = [];
  for (let at = end; ;) {
    const before = source.slice(0, at).trimEnd();
    if (!before.endsWith(")")) return calls;
    const called = /\.(\$?\w+)\s*$/.exec(withoutTypes(before.slice(0, openingOf(before))));
    if (called === null) return calls;
    calls.unshift(called[1] ?? "");
    at = called.index;
  }
}

/** Where the parenthesis opens that the text ends with. */
function openingOf(text: string): number {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === ")") depth += 1;
    if (text[at] === "(") depth -= 1;
    if (depth === 0) return at;
  }
  return 0;
}

/** `.select<{ a: string }>` without what stands between the angles. */
function withoutTypes(text: string): string {
  return text.endsWith(">") ? text.slice(0, text.lastIndexOf("<")) : text;
}
