/** Letters without case and marks, so that `lukasz` finds `Łukasz` and `strasse` finds `Straße` on both databases. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ł", "l")
    .replaceAll("ø", "o")
    .replaceAll("đ", "d")
    .replaceAll("æ", "ae")
    .replaceAll("œ", "oe")
    .replaceAll("ı", "i");
}

/** What was typed, without the blanks around it; empty where nothing in it can be seen: a name of zero-width marks is none. */
export function seen(text: string): string {
  return /[^\p{Z}\p{C}]/u.test(text) ? text.trim() : "";
}

/** Names and titles stand in lists, subjects and files: a line break that a program sends is a space there. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\t\n\v\f\r\u0085\u2028\u2029]\s*/g, " ");
}

/** The last of some English words, in the singular: `ip_addresses` → `ip_address`. */
export function singular(words: string): string {
  return words
    .replace(/ies$/, "y")
    .replace(/(ss|x|ch)es$/, "$1")
    .replace(/([^s])s$/, "$1");
}
