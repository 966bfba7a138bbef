import type { FieldType } from "../../../platform/custom-fields/schema.ts";
import { readValue } from "../../../platform/custom-fields/values.ts";
import { isDecimal } from "../../../platform/decimal.ts";
import { sanitizeHtml } from "../../../platform/html.ts";
import { t } from "../../../platform/language/index.ts";
import type { FileColumn } from "../../../platform/transfer/columns.ts";
import { plainToHtml } from "../../../platform/written-text.ts";
import { type DateOrder, dateParser, instantParser } from "./dates.ts";
import type { Field, Parsed } from "./field.ts";
import { amount, currency, email, headerKey, multiLine, quoted, singleLine, tags, website, yesOrNo } from "./values.ts";

const bad = (code: string, message: string): Parsed => ({ ok: false, severity: "error", code, message });

/** How a file is to be read: the organization's time zone, and the order of its dates. */
export interface Reading {
  timezone: string;
  dates: DateOrder;
}

/** How the cells of a column are read: as the table says what may stand there. */
export function parserOf(column: FileColumn, { timezone, dates }: Reading): Field["parse"] {
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
      return customParser(column, timezone, dates);
    case "enum":
      return choice(about?.values ?? []);
    case "integer":
      return wholeNumber;
    case "boolean":
      return yesOrNo;
    case "instant":
      return instantParser(dates, timezone);
    case "date":
      return dateParser(dates);
    case "time":
      return time;
    case "decimal":
    case "money":
      return decimal;
    case "json":
      return json;
    default:
      return about?.isHtml === true ? rich(about.maxLength) : textParser(about?.format ?? "", about?.maxLength ?? 255);
  }
}

function textParser(format: string, maxLength: number): Field["parse"] {
  if (format === "email") return email;
  if (format === "url" || format === "website") return website;
  if (format === "currency") return currency;
  return maxLength > 300 ? multiLine(maxLength) : singleLine(maxLength);
}

/** HTML as our own exports and other products have it; a plain text is taken as if it had been typed here. */
function rich(maxLength: number): Field["parse"] {
  const plain = multiLine(maxLength);
  return (text) => {
    const read = plain(text);
    if (!read.ok || typeof read.value !== "string") return read;
    // A line without any sign is the same in both ways, and stays what it was where it comes from an export of ours.
    if (!/[\n<>&*`]|^- |:\/\//.test(read.value)) return read;
    const html =
      /&(amp|lt|gt|quot|#\d+);|<(p|br|div|ul|ol|li|b|strong|i|em|a|table|h[1-6]|blockquote|pre|span)\b[^<>]*>/i.test(
        read.value,
      );
    return { ok: true, value: sanitizeHtml(html ? read.value : plainToHtml(read.value)) };
  };
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
function customParser(column: FileColumn, timezone: string, dates: DateOrder): Field["parse"] {
  const definition = column.field;
  if (definition === null || column.references !== "") return (text) => ({ ok: true, value: text });
  if (definition.field_type === "date") return dateParser(dates);
  if (definition.field_type === "boolean") return yesOrNo;
  const spelled = spellings(definition.field_type, timezone, dates);
  return (text) => {
    const known = spelled?.(text);
    const read = readValue(definition, known?.ok === true ? known.value : text, timezone);
    if ("code" in read) return { ok: false, severity: "error", code: read.code, message: read.message };
    return { ok: true, value: read.value ?? "" };
  };
}

/** Spellings of spreadsheets that forms and the API do not take, where a type has some. */
function spellings(type: FieldType, timezone: string, dates: DateOrder): Field["parse"] | null {
  if (type === "number") return decimal;
  return type === "datetime" ? instantParser(dates, timezone) : null;
}
