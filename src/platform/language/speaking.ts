import { AsyncLocalStorage } from "node:async_hooks";
import { defaultLanguage, isLanguage, languageOf, localeFor } from "./languages.ts";

/** In which language the work in hand is done: a request, a mail, an event, a job. */
interface Speech {
  language: string;
  /** BCP 47 tag that dates, numbers and money are written by. */
  locale: string;
  /** IANA zone that instants are shown and typed in; null: the organization's. */
  zone: string | null;
}

const speeches = new AsyncLocalStorage<Speech>();

/**
 * Does some work in a language, with everything that it awaits. A language we do not have is English; without a zone, instants
 * are the organization's.
 */
export function inLanguage<T>(language: string, locale: string, run: () => T, zone: string | null = null): T {
  return speeches.run({ language: isLanguage(language) ? language : defaultLanguage, locale, zone }, run);
}

/** Goes on in another language and zone, to the end of the work in hand: once it is known who is asking. */
export function speak(language: string, locale: string, zone: string | null): void {
  const speech = speeches.getStore();
  if (speech === undefined) return;
  speech.language = isLanguage(language) ? language : defaultLanguage;
  speech.locale = locale;
  speech.zone = zone;
}

/** The language of whoever is being answered; English where nobody has said, as on the command line. */
export function currentLanguage(): string {
  return speeches.getStore()?.language ?? defaultLanguage;
}

/** How dates, numbers and money are written for whoever is being answered; null where nobody has said. */
export function currentLocale(): string | null {
  return speeches.getStore()?.locale ?? null;
}

/** The time zone of whoever is being answered; null: the organization's. */
export function currentZone(): string | null {
  return speeches.getStore()?.zone ?? null;
}

interface Organization {
  organization_locale: string;
}

/** Does some work in the organization's own language: what no person waits for. */
export function inOrganizationsLanguage<T>({ organization_locale }: Organization, run: () => T): T {
  return inLanguage(languageOf(organization_locale), organization_locale, run);
}

/**
 * Does some work for a reader: a mail, a document. `languages` are what has been chosen for them, the closest first (the
 * person's, the company's); where nobody has chosen, it is the organization's. `zone` is the person's own time zone, and stays
 * null for documents.
 */
export function forReader<T>(
  { organization_locale }: Organization,
  languages: readonly (string | null | undefined)[],
  run: () => T,
  zone: string | null = null,
): T {
  const language = closest(organization_locale, languages);
  return inLanguage(language, localeFor(language, organization_locale), run, zone);
}

/** Goes on as `forReader` does: for a page whose address says who reads it. */
export function speakToReader(
  { organization_locale }: Organization,
  languages: readonly (string | null | undefined)[],
  zone: string | null,
): void {
  const language = closest(organization_locale, languages);
  speak(language, localeFor(language, organization_locale), zone);
}

function closest(organizationLocale: string, languages: readonly (string | null | undefined)[]): string {
  return languages.find((one) => one != null && isLanguage(one)) ?? languageOf(organizationLocale);
}
