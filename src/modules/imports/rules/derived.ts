import { validate } from "../../../platform/access/validate.ts";
import { compareDecimals, isDecimal } from "../../../platform/decimal.ts";
import { called, t } from "../../../platform/language/index.ts";
import { noId } from "../../../platform/ids.ts";
import type { FileColumn } from "../../../platform/transfer/columns.ts";
import type { Transfer } from "../../../platform/transfer/definition.ts";
import { createKey } from "./create.ts";
import { field, type Field, type FieldProblem, type Lookups, type Target, textOf, type Values } from "./field.ts";
import { parserOf, type Reading } from "./parsers.ts";
import { quoted } from "./values.ts";

type Row = Record<string, unknown>;

/** A target that follows from a module's `transfer`: fields from the table, rules from the action. */
export interface DerivedTarget extends Target {
  transfer: Transfer;
  columns: readonly FileColumn[];
}

export function derivedTarget(transfer: Transfer, all: readonly FileColumn[], reading: Reading): DerivedTarget {
  const columns = all.filter((column) => column.isRead);
  return {
    name: transfer.resource.type,
    label: transfer.label,
    transfer,
    columns,
    fields: columns.map((column) => fieldOf(column, reading)),
    sections: [],
    required: [],
    complete: (values, lookups) => {
      const problems = resolve(transfer, columns, values, lookups);
      if (problems.some(({ severity }) => severity === "error")) return problems;
      return lookups.existing?.(values, wantedOf(columns, values)) == null
        ? [...problems, ...refusals(transfer, columns, values)]
        : problems;
    },
    identities: (values) => {
      const external = textOf(values, "external_id");
      const found = external === null ? [] : [{ key: `id:${external}`, field: "external_id", noun: t("external ID") }];
      const wanted = wantedOf(columns, values);
      const parts = transfer.match.map((name) => (wanted[name] == null ? "" : String(wanted[name]).toLowerCase()));
      const isNamed = parts.length > 0 && parts.at(-1) !== "";
      const last = columns.find((column) => column.column === transfer.match.at(-1));
      return isNamed && last !== undefined
        ? [...found, { key: `match:${parts.join("|")}`, field: last.key, noun: last.label.toLowerCase() }]
        : found;
    },
  };
}

export function fieldOf(column: FileColumn, reading: Reading): Field {
  const own = column.column === column.key ? "" : column.column.replaceAll("_", "");
  const made = field(column.key, column.label, parserOf(column, reading), `${column.synonyms} ${own}`.trim());
  return { ...made, is_own_words: column.is_own_words };
}

/** Puts ids beside the names of other records. What an optional column names and is not there is left out, with a notice. */
export function resolve(
  { resource, create }: Transfer,
  columns: readonly FileColumn[],
  values: Values,
  lookups: Lookups,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const required = new Set((create?.input.required ?? []) as string[]);
  // Contacts, sites and contracts are looked for at the row's company, so that comes first.
  const references = columns
    .filter((column) => column.references !== "")
    .toSorted((a, b) => Number(b.column === "company_id") - Number(a.column === "company_id"));
  for (const column of references) {
    const text = textOf(values, column.key);
    if (text === null || lookups.record === undefined) continue;
    const id = lookups.record(column.references, text, textOf(values, "company_id"));
    if (id !== null) {
      values[idKey(column)] = id;
      if (lookups.isShared?.(column.references, text, textOf(values, "company_id")) === true)
        problems.push({
          severity: "warning",
          field: column.key,
          code: "ambiguous",
          message: t("{label} {text} is there more than once. The first one is taken.", {
            label: called(column),
            text: quoted(text),
          }),
        });
      continue;
    }
    if (column.references === resource.table.name) {
      values[lateKey] = column.key;
      continue;
    }
    if (lookups.isCreated?.(column.key, text) === true) {
      values[idKey(column)] = noId;
      values[createKey(column.key)] = text;
      continue;
    }
    // A status that is not known here is asked about rather than guessed, also where the action has one of its own.
    const isNeeded = required.has(column.column) || column.about?.isNullable === false;
    problems.push({
      severity: isNeeded ? "error" : "warning",
      field: column.key,
      code: "not_found",
      message: isNeeded
        ? t("{label} {text} is not there. Import it first, or correct it.", {
            label: called(column),
            text: quoted(text),
          })
        : t("{label} {text} is not there. It is left out.", { label: called(column), text: quoted(text) }),
    });
  }
  return problems;
}

/** Under which key a row that names another one of its own kind, which is not there yet, says so. */
export const lateKey = "(late)";
export const idKey = (column: FileColumn): string =>
  column.kind === "custom" ? `(id) ${column.key}` : column.column === column.key ? `(id) ${column.key}` : column.column;

/** The columns that a row sets, as the API writes them; what the file leaves blank is absent. */
export function wantedOf(columns: readonly FileColumn[], values: Values): Row {
  const wanted: Row = {};
  for (const column of columns) {
    if (column.kind === "external_id") continue;
    const value = column.references === "" ? values[column.key] : values[idKey(column)];
    if (value === undefined) continue;
    if (column.kind === "address")
      wanted[column.column] = { ...(wanted[column.column] as Row | undefined), [column.part]: value };
    else if (column.kind === "custom")
      wanted["custom_fields"] = {
        ...(wanted["custom_fields"] as Row | undefined),
        [column.field?.field_key ?? ""]: value,
      };
    else wanted[column.column] = value;
  }
  return wanted;
}

/** What the action is given for a new record, and what is written after it. */
export function inputAndHistory({ split, history, create }: Transfer, wanted: Row): { input: Row; history: Row } {
  const later: Row = {};
  const now: Row = {};
  const inputs = create?.input.properties ?? {};
  for (const [name, value] of Object.entries(wanted)) {
    if (name in inputs && !history.includes(name)) now[name] = value;
    else if (history.includes(name)) later[name] = value;
  }
  const parts = split?.(now, later) ?? { input: now, history: {} };
  return { input: parts.input, history: { ...later, ...parts.history } };
}

/** What the action would say of a new record, before it is asked. */
function refusals(transfer: Transfer, columns: readonly FileColumn[], values: Values): FieldProblem[] {
  const { create } = transfer;
  if (create === null) return [];
  return validate(create.input, inputAndHistory(transfer, wantedOf(columns, values)).input).map(
    ({ field: name, code, message }) => ({ severity: "error", field: keyOf(columns, name), code, message }),
  );
}

/** The file's column that an action means by a field of its input. */
export function keyOf(columns: readonly FileColumn[], name: string | null): string | null {
  const [first = "", second = ""] = (name ?? "").split("/");
  return (
    columns.find((column) =>
      first === "custom_fields"
        ? column.field?.field_key === second
        : column.column === first && (column.part === "" || column.part === second),
    )?.key ?? null
  );
}

/** A new value as it stands, where it is the same number in other digits: "95" is "95.00". */
export function evened(wanted: Row, existing: Row): Row {
  return Object.fromEntries(
    Object.entries(wanted).map(([name, value]) => {
      const present = existing[name];
      const isSame =
        typeof value === "string" &&
        typeof present === "string" &&
        isDecimal(value) &&
        isDecimal(present) &&
        compareDecimals(value, present) === 0;
      return [name, isSame ? present : value];
    }),
  );
}
