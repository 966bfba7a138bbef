import { FormatRegistry } from "@sinclair/typebox";
import { isDecimal } from "../decimal.ts";
import { isId } from "../ids.ts";
import { isEmailAddress } from "../mail/addresses.ts";
import { isLanguage, t } from "../language/index.ts";
import { webAddress } from "../web-address.ts";

interface Format {
  test(text: string): boolean;
  /** What stands behind "must be". */
  expected: string;
}

const formats = {
  uuid: { test: isId, expected: "an id such as 0193c2f4-5a6b-7c8d-9e0f-112233445566" },
  email: { test: isEmailAddress, expected: "an e-mail address such as name@example.com" },
  url: { test: isWebAddress, expected: "a web address that begins with https:// or http://" },
  /** As people type it: `fromEdge` puts the https:// before it that is left out. */
  website: {
    test: (text) => webAddress(text) !== null,
    expected: "a web address such as example.com or https://example.com",
  },
  date: { test: isDate, expected: "a date such as 2026-11-21" },
  time: { test: (text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text), expected: "a time such as 08:30" },
  instant: { test: isInstant, expected: "an instant such as 2026-11-21T08:30:00Z" },
  decimal: { test: isDecimal, expected: "a decimal number such as 1.5" },
  money: { test: (text) => /^-?\d{1,13}(\.\d{1,4})?$/.test(text), expected: "an amount such as 150.00" },
  locale: { test: isLocale, expected: "a language and region such as en-US or de-DE" },
  timezone: { test: isTimeZone, expected: "a time zone such as Europe/Berlin" },
  currency: { test: isCurrency, expected: "a currency such as EUR or USD" },
  language: { test: isLanguage, expected: "a language such as en or de" },
  color: { test: (text) => /^#[0-9a-fA-F]{6}$/.test(text), expected: "a colour such as #1f6feb" },
} satisfies Record<string, Format>;

for (const [name, { test }] of Object.entries(formats)) FormatRegistry.Set(name, test);

/** Whether a text is of a format, as values of attributes have to be. */
export function isOfFormat(name: keyof typeof formats, text: string): boolean {
  return formats[name].test(text);
}

/** What a text of this format must be, in words. */
export function expectedFormat(name: string): string {
  return Object.hasOwn(formats, name)
    ? t(formats[name as keyof typeof formats].expected)
    : t("a text of the form {name}", { name });
}

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s/?#]/i.test(text) || /\s/.test(text)) return false;
  return URL.canParse(text);
}

/** A day of the calendar, `YYYY-MM-DD`: 2026-02-29 is none. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith("0000")) return false;
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}

/** RFC 3339: with seconds, and `Z` or an offset. */
function isInstant(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/.test(text)) return false;
  try {
    const { epochMilliseconds } = Temporal.Instant.from(text);
    return epochMilliseconds > -62_135_596_800_000 && epochMilliseconds < 253_402_300_800_000;
  } catch {
    return false;
  }
}

/** A BCP 47 tag that dates and numbers can be written by. */
function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text)[0] === text && Intl.NumberFormat.supportedLocalesOf(text).length === 1;
  } catch {
    return false;
  }
}

const zones = new Set<string>();

/** An IANA name; offsets such as `+01:00` are none, since they know no summer time. */
function isTimeZone(text: string): boolean {
  if (zones.has(text)) return true;
  if (text !== "UTC" && !/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+){1,2}$/.test(text)) return false;
  try {
    const resolved = new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
    // Intl takes names in any case; databases and other programs do not.
    if (!isSameName(text, resolved)) return false;
  } catch {
    return false;
  }
  // Only right names are remembered: of those there are a few hundred, of wrong ones as many as somebody sends.
  zones.add(text);
  return true;
}

/** Links such as `Asia/Calcutta` resolve to another name, which says nothing about the case of the given one. */
function isSameName(given: string, resolved: string): boolean {
  return given.toLowerCase() !== resolved.toLowerCase() || given === resolved;
}

let currencies: ReadonlySet<string> | null = null;

/** ISO 4217, as far as `Intl` knows it. */
function isCurrency(text: string): boolean {
  currencies ??= new Set(Intl.supportedValuesOf("currency"));
  return currencies.has(text);
}
