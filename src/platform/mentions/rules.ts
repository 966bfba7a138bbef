import { escapeHtml, htmlToText } from "../html.ts";

/** Who is meant by an @ in a note: somebody of the staff, by name or mail address as it stands in their account. */

export interface Person {
  id: string;
  name: string;
  email: string;
}

/** More marks than this are no mentions but an attempt to make work. */
const mostMarks = 50;
const wordEnds = /[\p{L}\p{N}_]/u;

interface Found {
  /** Where the @ stands, and where the name ends. */
  start: number;
  end: number;
  people: Person[];
}

/** The mentions in a text, in order. Of two names that both fit, the longer one is meant; those of one name are all meant. */
function found(text: string, people: readonly Person[], form: (name: string) => string): Found[] {
  const all: Found[] = [];
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}._%+-])@/gu)) {
    const rest = text.slice(index + 1);
    let longest = 0;
    let meant: Person[] = [];
    for (const person of people) {
      for (const name of [form(person.name), form(person.email)]) {
        if (name === "" || name.length < longest || !startsWith(rest, name)) continue;
        if (name.length > longest) meant = [];
        longest = name.length;
        if (!meant.includes(person)) meant.push(person);
      }
    }
    if (meant.length > 0) all.push({ start: index, end: index + 1 + longest, people: meant });
    if (all.length === mostMarks) break;
  }
  return all;
}

function startsWith(text: string, name: string): boolean {
  const next = text.charAt(name.length);
  if (next !== "" && wordEnds.test(next)) return false;
  return text.slice(0, name.length).localeCompare(name, "en", { sensitivity: "accent" }) === 0;
}

/** Who is mentioned in a note. */
export function mentionedIn(html: string, people: readonly Person[]): Person[] {
  return [...new Set(found(htmlToText(html), people, (name) => name).flatMap((one) => one.people))];
}

/** The note with the names that are mentioned set off; code, quotes and links are left as they are. */
export function withMentions(html: string, people: readonly Person[]): string {
  let untouched = 0;
  return html
    .split(/(<[^>]*>)/)
    .map((part) => {
      const tag = /^<(\/?)(code|pre|a|blockquote|strong)\b/.exec(part);
      if (tag !== null) untouched += tag[1] === "/" ? -1 : 1;
      if (part.startsWith("<") || untouched > 0) return part;
      let at = 0;
      let marked = "";
      for (const { start, end } of found(part, people, escapeHtml)) {
        if (start < at) continue;
        marked += `${part.slice(at, start)}<strong>${part.slice(start, end)}</strong>`;
        at = end;
      }
      return marked + part.slice(at);
    })
    .join("");
}
