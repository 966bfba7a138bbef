import { readValue } from "../../../platform/custom-fields/values.ts";
import { isDecimal } from "../../../platform/decimal.ts";
import { t } from "../../../platform/language/index.ts";
import type { FileColumn } from "../../../platform/transfer/columns.ts";
import type { Field, Parsed } from "./field.ts";
import {
  amount,
  currency,
  email,
  headerKey,
  instant,
  multiLine,
  quoted,
  singleLine,
  tags,
  website,
  yesOrNo,
} from "./values.ts";

const bad = (code: string, message: string): Parsed => ({ ok: false, severity: "error", code, message });

/** How the cells of a column are read: as the table says what may stand there. */
export function parserOf(column: FileColumn, timezone: string): Field["parse"] {
  const { about } = column;
  switch (column.kind) {
    case "external_id":
      return singleLine(100);
    case "reference":
    case "address":
      return singleLine(255);
    case "tags":
      return tags;
    case "custom":
      return customParser(column, timezone);
    case "enum":
      return choice(about?.values ?? []);
    case "integer":
      return wholeNumber;
    case "boolean":
      return yesOrNo;
    case "instant":
      return instant;
    case "date":
      return date;
    case "time":
      return time;
    case "decimal":
    case "money":
      return decimal;
    case "json":
      return json;
    default:
      return textParser(about?.format ?? "", about?.maxLength ?? 255);
  }
}

function textParser(format: string, maxLength: number): Field["parse"] {
  if (format === "email") return email;
  if (format === "url") return website;
  if (format === "currency") return currency;
  return maxLength > 300 ? multiLine(maxLength) : singleLine(maxLength);
}

function choice(values: readonly string[]): Field["parse"] {
  return (text) => {
    const key = headerKey(text);
    const value = values.find((one) => headerKey(one) === key);
    if (value !== undefined) return { ok: true, value };
    return bad("invalid_choice", t("{text} is none of: {values}.", { text: quoted(text), values: values.join(", ") }));
  };
}

function wholeNumber(text: string): Parsed {
  return /^-?\d{1,10}$/.test(text)
    ? { ok: true, value: Number(text) }
    : bad("invalid_number", t("{text} is not a whole number.", { text: quoted(text) }));
}

/** A number as it is written, or an amount with its signs; credits may be negative. */
function decimal(text: string): Parsed {
  const typed: string = text;
  if (isDecimal(typed)) return { ok: true, value: typed };
  if (!/^[-−]/.test(text)) return amount(text);
  const read = amount(text.slice(1));
  return read.ok ? { ok: true, value: `-${String(read.value)}` } : read;
}

/** `2026-03-01` or `1.3.2026`; what could be the third of January or the first of March is refused. */
function date(text: string): Parsed {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$/.exec(text);
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  const [year, month, day] = iso === null ? [german?.[3], german?.[2], german?.[1]] : [iso[1], iso[2], iso[3]];
  try {
    const value = Temporal.PlainDate.from(
      { year: Number(year), month: Number(month), day: Number(day) },
      { overflow: "reject" },
    );
    return { ok: true, value: value.toString() };
  } catch {
    return bad("invalid_date", t("{text} is not a date such as 2026-03-31.", { text: quoted(text) }));
  }
}

function time(text: string): Parsed {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::\d{2})?$/.exec(text);
  return match === null
    ? bad("invalid_time", t("{text} is not a time such as 14:30.", { text: quoted(text) }))
    : { ok: true, value: `${(match[1] ?? "").padStart(2, "0")}:${match[2] ?? ""}` };
}

function json(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ok: true, value: value as Record<string, unknown> };
  } catch {
    // Said below.
  }
  return bad("invalid_json", t("{text} cannot be read as JSON.", { text: quoted(text) }));
}

/** The custom field's value, as the file writes it. */
function customParser(column: FileColumn, timezone: string): Field["parse"] {
  const definition = column.field;
  if (definition === null || column.references !== "") return (text) => ({ ok: true, value: text });
  return (text) => {
    const read = readValue(definition, text, timezone);
    if ("code" in read) return { ok: false, severity: "error", code: read.code, message: read.message };
    return { ok: true, value: read.value ?? "" };
  };
}
