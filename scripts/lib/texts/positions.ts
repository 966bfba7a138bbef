/**
 * Where texts for people stand in the source. A text that is made while somebody waits goes through `t("…")`; one that is
 * declared (outside of any function) stands there in plain English, and the platform translates it when it is shown.
 */

/** Members of models and declarations whose value people read. */
export const textMembers: ReadonlySet<string> = new Set([
  "blank",
  "blocked_text",
  "cancel_label",
  "caption",
  "confirm",
  "description",
  "detail",
  "done_text",
  "empty",
  "expected",
  "file_hint",
  "footer",
  "greeting",
  "group",
  "heading",
  "hint",
  "label",
  "message",
  "more_label",
  "noun",
  "paragraphs",
  "placeholder",
  "portal_name",
  "position",
  "search",
  "subject",
  "submit_label",
  "subtitle",
  "summary",
  "text",
  "title",
  "total_text",
  "why",
]);

/** Arguments that people read, by the function's name and the argument's place. */
export const textArguments: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    badge: [0],
    button: [0, 4],
    "cell.badge": [0],
    "cell.link": [0],
    "cell.muted": [0],
    "cell.strong": [0],
    "cell.text": [0],
    "cells.badge": [0],
    conflict: [0],
    contactOptions: [2],
    empty: [1, 2],
    Failure: [2],
    facts: [0],
    field: [1],
    forbidden: [0],
    invalidField: [1],
    link: [0],
    malformed: [0],
    notFound: [0],
    page: [1],
    redirect: [1],
    stat: [0, 2, 3],
    tab: [1],
    tooLarge: [0],
    tooMany: [1],
    unauthorized: [0],
  }),
);

/** What only operators and programs read stays English: the command line, the API and its documents, logs. */
const englishOnly = [
  /^src\/(cli|demo)\//,
  /^src\/(main|app)\.ts$/,
  /\/(api|resources|routes-api|openapi)\.ts$/,
  /\/(api|openapi)\//,
  /^src\/platform\/(backup|config|jobs|pdf)\//,
  /^src\/platform\/crypto\/(keyring|master-key|sealing|tokens)\.ts$/,
  /^src\/platform\/database\/(ddl|migrator|postgres|sqlite|serving-role|tenancy|database|paging)\.ts$/,
  /^src\/platform\/http\/(jsonapi|fixtures|pages\/icons)/,
  /^src\/platform\/(systemd|lock|log|module|resource)\.ts$/,
  /\.test\.ts$/,
];

/** Whether people read the texts of a file on pages or in mails. */
export function isForPeople(path: string): boolean {
  return !englishOnly.some((pattern) => pattern.test(path));
}

/** Whether a string is made of words at all, and not a name, a path, a class or a code. */
export function isWords(text: string): boolean {
  if (!/\p{L}{2}/u.test(text)) return false;
  if (/^[a-z0-9_.:/#?=&%@*()[\]…+-]*$/.test(text)) return false;
  return !/^[a-z]+([A-Z][a-z]*)+$/.test(text) && !/^[A-Z0-9_]+$/.test(text);
}
