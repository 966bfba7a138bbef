import sanitize from "sanitize-html";

/** Rich text: what people and mails bring, as HTML that is safe to show on our own pages. */

const rules: sanitize.IOptions = {
  allowedTags: [
    "p",
    "br",
    "div",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
  ],
  allowedAttributes: { a: ["href", "rel"], th: ["colspan", "rowspan"], td: ["colspan", "rowspan"] },
  allowedSchemes: ["http", "https", "mailto", "tel"],
  allowProtocolRelative: false,
  disallowedTagsMode: "discard",
  // Text of these is no text for people.
  nonTextTags: ["script", "style", "textarea", "option", "noscript", "title", "svg", "math", "iframe", "object"],
  nestingLimit: 50,
  transformTags: { a: sanitize.simpleTransform("a", { rel: "noopener nofollow" }) },
};

/** HTML from outside with everything left out that could run, load or pretend: a short list of tags and links stays. */
export function sanitizeHtml(html: string): string {
  return sanitize(withoutDepths(html), rules).trim();
}

/** So many tags may be open at a time; what is shown nests 50 (`nestingLimit`), and many forget to close their paragraphs. */
const deepest = 1000;
const neverClosed = new Set(["br", "hr", "img", "input", "meta", "link", "col", "wbr", "area", "base"]);

/** Without the tags that are opened inside a thousand others: the parser goes over all that is open at each further one. */
function withoutDepths(html: string): string {
  let depth = 0;
  return html.replace(/<(\/?)([a-z][a-z0-9]*)/gi, (tag, slash: string, name: string) => {
    if (neverClosed.has(name.toLowerCase())) return tag;
    if (slash === "") depth += 1;
    const isTooDeep = depth > deepest;
    if (slash !== "") depth = Math.max(0, depth - 1);
    // What begins so is left out up to its end.
    return isTooDeep ? "<!" : tag;
  });
}

/** HTML as text, for mails, search and lists: blocks on lines of their own, links by their words, numbers where there are some. */
export function htmlToText(html: string): string {
  const broken = withMarks(html)
    .replace(/<br\s*\/?>/gi, "\n")
    .replace(/<\/(p|div|h[1-6]|blockquote|pre|tr|ul|ol)>/gi, "\n\n")
    .replace(/<\/t[dh]>/gi, " ");
  const bare = sanitize(broken, { allowedTags: [], allowedAttributes: {}, nonTextTags: rules.nonTextTags ?? [] });
  // Line by line: a pattern for blanks before a line end takes quadratic time on a long run of blanks.
  const lines = unescapeHtml(bare)
    .split("\n")
    .map((line) => line.trimEnd());
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** Whether the words of a link are its address already: what they lack is nothing that one would have to be told. */
export function saysAddress(href: string, words: string): boolean {
  const digits = (text: string): string => text.replace(/[^\d+]/g, "");
  if (href.startsWith("tel:")) return digits(href) === digits(words);
  const bare = (text: string): string =>
    text
      .trim()
      .toLowerCase()
      .replace(/^(?:https?:\/\/|mailto:)/, "")
      .replace(/\/$/, "");
  return bare(href) === bare(words);
}

/** Each point of a list begins a line: with its number in a numbered one, with a dash in others. */
function withMarks(html: string): string {
  const lists: { isNumbered: boolean; count: number }[] = [];
  return html.replace(/<(\/?)(ol|ul|li)\b[^<>]*>/gi, (tag, slash: string, name: string) => {
    const list = lists.at(-1);
    if (name.toLowerCase() === "li") {
      if (slash !== "") return "";
      if (list?.isNumbered !== true) return "\n- ";
      list.count += 1;
      return `\n${list.count}. `;
    }
    if (slash === "") lists.push({ isNumbered: name.toLowerCase() === "ol", count: 0 });
    else lists.pop();
    return tag;
  });
}

/** What a new line weighs beside the letters: a list of short lines is long, too. */
const lineWeight = 40;

/**
 * The beginning of HTML that was sanitized, some `most` letters of it: what stands open there is closed behind it. Null where there
 * is not much more.
 */
export function beginningOf(html: string, most: number): string | null {
  const whole = most * 1.5;
  if (html.length <= whole) return null;
  const open: string[] = [];
  let seen = 0;
  let kept = "";
  let cut: string | null = null;
  for (const [piece] of html.matchAll(/<[^>]*>|[^<]+/g)) {
    const [, slash, name = ""] = /^<(\/?)([a-z0-9]+)/.exec(piece) ?? [];
    const isLine = name === "br" || name === "hr" || (slash === "/" && /^(?:p|div|li|tr|h\d)$/.test(name));
    const letters = name === "" ? (piece.slice(0, whole * 10).match(/&#?\w+;|[\s\S]/gu) ?? []) : [];
    const room = most - seen;
    seen += isLine ? lineWeight : letters.length;
    if (seen > most && cut === null)
      cut = `${kept}${letters.slice(0, Math.max(0, room)).join("")}…${open
        .toReversed()
        .map((one) => `</${one}>`)
        .join("")}`;
    if (seen > whole) return cut;
    if (slash === "/") open.pop();
    else if (name !== "" && name !== "br" && name !== "hr") open.push(name);
    kept += piece;
  }
  return null;
}

/** A text as it stands in HTML, between tags or in an attribute with quotes of either kind. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("\u00A0", " ")
    .replaceAll("&amp;", "&");
}
