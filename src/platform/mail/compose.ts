import { type Brand, type Tones, tonesOnWhite } from "../brand.ts";
import { escapeHtml } from "../html.ts";
import { currentLanguage, t } from "../language/index.ts";
import { mailHtml, mailText } from "./rich.ts";

export interface MailContent {
  heading: string;
  /** What one of us has written, as HTML: a reply with its lists and links. It stands before the paragraphs. */
  written?: string;
  /** Plain texts; a single line break stays one. */
  paragraphs: readonly string[];
  /** The one thing to do: a button. The address must be http or https. */
  action?: { label: string; url: string };
  /** What somebody else wrote, set apart from our own words: a reply, a note. */
  quoted?: string;
  /** Who sends this and why. */
  footer: string;
  /** Where mails of this kind are ended: the very last thing. */
  ending?: { label: string; url: string };
  /** The sender's name above the heading. */
  organization?: string;
}

/**
 * A mail's two bodies with the same content: a plain text, and an HTML page for mail programs (tables and inline styles,
 * since many drop everything else; narrow and dark screens where they are understood). All texts are escaped, and HTML is
 * cleaned.
 */
export function mailBody(content: MailContent, brand: Pick<Brand, "color">): { text: string; html: string } {
  for (const link of [content.action, content.ending])
    if (link !== undefined && !/^https?:\/\//.test(link.url)) throw new Error(`${link.url} is no web address`);
  return { text: textBody(content), html: htmlBody(content, tonesOnWhite(brand)) };
}

function textBody({ heading, written, paragraphs, action, quoted, footer, ending }: MailContent): string {
  const blocks = [heading, ...(written === undefined ? [] : [mailText(written)]), ...paragraphs];
  if (quoted !== undefined)
    blocks.push(
      quoted
        .split(/\r?\n/)
        .map((line) => `> ${line}`.trimEnd())
        .join("\n"),
    );
  if (action !== undefined) blocks.push(`${action.label}:\n${action.url}`);
  const end = ending === undefined ? "" : `${ending.label}:\n${ending.url}\n`;
  // A line of "-- " begins the signature: programs that read replies cut there.
  return `${blocks.map((block) => block.trim()).join("\n\n")}\n\n-- \n${footer.trim()}\n${end}`;
}

const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
/** Long words and addresses break: `word-break` beside `overflow-wrap`, since some mail programs only know the older one. */
const breaking = "overflow-wrap:anywhere;word-break:break-word";
const text = `${font};font-size:16px;line-height:1.55;color:#26323d;${breaking}`;

function htmlBody(
  { heading, written, paragraphs, action, quoted, footer, ending, organization }: MailContent,
  tone: Tones,
): string {
  const rows = [
    organization === undefined
      ? ""
      : row(
          "0 0 20px",
          `<div class="soft" style="${font};font-size:14px;font-weight:600;color:#5b6873">${escapeHtml(organization)}</div>`,
        ),
    row(
      "0 0 16px",
      `<h1 class="ink" style="margin:0;${font};font-size:22px;line-height:1.3;font-weight:650;color:#16212b">${escapeHtml(heading)}</h1>`,
    ),
    written === undefined
      ? ""
      : row("0 0 4px", `<div class="ink" style="${text}">${mailHtml(written, tone.primary)}</div>`),
    ...paragraphs.map((paragraph) => row("0 0 16px", `<div class="ink" style="${text}">${lines(paragraph)}</div>`)),
    quoted === undefined ? "" : row("4px 0 20px", quote(quoted, tone)),
    action === undefined ? "" : row("8px 0 12px", button(action, tone)),
  ];
  return `<!doctype html>
<html lang="${currentLanguage()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(heading)}</title>
<style>
${style}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f1f4f6">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f1f4f6">
<tr><td align="center" class="edge" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;table-layout:fixed">
<tr><td class="card" style="${breaking};padding:32px 36px 24px;background:#ffffff;border:1px solid #dde3e8;border-radius:10px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
${rows.filter((one) => one !== "").join("\n")}
</table>
</td></tr>
<tr><td class="foot" style="${breaking};padding:18px 36px 0"><div class="soft" style="${font};font-size:13px;line-height:1.5;color:#5b6873">${lines(footer)}${ending === undefined ? "" : `<br>\n${quietLink(ending)}`}</div></td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

/** Narrow screens and dark ones; `!important` because the rest is inline. */
const style = `@media (max-width: 480px) {
  .edge { padding: 0 0 24px !important; }
  .card { padding: 24px 20px 16px !important; border-width: 0 0 1px !important; border-radius: 0 !important; }
  .foot { padding: 16px 20px 0 !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background: #12181d !important; }
  .card { background: #1b242b !important; border-color: #303c46 !important; }
  .ink { color: #e6ebef !important; }
  .soft { color: #a3b0bb !important; }
  .quote { background: #222d36 !important; border-color: #4d9cc8 !important; color: #d3dce3 !important; }
  .button { background: #6bb5de !important; }
  .button a { color: #0d1b25 !important; }
  .link { color: #86c4e6 !important; }
  .code { background: #2a3640 !important; }
}`;

function row(padding: string, inner: string): string {
  return `<tr><td style="padding:${padding}">${inner}</td></tr>`;
}

function quote(quoted: string, { primary }: Tones): string {
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="quote" style="padding:14px 18px;background:#f4f7f9;border-left:3px solid ${primary};${text}">${lines(quoted)}</td></tr></table>`;
}

/** A cell with a colour, because not every program colours a link; the address again below for those that show no buttons. */
function button({ label, url }: { label: string; url: string }, { primary, content }: Tones): string {
  const href = escapeHtml(url);
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td class="button" bgcolor="${primary}" style="border-radius:7px;background:${primary}"><a href="${href}" style="display:inline-block;padding:12px 22px;${font};font-size:16px;font-weight:600;line-height:1.2;color:${content};text-decoration:none">${escapeHtml(label)}</a></td></tr></table>
<div class="soft" style="padding-top:14px;${font};font-size:13px;line-height:1.5;color:#5b6873;word-break:break-all">${escapeHtml(t("Or open this address:"))} <a class="link" href="${href}" style="color:${primary}">${href}</a></div>`;
}

/** In the colour of the words around it: a brand's is made for the white of the card, and this stands below it. */
function quietLink({ label, url }: { label: string; url: string }): string {
  return `<a class="soft" href="${escapeHtml(url)}" style="color:#5b6873;text-decoration:underline">${escapeHtml(label)}</a>`;
}

function lines(given: string): string {
  return escapeHtml(given.trim()).replace(/\r?\n/g, "<br>\n");
}
