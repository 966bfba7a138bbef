/**
 * Formatters of the runtime, each made once: making one takes a hundred times as long as using it, and a page of a list
 * would make a hundred. There are few: a locale, a zone and a form each.
 */
const most = 500;
const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();

/** `Intl`'s formats, kept: to make one takes far longer than to use it. */
export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(dates, locale, options, () => new Intl.DateTimeFormat(locale, options));
}

/** The same for numbers. */
export function numberFormat(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return kept(numbers, locale, options, () => new Intl.NumberFormat(locale, options));
}

function kept<F>(formats: Map<string, F>, locale: string, options: object, make: () => F): F {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = make();
  // Locales come from settings and from browsers: whoever invents them must not fill the memory.
  if (formats.size >= most) formats.clear();
  formats.set(key, made);
  return made;
}
