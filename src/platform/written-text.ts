import { escapeHtml, htmlToText } from "./html.ts";

/**
 * Text as people type it into a field, and as HTML: paragraphs at blank lines, breaks kept, web addresses as links, and of
 * Markdown what one writes anyway: `- item`, `1. item`, `> quoted`, `**bold**`, `` `code` `` and ``` fences. Tickets, notes
 * of clients and calls are all written like this.
 */

type Block = "ul" | "ol" | "blockquote" | "p";

const openings: readonly (readonly [Block, RegExp])[] = [
  ["ul", /^[-*] +(?=\S)/],
  ["ol", /^\d{1,3}[.)] +(?=\S)/],
  ["blockquote", /^> ?/],
];

/** A text as people type it, with paragraphs, lists, quotes and code, as the HTML that is kept of it. */
export function plainToHtml(text: string): string {
  const made: string[] = [];
  let kind: Block = "p";
  let lines: string[] = [];
  let code: string[] | null = null;
  const close = (): void => {
    if (lines.length > 0) made.push(blockOf(kind, lines));
    lines = [];
  };
  for (const line of text.replace(/\r\n?/g, "\n").trim().split("\n")) {
    if (line.startsWith("```")) {
      if (code === null) {
        close();
        code = [];
      } else {
        made.push(preformatted(code));
        code = null;
      }
      continue;
    }
    if (code !== null) {
      code.push(line);
      continue;
    }
    const [block, opening] = openings.find(([, pattern]) => pattern.test(line)) ?? ["p" as const, null];
    if (line.trim() === "" || block !== kind) close();
    kind = block;
    if (line.trim() !== "") lines.push(opening === null ? line : line.replace(opening, ""));
  }
  // A fence that nobody has closed holds the rest.
  if (code !== null) made.push(preformatted(code));
  close();
  return made.join("");
}

function preformatted(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `<pre><code>${escapeHtml(lines.join("\n"))}</code></pre>`;
}

function blockOf(kind: Block, lines: readonly string[]): string {
  if (kind === "ul" || kind === "ol")
    return `<${kind}>${lines.map((line) => `<li>${inline(line)}</li>`).join("")}</${kind}>`;
  return `<${kind}>${lines.map(inline).join("<br>")}</${kind}>`;
}

/** Code first: in it, nothing else means anything. */
function inline(line: string): string {
  return line
    .split(/(`[^`]+`)/)
    .map((part, at) => (at % 2 === 1 ? `<code>${escapeHtml(part.slice(1, -1))}</code>` : emphasized(part)))
    .join("");
}

function emphasized(text: string): string {
  return text
    .split(/(\*\*[^\s*](?:[^*]*[^\s*])?\*\*)/)
    .map((part, at) =>
      at % 2 === 1 ? `<strong>${linked(escapeHtml(part.slice(2, -2)))}</strong>` : linked(escapeHtml(part)),
    )
    .join("");
}

/** Web addresses in escaped text as links; a full stop or bracket at the end belongs to the sentence. */
function linked(escaped: string): string {
  return escaped.replace(/\bhttps?:\/\/(?:(?!&(?:lt|gt|quot|#39);)[^\s<>"'])+/g, (found) => {
    // Counted from the end, since a pattern anchored there takes quadratic time on a long run of dots.
    let end = found.length;
    while (end > 0 && ".,;:!?)]".includes(found.charAt(end - 1))) end -= 1;
    const address = found.slice(0, end);
    return `<a href="${address}" rel="noopener nofollow">${address}</a>${found.slice(end)}`;
  });
}

/** Sanitized HTML as one would have typed it, for the field in which it is changed: `plainToHtml` makes the same of it. */
export function htmlToPlain(html: string): string {
  const lists: ("ul" | number)[] = [];
  let isCode = false;
  let quotes = 0;
  const marked = html
    .split(/(<[^>]*>)/)
    .map((part) => {
      const [, end = "", name = ""] = /^<(\/?)([a-z0-9]+)/i.exec(part) ?? [];
      if (name === "") return quotes > 0 ? part.replaceAll("\n", "\n&gt; ") : part;
      const isEnd = end === "/";
      if (name === "ul" || name === "ol") {
        if (isEnd) lists.pop();
        else lists.push(name === "ul" ? "ul" : 0);
        return "<p></p>";
      }
      if (name === "li") {
        if (isEnd) return "<br>";
        const list = lists.at(-1) ?? "ul";
        if (list === "ul") return "- ";
        lists[lists.length - 1] = list + 1;
        return `${list + 1}. `;
      }
      if (name === "pre") {
        isCode = !isEnd;
        return isEnd ? "<br>```<p></p>" : "<p></p>```<br>";
      }
      if (name === "code") return isCode ? "" : "`";
      if (name === "strong" || name === "b") return "**";
      if (name === "blockquote") {
        quotes += isEnd ? -1 : 1;
        return isEnd ? "<p></p>" : "<p></p>&gt; ";
      }
      if (name === "br" && quotes > 0) return "<br>&gt; ";
      return part;
    })
    .join("");
  return htmlToText(marked.replaceAll("<p></p>", "</p>"));
}

/**
 * Whether what came out of a field says something else than the HTML that was put into it as text. What came over the API may be
 * richer than one can type: it stays as it is until somebody changes its words.
 */
export function isRewritten(typed: unknown, html: string): typed is string {
  return typeof typed === "string" && typed.replaceAll("\r\n", "\n").trim() !== htmlToPlain(html).trim();
}
