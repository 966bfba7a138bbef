import { Lately } from "../lately.ts";

/**
 * Formatters of the runtime, each made once: making one takes a hundred times as long as using it, and a page of a list
 * would make a hundred. There are few: a locale, a zone and a form each.
 */
const dates = new Lately<Intl.DateTimeFormat>(1000);
const numbers = new Lately<Intl.NumberFormat>(1000);

/** `Intl`'s formats, kept: to make one takes far longer than to use it. */
export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(dates, locale, options, () => new Intl.DateTimeFormat(locale, options));
}

/** The same for numbers. */
export function numberFormat(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return kept(numbers, locale, options, () => new Intl.NumberFormat(locale, options));
}

// Locales come from settings and from browsers: whoever invents them must not fill the memory.
function kept<F>(formats: Lately<F>, locale: string, options: object, make: () => F): F {
  const key = `${locale} ${JSON.stringify(options)}`;
  return formats.get(key) ?? formats.set(key, make());
}

/** How pages write what has a date. */
const forms = { date: { dateStyle: "medium" }, instant: { dateStyle: "medium", timeStyle: "short" } } as const;
const texts = new Lately<string>(10_000);

/** A moment as pages write it. Kept: what is on a page is on the next one again, and writing a date takes as long as fetching a row. */
export function dateText(form: keyof typeof forms, locale: string, timeZone: string, at: string): string {
  const key = `${form} ${locale} ${timeZone} ${at}`;
  return texts.get(key) ?? texts.set(key, dateFormat(locale, { ...forms[form], timeZone }).format(new Date(at)));
}
