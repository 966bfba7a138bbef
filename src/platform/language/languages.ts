import { catalogs } from "#generated/languages.ts";

/** The texts are written in English; their names in the catalogs are the English texts themselves. */
export const defaultLanguage = "en";

/** Whether there is a catalog of this language. */
export function isLanguage(code: string): boolean {
  return code === defaultLanguage || Object.hasOwn(catalogs, code);
}

/** The languages that people can choose from, each by its own name: `{ code: "de", name: "Deutsch" }`. */
export function languages(): { code: string; name: string }[] {
  return [defaultLanguage, ...Object.keys(catalogs)].map((code) => {
    const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
    return { code, name: name.charAt(0).toUpperCase() + name.slice(1) };
  });
}

/** The language part of a locale, when we have it: `de-AT` → `de`; else English. */
export function languageOf(locale: string): string {
  const language = locale.split("-")[0]?.toLowerCase() ?? "";
  return isLanguage(language) ? language : defaultLanguage;
}

/** The locale of a language where most people speak it: `de` → `de-DE`. */
export function usualLocale(language: string): string {
  const { region } = new Intl.Locale(language).maximize();
  return region === undefined ? language : `${language}-${region}`;
}

const locales = new Map<string, string>();

/**
 * How dates, numbers and money are written for somebody who reads `language` in an organization whose locale is `home`: the
 * language decides, in the ways of the organization's country where there are any of that language (English in Germany:
 * `en-DE`, 24 hours; German in the United States: plain `de`). The currency is never changed by it.
 */
export function localeFor(language: string, home: string): string {
  const key = `${language} ${home}`;
  const known = locales.get(key);
  if (known !== undefined) return known;
  const found = localeIn(language, home);
  if (locales.size < 1000) locales.set(key, found);
  return found;
}

function localeIn(language: string, home: string): string {
  try {
    const { language: spoken, region } = new Intl.Locale(home);
    if (spoken === language) return home;
    const wanted = region === undefined ? language : `${language}-${region}`;
    return new Intl.NumberFormat(wanted).resolvedOptions().locale === wanted ? wanted : language;
  } catch {
    return language;
  }
}

/** The language among ours that a browser asks for most (`Accept-Language`), or null when it asks for none of them. */
export function acceptedLanguage(header: string | null): string | null {
  const wanted = (header ?? "")
    .split(",")
    .map((part) => {
      const [range = "", ...parameters] = part.trim().split(";");
      const quality = Number(
        parameters
          .find((parameter) => parameter.trim().startsWith("q="))
          ?.trim()
          .slice(2) ?? "1",
      );
      return { language: range.split("-")[0]?.toLowerCase() ?? "", quality };
    })
    .filter(({ language, quality }) => quality > 0 && isLanguage(language))
    .toSorted((a, b) => b.quality - a.quality);
  return wanted[0]?.language ?? null;
}
