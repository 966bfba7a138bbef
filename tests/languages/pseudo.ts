import { catalogs } from "#generated/languages.ts";
import { decoded } from "../support/entities.ts";

/**
 * A language for tests, in which every text of the catalogs stands between marks: what is read outside of marks has not
 * come through a catalog.
 */
export const pseudo = "xx";
const [from, to] = ["⟦", "⟧"];

/** Brings the language into being, for this process. */
export async function speakPseudo(): Promise<void> {
  const keys = new Set<string>();
  for (const pattern of ["src/platform/language/en.json", "src/modules/*/languages/en.json"])
    for await (const path of new Bun.Glob(pattern).scan("."))
      for (const key of Object.keys((await Bun.file(path).json()) as object)) keys.add(key);
  catalogs[pseudo] = Object.fromEntries([...keys].map((key) => [key, `${from}${key.split("||", 1)[0] ?? ""}${to}`]));
}

/** What stands in a text outside of marks. */
export function outsideMarks(text: string): string {
  const inner = new RegExp(`${from}[^${from}${to}]*${to}`, "g");
  let rest = text;
  for (let before = ""; before !== rest;) {
    before = rest;
    rest = rest.replaceAll(inner, " ");
  }
  return rest;
}

/** Elements whose text is no language: code, drawings, and what was written by people. */
const silent = /<(script|style|svg|code|pre|kbd|textarea)\b[\s\S]*?<\/\1>/g;
const attributes =
  /\s(title|aria-label|placeholder|alt|data-announce|data-confirm|data-confirm-label|data-label|data-go|data-failed|data-offline)="([^"]*)"/g;

/** Everything that people see or hear of a page, piece by piece: texts between tags, and attributes. */
export function piecesOf(html: string): string[] {
  // A name inside a sentence may be set apart, and an address may break.
  const open = html
    .replaceAll(/<\/?strong>|<wbr>/g, "")
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(silent, " ");
  const spoken = [...open.matchAll(attributes)].map((match) => match[2] ?? "");
  const texts = open.replaceAll(/<[^>]*>/g, "\0").split("\0");
  return [...spoken, ...texts]
    .map((piece) => decoded(piece).replaceAll(/\s+/g, " ").trim())
    .filter((piece) => piece !== "");
}

/** Dates, times, amounts and addresses as they are written, and units that are the same in every language. */
const written =
  /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2}, \d{4}(, \d{1,2}:\d\d\s?[AP]M)?|\b(January|February|March|April|May|June|July|August|September|October|November|December) \d{4}|\b\d{1,2}:\d\d\s?[AP]M|\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(USD|EUR|UTC|kB|MB|PDF|CSV|GET|POST|PATCH|PUT|DELETE|API)\b|#[0-9a-f]{6}\b|https?:\/\/\S+|\S+@\S+/g;

/** What of a piece is neither from a catalog nor data: words that only an Englishman can read. */
export function untranslated(piece: string, data: readonly string[]): string {
  let rest = outsideMarks(piece).replaceAll(/https?:\/\/\S+/g, " ");
  for (const value of data)
    if (rest.includes(value))
      rest = rest.replaceAll(new RegExp(`(?<![\\p{L}_])${RegExp.escape(value)}(?![\\p{L}_])`, "gu"), " ");
  rest = rest.replaceAll(written, " ");
  return /\p{L}{2}/u.test(rest) ? rest.trim() : "";
}
