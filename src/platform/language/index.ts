import { IntlMessageFormat } from "intl-messageformat";
import { catalogs } from "#generated/languages.ts";
import { defaultLanguage } from "./languages.ts";
import { currentLanguage, currentLocale } from "./speaking.ts";

export {
  acceptedLanguage,
  defaultLanguage,
  isLanguage,
  languageOf,
  languages,
  localeFor,
  usualLocale,
} from "./languages.ts";
export {
  currentLanguage,
  currentLocale,
  currentZone,
  forReader,
  inLanguage,
  inOrganizationsLanguage,
  speak,
  speakToReader,
} from "./speaking.ts";

/** What stands in the place of `{name}` in a text. */
export type TextValues = Readonly<Record<string, string | number>>;

const formats = new Map<string, IntlMessageFormat>();

/**
 * A text for people, in the language of whoever is being answered. Its name in the catalogs is the English text itself;
 * `{name}` is filled in, and plurals are ICU's: `{count, plural, one {# ticket} other {# tickets}}`. Where two things of
 * the same English name are called differently elsewhere, a remark behind `||` keeps them apart and is never shown.
 *
 * ```ts
 * t("Save")
 * t("Open||ticket status")
 * t("{count, plural, one {# ticket} other {# tickets}} merged into {number}", { count, number })
 * ```
 */
export function t(text: string, values?: TextValues): string {
  const language = currentLanguage();
  const own = language === defaultLanguage ? undefined : textIn(language, text);
  const shown = own ?? withoutRemark(text);
  if (values === undefined) return shown;
  // A text that is missing in a language is English with the plurals of English.
  const locale = own === undefined ? englishLocale() : (currentLocale() ?? language);
  const key = `${locale} ${shown}`;
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = new IntlMessageFormat(shown, locale, {}, { ignoreTag: true })));
  return String(format.format(values));
}

function withoutRemark(text: string): string {
  const at = text.indexOf("||");
  return at === -1 ? text : text.slice(0, at);
}

/**
 * What something is called on screen: in the reader's language where Purser has named it, and as it was written where somebody of
 * the organization has (`is_own_words`). Their "Status" is no word of the catalogs.
 */
export function called({ label, is_own_words }: { label: string; is_own_words?: boolean | undefined }): string {
  return label === "" || is_own_words === true ? label : t(label);
}

function textIn(language: string, text: string): string | undefined {
  const catalog = catalogs[language];
  return catalog !== undefined && Object.hasOwn(catalog, text) ? catalog[text] : undefined;
}

function englishLocale(): string {
  const locale = currentLocale();
  return locale?.startsWith("en") === true ? locale : "en";
}

/** Several things in one sentence: "A, B and C". */
export function listed(things: readonly string[]): string {
  return new Intl.ListFormat(currentLanguage(), { type: "conjunction" }).format(things);
}

/** Marks a text that stands in a declaration and is given to `t` when it is shown, so that it gets into the catalogs. */
export function declared(text: string): string {
  return text;
}
