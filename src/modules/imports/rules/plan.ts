/**
 * `create_only` leaves records that are there alone, `fill_blanks` sets only what they leave blank, `overwrite` sets all
 * that the file says. A blank in the file never erases anything.
 */
export const importModes = ["create_only", "fill_blanks", "overwrite"] as const;
export type ImportMode = (typeof importModes)[number];

type Columns = Record<string, unknown>;

export type RowPlan =
  | { kind: "create"; values: Columns }
  | { kind: "update"; changes: Columns }
  | { kind: "unchanged" }
  /** There already, and the mode does not touch what is there. */
  | { kind: "skip" };

/** Columns that tell where a record came from: said once, when it is made. */
const onlyWhenCreated = new Set(["created_at"]);

/**
 * What a row does to its record. `values` are columns (of `companyParts` or `contactParts`), `existing` the row it was
 * matched with, or null. An address is filled only as a whole, since half of two addresses is none; overwriting sets
 * the parts that the file has. Each custom field is decided by itself.
 */
export function planRow(values: Columns, existing: Columns | null, mode: ImportMode): RowPlan {
  if (existing === null) return { kind: "create", values };
  if (mode === "create_only") return { kind: "skip" };
  const changes: Columns = {};
  for (const [column, value] of Object.entries(values)) {
    if (onlyWhenCreated.has(column) || isBlank(value)) continue;
    const present = existing[column];
    if (column === "custom_fields" && isRecord(value)) {
      const own = planRow(value, isRecord(present) ? present : {}, mode);
      if (own.kind === "update") changes[column] = own.changes;
      continue;
    }
    if (mode === "fill_blanks" && !isBlank(present)) continue;
    const wanted = isRecord(value) && isRecord(present) ? { ...present, ...withoutBlanks(value) } : value;
    if (!isSame(wanted, present)) changes[column] = wanted;
  }
  return Object.keys(changes).length === 0 ? { kind: "unchanged" } : { kind: "update", changes };
}

const isRecord = (value: unknown): value is Columns =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const withoutBlanks = (value: Columns): Columns =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => !isBlank(part)));

/** Nothing, an empty text, an empty list, or an object of which every part is blank. False is a value. */
function isBlank(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === "string") return value.trim() === "";
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.values(value).every(isBlank);
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((part, at) => isSame(part, b[at]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const [left, right] = [withoutBlanks(a), withoutBlanks(b)];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => isSame(left[key], right[key]));
}
