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
  return sanitize(html, rules).trim();
}

/** HTML as text, for mails, search and lists: blocks on lines of their own, links by their words. */
export function htmlToText(html: string): string {
  const broken = html
    .replace(/<br\s*\/?>/gi, "\n")
    .replace(/<li[^<>]*>/gi, "\n- ")
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
