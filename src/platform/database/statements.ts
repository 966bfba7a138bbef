/** What a statement names, read off its text: the same few texts are run again and again, so each is read once. */

const tables = new Map<string, ReadonlySet<string>>();
const mostTexts = 2000;

const words = /\b(?:from|join|into|update)\s+"?(\w+)/gi;

/** The names after `from`, `join`, `into` and `update`: tables, and whatever else stands there. */
export function namesIn(text: string): ReadonlySet<string> {
  const known = tables.get(text);
  if (known !== undefined) return known;
  const found = new Set([...text.matchAll(words)].map((match) => match[1] ?? ""));
  // "on conflict do update set", "for update skip locked"
  for (const word of ["set", "skip"]) found.delete(word);
  if (tables.size < mostTexts) tables.set(text, found);
  return found;
}
