import { canonicalDecimal, isDecimal } from "../../../platform/decimal.ts";
import { t } from "../../../platform/language/index.ts";
import { isEmailAddress } from "../../../platform/mail/addresses.ts";
import { fold } from "../../../platform/text.ts";
import { webAddress } from "../../../platform/web-address.ts";
import type { Parsed, Value } from "./field.ts";

const good = (value: Value): Parsed => ({ ok: true, value });
const bad = (code: string, message: string): Parsed => ({ ok: false, severity: "error", code, message });
const odd = (code: string, message: string): Parsed => ({ ok: false, severity: "warning", code, message });

/** A value as messages show it: quoted, on one line, not endless. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return `"${line.length > 60 ? `${line.slice(0, 57)}…` : line}"`;
}

const tooLong = (text: string, maxLength: number): Parsed =>
  bad("too_long", t("This text has {count} characters; {most} are allowed.", { count: text.length, most: maxLength }));

/** A text on one line. A formula such as `=HYPERLINK(…)` is a text like any other and never run. */
export function singleLine(maxLength: number): (text: string) => Parsed {
  return (text) => {
    const line = text
      .normalize("NFC")
      .replace(/[\s\p{Cc}]+/gu, " ")
      .trim();
    return line.length > maxLength ? tooLong(line, maxLength) : good(line);
  };
}

/** A text whose line breaks stay. */
export function multiLine(maxLength: number): (text: string) => Parsed {
  return (text) => {
    const kept = text
      .normalize("NFC")
      .replace(/\r\n?/g, "\n")
      .replace(/[^\P{Cc}\n]+/gu, " ")
      .trim();
    return kept.length > maxLength ? tooLong(kept, maxLength) : good(kept);
  };
}

/** An e-mail address, in lower case. */
export function email(text: string): Parsed {
  const address = text.trim().replace(/^mailto:/i, "");
  return isEmailAddress(address)
    ? good(address.toLowerCase())
    : bad("invalid_email", t("{text} is not an e-mail address such as name@example.com.", { text: quoted(text) }));
}

