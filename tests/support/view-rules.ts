/** What a view must not hold, because a strict content security policy or Alpine's CSP build stops it in the browser. */

type Rule = { name: string; pattern: RegExp; mailToo?: boolean };

const attribute = String.raw`\s*=\s*(?:"([^"]*)"|'([^']*)')`;

const rules: Rule[] = [
  { name: "hx-on (use an Alpine component)", pattern: /\shx-on[:\-\w]*\s*=/g },
  { name: "hx-vals or hx-headers with js:", pattern: /\shx-(?:vals|headers)\s*=\s*["']\s*(?:js|javascript):/g },
  { name: "a trigger filter […]", pattern: /\shx-trigger\s*=\s*(?:"[^"]*\[[^"]*"|'[^']*\[[^']*')/g },
  { name: "an inline style", pattern: /<style\b|<[a-z][^>]*\sstyle\s*=/gi },
  { name: "an inline script", pattern: /<script\b(?![^>]*\ssrc\s*=)/gi, mailToo: true },
  { name: "an on… handler", pattern: /<[a-z][^>]*\son[a-z]+\s*=\s*["']/gi, mailToo: true },
  { name: "a javascript: address", pattern: /\s(?:href|action|src)\s*=\s*["']\s*javascript:/gi, mailToo: true },
];

const alpine = new RegExp(String.raw`\s(?:x-[\w.:-]+|@[\w.:-]+|:[a-z][\w.:-]*)${attribute}`, "gi");

/**
 * The problems of one Handlebars source, as `line: what`.
 *
 * @param isMail mail programs need inline styles, so these are allowed there
 */
export function viewProblems(source: string, { isMail = false } = {}): string[] {
  // Comments are blanked, not removed: line numbers must stay.
  const view = source.replaceAll(/\{\{!--[\s\S]*?--\}\}|\{\{![^}]*\}\}|<!--[\s\S]*?-->/g, (comment) =>
    comment.replaceAll(/[^\n]/g, " "),
  );
  const lineAt = (index: number) => view.slice(0, index).split("\n").length;
  const problems: { line: number; what: string }[] = [];
  for (const { name, pattern, mailToo } of rules) {
    if (isMail && !mailToo) continue;
    for (const match of view.matchAll(pattern)) problems.push({ line: lineAt(match.index), what: name });
  }
  for (const match of view.matchAll(alpine)) {
    const statements = (match[1] ?? match[2] ?? "").replaceAll(/\{\{.*?\}\}|'[^']*'|&#?\w+;/g, "").trim();
    if (/;\s*\S/.test(statements)) problems.push({ line: lineAt(match.index), what: "two statements for Alpine" });
  }
  return problems.toSorted((a, b) => a.line - b.line).map(({ line, what }) => `${line}: ${what}`);
}
