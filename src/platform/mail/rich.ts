import { htmlToText, sanitizeHtml, saysAddress } from "../html.ts";

/**
 * Rich text for mail programs: many drop style sheets and have margins of their own, so every element carries its look. Colours
 * that a dark screen turns round hang on classes, which `compose` knows.
 */

const monospace = "font-family:ui-monospace,Consolas,Menlo,monospace;font-size:14px";
const heading = 'style="margin:16px 0 8px;font-size:17px;line-height:1.35"';
const cell = 'style="padding:4px 10px 4px 0;text-align:left;vertical-align:top"';
const list = 'style="margin:0 0 12px;padding-left:22px"';

const looks = (linkColor: string): Readonly<Record<string, string>> => ({
  p: 'style="margin:0 0 12px"',
  ul: list,
  ol: list,
  li: 'style="margin:0 0 4px"',
  a: `class="link" style="color:${linkColor}"`,
  code: `class="code" style="${monospace};padding:1px 4px;background:#eef2f5;border-radius:4px"`,
  pre: `class="code" style="${monospace};margin:0 0 12px;padding:10px 14px;background:#eef2f5;border-radius:6px;white-space:pre-wrap"`,
  blockquote: 'style="margin:0 0 12px;padding-left:14px;border-left:3px solid #dde3e8"',
  h1: heading,
  h2: heading,
  h3: heading,
  h4: heading,
  table: 'role="presentation" style="margin:0 0 12px;border-collapse:collapse"',
  th: cell,
  td: cell,
});

/** Any HTML as a mail may hold it: what could run or load is taken out, what is left has its look with it. */
export function mailHtml(html: string, linkColor: string): string {
  const own = looks(linkColor);
  // Behind the sanitizer a "<" begins an element of its short list and nothing else.
  const bare = sanitizeHtml(html).replaceAll("<pre><code>", "<pre>").replaceAll("</code></pre>", "</pre>");
  return bare.replace(/<([a-z]+\d?)(?=[\s>])/g, (opening, tag: string) =>
    own[tag] === undefined ? opening : `${opening} ${own[tag]}`,
  );
}

/** The same as plain text; a link whose words do not say where it leads has its address behind it. */
export function mailText(html: string): string {
  const spelled = sanitizeHtml(html).replace(/<a href="([^"]*)"[^>]*>(.*?)<\/a>/gs, (_, href: string, words: string) =>
    saysAddress(href, htmlToText(words)) ? words : `${words} (${href})`,
  );
  return htmlToText(spelled);
}
