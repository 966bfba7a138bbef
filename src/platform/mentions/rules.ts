import { escapeHtml, htmlToText } from "../html.ts";

/** Who is meant by an @ in a note: somebody of the staff, by name or mail address as it stands in their account. */

export interface Person {
  id: string;
  name: string;
  email: string;
}

/** More marks than this in a note are no mentions but something that was pasted, or an attempt to make work. */
const mostMarks = 1000;
const wordEnds = /[\p{L}\p{N}_]/u;

interface Found {
  /** Where the @ stands, and where the name ends. */
  start: number;
  end: number;
  people: Person[];
}

/** What people may be called by in a text, by the first letter: whoever else is there costs a mark nothing. */
type Names = ReadonlyMap<string, readonly { name: string; person: Person }[]>;

function namesOf(people: readonly Person[], form: (name: string) => string): Names {
  const all = people.flatMap((person) => [person.name, person.email].map((name) => ({ name: form(name), person })));
  return Map.groupBy(
    all.filter(({ name }) => name !== ""),
    ({ name }) => firstOf(name),
  );
}

const firstOf = (text: string): string => text.charAt(0).toLowerCase();

/**
 * The mentions in a part of a note, in order. Of two names that both fit, the longer one is meant; those of one name are all meant.
 *
 * @param left how many marks of the note are looked at from here on; counted down
 */
function found(text: string, names: Names, left: { marks: number }): Found[] {
  const all: Found[] = [];
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}._%+-])@/gu)) {
    if (left.marks === 0) break;
    left.marks -= 1;
    const rest = text.slice(index + 1);
    let longest = 0;
    let meant: Person[] = [];
    for (const { name, person } of names.get(firstOf(rest)) ?? []) {
      if (name.length < longest || !startsWith(rest, name)) continue;
      if (name.length > longest) meant = [];
      longest = name.length;
      if (!meant.includes(person)) meant.push(person);
    }
    if (meant.length > 0) all.push({ start: index, end: index + 1 + longest, people: meant });
  }
  return all;
}

/** Made once: `localeCompare` with options makes one for each pair. */
const letters = new Intl.Collator("en", { sensitivity: "accent" });

function startsWith(text: string, name: string): boolean {
  const next = text.charAt(name.length);
  if (next !== "" && wordEnds.test(next)) return false;
  return letters.compare(text.slice(0, name.length), name) === 0;
}

/** Who is mentioned in a note. */
export function mentionedIn(html: string, people: readonly Person[]): Person[] {
  const names = namesOf(people, (name) => name);
  return [...new Set(found(htmlToText(html), names, { marks: mostMarks }).flatMap((one) => one.people))];
}

/** The note with the names that are mentioned set off; code, quotes and links are left as they are. */
export function withMentions(html: string, people: readonly Person[]): string {
  const names = namesOf(people, escapeHtml);
  const left = { marks: mostMarks };
  let untouched = 0;
  return html
    .split(/(<[^>]*>)/)
    .map((part) => {
      const tag = /^<(\/?)(code|pre|a|blockquote|strong)\b/.exec(part);
      if (tag !== null) untouched += tag[1] === "/" ? -1 : 1;
      if (part.startsWith("<") || untouched > 0) return part;
      let at = 0;
      let marked = "";
      for (const { start, end } of found(part, names, left)) {
        if (start < at) continue;
        marked += `${part.slice(at, start)}<strong>${part.slice(start, end)}</strong>`;
        at = end;
      }
      return marked + part.slice(at);
    })
    .join("");
}