/** A telephone number as it was typed; spaces are evened out. */
export function phone(text: string): Parsed {
  const number = text.replace(/[\s\u00A0]+/g, " ").trim();
  const isPhone =
    /^[+(\d][\d ()/.+*#-]*(\s*(x|ext\.?|#)\s*\d{1,8})?$/i.test(number) && (number.match(/\d/g)?.length ?? 0) >= 3;
  if (!isPhone)
    return bad("invalid_phone", t("{text} is not a telephone number such as +1 512 555 0139.", { text: quoted(text) }));
  return number.length > 50 ? tooLong(number, 50) : good(number);
}

/** A web address; `example.com` becomes `https://example.com`. */
export function website(text: string): Parsed {
  const address = webAddress(text);
  if (address === null)
    return bad("invalid_url", t("{text} is not a web address such as https://example.com.", { text: quoted(text) }));
  return address.length > 300 ? tooLong(address, 300) : good(address);
}

const currencies = new Set(Intl.supportedValuesOf("currency"));

/** An ISO 4217 code in any case. */
export function currency(text: string): Parsed {
  const code = text.trim().toUpperCase();
  return currencies.has(code)
    ? good(code)
    : bad("invalid_currency", t("{text} is not a currency such as EUR or USD.", { text: quoted(text) }));
}

const onReceipt = new Set([
  "dueonreceipt",
  "duereceipt",
  "uponreceipt",
  "onreceipt",
  "receipt",
  "immediate",
  "immediately",
  "cod",
]);

/** `Net 30`, `30`, `30 days`, `Due on receipt` → the payment terms of PRD 3.10.2. Others are a warning: the default stays. */
export function paymentTerms(text: string): Parsed {
  const key = headerKey(text);
  if (onReceipt.has(key)) return good("due_on_receipt");
  const days = Number(/^(?:net|n|due)?(?:in)?(\d{1,3})(?:days?)?(?:net)?$/.exec(key)?.[1] ?? Number.NaN);
  if (days === 0) return good("due_on_receipt");
  if ([15, 30, 45, 60].includes(days)) return good(`net_${days}`);
  const message = t(
    "The payment terms {text} are none of: due on receipt, net 15, net 30, net 45, net 60. They are left out.",
    { text: quoted(text) },
  );
  return odd("unknown_payment_terms", message);
}

/** An amount such as `175.50`, `$1,234.50` or `1.234,50 €` as a canonical decimal, zero or more. */
export function amount(text: string): Parsed {
  const typed = text.replace(/[\s\u00A0'’]|\p{Sc}|^[A-Z]{3}|[A-Z]{3}$/gu, "");
  const decimal = isDecimalComma(typed) ? typed.replaceAll(".", "").replace(",", ".") : typed.replaceAll(",", "");
  const isGroupedWell = !/[.,]/.test(typed.replace(/[.,]\d*$/, "")) || /^\d{1,3}([.,]\d{3})+([.,]\d+)?$/.test(typed);
  return isDecimal(decimal) && !decimal.startsWith("-") && isGroupedWell
    ? good(canonicalDecimal(decimal))
    : bad("invalid_amount", t("{text} is not an amount such as 150.00.", { text: quoted(text) }));
}

/** A comma is the decimal sign when it comes after a point, or when what follows it is no group of three. */
function isDecimalComma(typed: string): boolean {
  const comma = typed.lastIndexOf(",");
  if (comma < 0 || typed.indexOf(",") !== comma) return false;
  return comma > typed.lastIndexOf(".") && (typed.includes(".") || typed.length - comma - 1 !== 3);
}

// A German spreadsheet writes WAHR for the true of our own export.
const yes = new Set(["true", "yes", "y", "1", "x", "t", "on", "ja", "j", "wahr"]);
const no = new Set(["false", "no", "n", "0", "f", "off", "nein", "falsch"]);

/** Yes or no in the spellings of other products. */
export function yesOrNo(text: string): Parsed {
  const word = text.trim().toLowerCase();
  if (yes.has(word)) return good(true);
  if (no.has(word)) return good(false);
  return bad("invalid_boolean", t("{text} is neither yes nor no.", { text: quoted(text) }));
}

/** One of our values, by itself or by what other products call it. */
export function oneOf(spellings: Record<string, readonly string[]>): (text: string) => Parsed {
  const values = Object.keys(spellings);
  return (text) => {
    const key = headerKey(text);
    const value = values.find((one) => headerKey(one) === key || spellings[one]?.includes(key));
    if (value !== undefined) return good(value);
    return bad("invalid_choice", t("{text} is none of: {values}.", { text: quoted(text), values: values.join(", ") }));
  };
}

/** Words between commas or semicolons. */
export function tags(text: string): Parsed {
  const words = text
    .split(/[,;\n]|~~~/)
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const long = words.find((word) => word.length > 60);
  return long === undefined ? good([...new Set(words)].sort()) : tooLong(long, 60);
}

/**
 * An instant such as `2024-03-01 10:11:12 -0500` as ISO-8601 UTC with milliseconds. Without an offset it is local time in
 * `timezone`, a bare day its midnight there. One that cannot be read is a warning: nobody's company depends on it.
 */
export function instant(text: string, timezone = "UTC"): Parsed {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i.exec(
    text.trim(),
  );
  const [, day, time = "00:00", seconds = ":00", fraction = "", zone = ""] = match ?? [];
  const offset = /^(z|utc)$/i.test(zone) ? "Z" : zone.replace(/^(.\d{2})(\d{2})$/, "$1:$2");
  const local = `${day}T${time}${seconds}${fraction}`;
  try {
    const at =
      zone === ""
        ? Temporal.PlainDateTime.from(local).toZonedDateTime(timezone).toInstant()
        : Temporal.Instant.from(`${local}${offset}`);
    return good(at.toString({ smallestUnit: "millisecond" }));
  } catch {
    return odd(
      "invalid_instant",
      t("{text} is not a point in time such as 2024-03-01 10:11:12 -0500. It is left out.", { text: quoted(text) }),
    );
  }
}

/** A header or word for comparing: only letters and digits, without case and marks; `Zip Code` and `zip_code` are one. */
export function headerKey(text: string): string {
  return fold(text).replace(/[^\p{L}\p{N}]/gu, "");
}
