import { t } from "../../../platform/language/index.ts";
import type { Field, Parsed } from "./field.ts";
import { instant, quoted } from "./values.ts";

/** Which comes first in dates such as 3/4/2024; null: nobody has said, so those that could be either are refused. */
export type DateOrder = "mdy" | "dmy" | null;

/** A day as a file writes it, and what stands behind it: the time. */
interface Written {
  day: Temporal.PlainDate;
  rest: string;
}

const slashed = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:,?\s+(.*))?$/;

/**
 * Reads a day: `2026-03-31`, `31.3.2026`, `3/31/2026`, a spreadsheet's number of the day (45352.5), `31 Mar 2026` or
 * `Mar 31, 2026`. With points the day comes first; with slashes as `order` says, else where only one of the two can be meant.
 */
function writtenDay(text: string, order: DateOrder): Written | null {
  const from = (year: unknown, month: unknown, day: unknown, rest = ""): Written | null => {
    try {
      const fields = { year: Number(year), month: Number(month), day: Number(day) };
      return { day: Temporal.PlainDate.from(fields, { overflow: "reject" }), rest };
    } catch {
      return null;
    }
  };
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]\s*(.*))?$/.exec(text);
  if (iso !== null) return from(iso[1], iso[2], iso[3], iso[4]);
  const serial = /^(\d{5})(\.\d+)?$/.exec(text);
  if (serial !== null) return ofSerial(Number(serial[1]), Number(serial[2] ?? 0));
  const named =
    /^(?:(\d{1,2})\.?\s+([a-z]{3})[a-z]*\.?|([a-z]{3})[a-z]*\.?\s+(\d{1,2})),?\s+(\d{4})(?:,?\s+(.*))?$/i.exec(text);
  if (named !== null) {
    const month = months.indexOf((named[2] ?? named[3] ?? "").toLowerCase()) + 1;
    return from(named[5], month, named[1] ?? named[4], named[6]);
  }
  const match = slashed.exec(text);
  if (match === null) return null;
  const [, first, second, year, rest] = match;
  const isDayFirst = text.includes(".") && !text.includes("/") ? true : order === "dmy" || Number(first) > 12;
  const isMonthFirst = !isDayFirst && (order === "mdy" || Number(second) > 12 || first === second);
  if (isDayFirst) return from(year, second, first, rest);
  return isMonthFirst ? from(year, first, second, rest) : null;
}

const months = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

/** Spreadsheets count days from the end of 1899; from 1954 to 2119, so that a house number is no date. */
function ofSerial(days: number, part: number): Written | null {
  if (days < 20_000 || days > 80_000) return null;
  const minutes = Math.round(part * 24 * 60);
  const time = `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  return { day: Temporal.PlainDate.from("1899-12-30").add({ days }), rest: minutes === 0 ? "" : time };
}

/** Whether a text is a date of which nobody can know whether the day or the month comes first. */
function isAmbiguous(text: string): boolean {
  const [, first, second] = slashed.exec(text) ?? [];
  return first !== undefined && !text.includes(".") && Number(first) <= 12 && Number(second) <= 12 && first !== second;
}

const ambiguous = (severity: "error" | "warning", text: string): Parsed => ({
  ok: false,
  severity,
  code: "ambiguous_date",
  message: t("{text} could be two dates. Say below whether the day or the month comes first.", { text: quoted(text) }),
});

export function dateParser(order: DateOrder): Field["parse"] {
  return (text) => {
    const read = writtenDay(text.trim(), order);
    if (read !== null) return { ok: true, value: read.day.toString() };
    if (order === null && isAmbiguous(text.trim())) return ambiguous("error", text);
    const message = t("{text} is not a date such as 2026-03-31.", { text: quoted(text) });
    return { ok: false, severity: "error", code: "invalid_date", message };
  };
}

/** A point in time; one without a zone is local time in `timezone`, the organization's. */
export function instantParser(order: DateOrder, timezone: string): Field["parse"] {
  return (text) => {
    const plain = text.trim();
    const known = instant(plain, timezone);
    if (known.ok) return known;
    const read = writtenDay(plain, order);
    if (read === null) return order === null && isAmbiguous(plain) ? ambiguous("warning", text) : known;
    const time = timeOf(read.rest);
    return time === null ? known : instant(`${read.day.toString()} ${time}`, timezone);
  };
}

/** `4:05 PM`, `16:05`, `16:05:10 +0100` as `instant` reads it; a bare day begins at midnight. */
function timeOf(text: string): string | null {
  if (text.trim() === "") return "00:00";
  const [, hours, rest = "", half = "", zone = ""] =
    /^(\d{1,2})(:\d{2}(?::\d{2})?)\s*(am|pm)?\s*(.*)$/i.exec(text.trim()) ?? [];
  if (hours === undefined) return null;
  const isAfternoon = half.toLowerCase() === "pm";
  const hour = half === "" ? Number(hours) : (Number(hours) % 12) + (isAfternoon ? 12 : 0);
  return `${String(hour).padStart(2, "0")}${rest}${zone === "" ? "" : ` ${zone}`}`;
}

/** What the dates of a whole file say about their order: known where some can be read in one way only, and none in the other. */
export function orderOf(rows: readonly { cells: readonly string[] }[]): DateOrder {
  let [isDayFirst, isMonthFirst] = [false, false];
  for (const { cells } of rows)
    for (const cell of cells) {
      if (cell.length > 30 || !cell.includes("/")) continue;
      const [, first, second] = slashed.exec(cell.trim()) ?? [];
      if (Number(first) > 12) isDayFirst = true;
      if (Number(second) > 12) isMonthFirst = true;
    }
  if (isDayFirst === isMonthFirst) return null;
  return isDayFirst ? "dmy" : "mdy";
}
