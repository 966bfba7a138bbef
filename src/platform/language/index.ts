import { IntlMessageFormat } from "intl-messageformat";

/** What stands in the place of `{name}` in a text. */
export type TextValues = Readonly<Record<string, string | number>>;

const formats = new Map<string, IntlMessageFormat>();

/**
 * A text for people, in the language of whoever is being answered. Its name in the catalogs is the English text itself;
 * `{name}` is filled in, and plurals are ICU's: `{count, plural, one {# ticket} other {# tickets}}`.
 *
 * ```ts
 * t("Save")
 * t("{count, plural, one {# ticket} other {# tickets}} merged into {number}", { count, number })
 * ```
 */
export function t(text: string, values?: TextValues): string {
  if (values === undefined) return text;
  let format = formats.get(text);
  if (format === undefined) formats.set(text, (format = new IntlMessageFormat(text, "en")));
  return String(format.format(values));
}
