import { isWords } from "./positions.ts";

export interface ViewText {
  text: string;
  line: number;
  /** Where it stands in the file. */
  start: number;
  end: number;
}

/** Attributes that people see or hear. */
const attributes =
  /\s(title|aria-label|aria-roledescription|placeholder|alt|label|data-announce|data-confirm|data-label|label)="([^"]*)"/g;
/** Elements whose text is no language: code, examples, drawings. */
const silent = /<(code|svg|script|style|kbd|pre)\b[\s\S]*?<\/\1>/g;

/**
 * The texts of a template: those given to `{{t "…"}}`, and those that stand in it as they are, as text between tags or in
 * an attribute that people see or hear. What the model fills in is none.
 */
export function viewTexts(source: string): { spoken: ViewText[]; loose: ViewText[] } {
  const spoken = [...source.matchAll(/[{(]t (?:"([^"]*)"|'([^']*)')/g)].map((match) =>
    at(source, match.index, match.index + match[0].length, match[1] ?? match[2] ?? ""),
  );
  const loose: ViewText[] = [];
  const blank = (whole: string): string => whole.replaceAll(/[^\n]/g, "\0");
  // Everything is blanked in its place, so that positions stay those of the file.
  const open = source
    .replaceAll(/\{\{!--[\s\S]*?--\}\}/g, blank)
    .replaceAll(silent, blank)
    .replaceAll(/\{\{\{?(?:"[^"]*"|'[^']*'|[^"'}]|\}(?!\}))*\}\}\}?/g, blank);
  for (const match of open.matchAll(attributes)) {
    const value = match[2] ?? "";
    const from = match.index + match[0].length - 1 - value.length;
    for (const piece of pieces(value)) loose.push(at(source, from + piece.start, from + piece.end, piece.text));
  }
  const buttons = /<(?:input|button)\b[^>]*\btype="(?:submit|button)"[^>]*\svalue="([^"]*)"/g;
  for (const match of open.matchAll(buttons)) {
    if (!match[0].startsWith("<input")) continue;
    for (const piece of pieces(match[1] ?? "")) loose.push(at(source, match.index, match.index + 1, piece.text));
  }
  // A template that is the inside of a tag, not of an element, has no text.
  const texts = (open.includes("<") ? open : "").replaceAll(/<[^>]*>/g, (tag) => tag.replaceAll(/[^\n]/g, "\0"));
  for (const piece of pieces(texts)) loose.push(at(source, piece.start, piece.end, piece.text));
  return { spoken, loose };
}

function pieces(text: string): { text: string; start: number; end: number }[] {
  return [...text.matchAll(/[^\0\n]+/g)].flatMap((match) => {
    const trimmed = match[0].trim();
    const start = match.index + match[0].indexOf(trimmed);
    return isWords(trimmed) || /^[a-z]+$/.test(trimmed) ? [{ text: trimmed, start, end: start + trimmed.length }] : [];
  });
}

function at(source: string, start: number, end: number, text: string): ViewText {
  return { text, line: source.slice(0, start).split("\n").length, start, end };
}
