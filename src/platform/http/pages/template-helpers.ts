import Handlebars, { type HelperOptions } from "handlebars/runtime";
import { saysAddress } from "../../html.ts";
import { currentLanguage, t, type TextValues } from "../../language/index.ts";
import { icons, isIconName } from "./icons.ts";
import type { CellModel, TableModel } from "../models/lists.ts";
import type { ActionLink } from "../models/partials.ts";

type HeadAction = Pick<ActionLink, "look" | "icon">;

const mostInHead = 5;
const isInHead = ({ look, icon }: HeadAction): boolean => look === "primary" || icon === "pencil";

const { SafeString, escapeExpression } = Handlebars;

/** The helpers of every template. Few on purpose: text is formatted by view models, templates only lay out. */
export const helpers = {
  eq: (a: unknown, b: unknown): boolean => a === b,
  not: (value: unknown): boolean => !value || (Array.isArray(value) && value.length === 0),
  and: (...values: unknown[]): unknown => values.slice(0, -1).reduce((a, b) => (isFilled(a) ? b : a)),
  or: (...values: unknown[]): unknown => values.slice(0, -1).reduce((a, b) => (isFilled(a) ? a : b)),
  /** The classes of a cell in its column. One call for all of them: a page of a list has hundreds of cells. */
  cell_classes: (column: TableModel["columns"][number] | undefined, { kind, text }: CellModel): string =>
    `k-${kind}${column?.is_numeric === true ? " num" : ""}${column?.is_secondary === true ? " secondary" : ""}${
      column?.is_main === true ? " main" : ""
    }${text === "" || text === "–" ? " blank" : ""}`,
  /** The filled ones among its arguments, with a space between: for class names and lists of ids. */
  join: (...values: unknown[]): string => values.slice(0, -1).filter(isFilled).map(String).join(" "),
  /** `{{t "Save"}}`, `{{t "{count} shown" count=rows.length}}`: a text in the reader's language. */
  t: (text: unknown, options: HelperOptions): string =>
    t(String(text), Object.keys(options.hash).length === 0 ? undefined : (options.hash as TextValues)),
  /** Of a page's actions those that stand in its head: all while they are few, else the main one and changing the record. */
  in_head: (actions: readonly HeadAction[]): readonly HeadAction[] =>
    (actions.length <= mostInHead ? actions : actions.filter(isInHead)).toSorted(
      (a, b) => Number(a.look === "primary") - Number(b.look === "primary"),
    ),
  /** The others, which stand in a menu. */
  in_menu: (actions: readonly HeadAction[]): readonly HeadAction[] =>
    actions.length <= mostInHead ? [] : actions.filter((action) => !isInHead(action)),
  /** The language of the page, for `<html lang>`. */
  page_language: (): string => currentLanguage(),
  /** `{{icon "ticket"}}` or `{{icon name "size-5"}}`: the drawing itself, hidden from screen readers. */
  icon: (name: unknown, ...rest: unknown[]): InstanceType<typeof SafeString> => {
    if (typeof name !== "string" || !isIconName(name)) throw new Error(`there is no icon "${String(name)}"`);
    const size = rest.length > 1 && typeof rest[0] === "string" ? rest[0] : "size-4";
    return new SafeString(
      `<svg class="icon ${escapeExpression(size)}" viewBox="0 0 24 24" aria-hidden="true">${icons[name]}</svg>`,
    );
  },
  /** `{{address text}}`: a mail address, which where it is too long for its line breaks before the @ first. */
  address: (text: unknown): InstanceType<typeof SafeString> =>
    new SafeString(escapeExpression(String(text)).replace("@", "<wbr>@")),
  /** `{{prose html}}`: sanitized HTML. On paper an address stands behind each of its links, but for those that say it themselves. */
  prose: (html: unknown): InstanceType<typeof SafeString> =>
    new SafeString(
      String(html).replace(
        /<a (href="([^"]*)"[^>]*)>([^<]*)<\/a>/g,
        (link, attributes: string, href: string, words: string) =>
          saysAddress(href, words) ? `<a class="says-address" ${attributes}>${words}</a>` : link,
      ),
    ),
  /**
   * The hidden field that proves a form came from us. The token is given to `render`, so that a small form deep inside
   * a list needs none in its model; a page that posts without having got one fails here instead of at the user's click.
   */
  csrf_input: (options: HelperOptions): InstanceType<typeof SafeString> => {
    const token: unknown = options.data?.csrf;
    if (typeof token !== "string" || token === "")
      throw new Error("a form that posts was rendered without a CSRF token");
    return new SafeString(`<input type="hidden" name="_csrf" value="${escapeExpression(token)}">`);
  },
};

function isFilled(value: unknown): boolean {
  return Boolean(value) && !(Array.isArray(value) && value.length === 0);
}
