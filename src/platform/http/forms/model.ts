import { type Actor, can } from "../../access/actor.ts";
import { type Column, isOneLine, labelOf, type Table, tableNamed } from "../../database/columns.ts";
import { toEdge } from "../../database/edge.ts";
import { Failure, type FieldProblem } from "../../errors.ts";
import { called, t } from "../../language/index.ts";
import { words } from "../pages/cells.ts";
import { decimalShown } from "./decimals.ts";
import type { FieldModel, FormModel, OptionModel } from "../models/forms.ts";

/** Forms: fields from columns, filled with what is there or with what was typed, problems beside the fields. */

export type FormValues = Record<string, unknown>;
export type Option = { value: string; label: string; hint?: string; group?: string };

const blank: FieldModel = {
  name: "",
  id: "",
  label: "",
  kind: "text",
  value: "",
  is_checked: false,
  options: [],
  is_required: false,
  is_disabled: false,
  hint: "",
  error: "",
  placeholder: "",
  autocomplete: "off",
  max_length: null,
  prefix: "",
  span: 3,
  rows: 4,
};

/** A field of its own; `options` become choices with the present value chosen. */
export function field(
  name: string,
  label: string,
  given: Partial<Omit<FieldModel, "name" | "label" | "options">> & { options?: readonly Option[] } = {},
): FieldModel {
  const { options = [], ...rest } = given;
  const made = { ...blank, name, id: `field-${name.replace(/[^\w]/g, "-")}`, label, ...rest };
  return {
    ...made,
    options: options.map((option) => offered(option, option.value === made.value)),
  };
}

/** Written out: a page has a hundred of them, and copying what an option has takes longer. */
function offered({ value, label, hint = "", group }: Option, is_selected: boolean): OptionModel {
  return group === undefined ? { value, label, hint, is_selected } : { value, label, hint, group, is_selected };
}

/**
 * Those of the fields whose columns the reader may see: what somebody must not know stands in no form of theirs either. Nor does
 * what there is to choose from for none of them: sent without a choice, the form would take away the one that is there.
 */
export function shownFields(actor: Actor, table: Table, fields: readonly FieldModel[]): FieldModel[] {
  return fields.filter(({ name }) => {
    const column = table.columns[name.split(".")[0] ?? ""];
    const chosenFrom = column?.references == null ? undefined : tableNamed(column.references);
    return [column?.readPermission, chosenFrom?.readPermission].every((needed) => needed == null || can(actor, needed));
  });
}

/** The field of a column, for a name such as `address.city` too. */
export function columnField(
  table: Table,
  name: string,
  given: Partial<Omit<FieldModel, "options">> & { options?: readonly Option[] } = {},
): FieldModel {
  const [first = "", part] = name.split(".");
  const column = table.columns[first];
  if (column === undefined) throw new Error(`${table.name} has no column ${first}`);
  const label = part === undefined ? labelOf(first, column) : words(part);
  return field(name, label, {
    kind: kindOf(column),
    is_required: !column.isNullable && !column.hasDefault && column.kind !== "boolean",
    max_length: column.kind === "text" && column.maxLength < 10_000 ? column.maxLength : null,
    span: column.maxLength > 500 ? 6 : 3,
    ...(column.kind === "enum"
      ? {
          options: [
            ...(column.isNullable ? [{ value: "", label: "–" }] : []),
            ...column.values.map((value) => ({ value, label: words(value) })),
          ],
        }
      : {}),
    ...given,
  });
}

function kindOf(column: Column): FieldModel["kind"] {
  if (column.kind === "boolean") return "checkbox";
  if (column.kind === "enum" || column.kind === "id") return "select";
  if (column.kind === "date") return "date";
  if (column.kind === "integer") return "number";
  if (column.kind === "money" || column.kind === "decimal") return "decimal";
  if (column.format === "color") return column.isNullable ? "maybe_color" : "color";
  if (column.format === "email") return "email";
  if (column.format === "url") return "url";
  if (column.format === "website") return "website";
  return column.kind === "text" && !isOneLine(column) ? "textarea" : "text";
}

export interface FormGiven {
  action: string;
  sections: { title: string; is_own_words?: boolean; hint?: string; fields: FieldModel[] }[];
  /** What fills the fields: a row (at the edge) or the fields as typed. */
  values?: FormValues;
  version?: number | null;
  failure?: Failure | null;
  submit_label: string;
  cancel_url?: string;
  cancel_label?: string;
  is_multipart?: boolean;
  is_destructive?: boolean;
}

/** A form, filled. Nothing that was typed is lost: pass the typed fields as `values` and the failure. Passwords stay empty. */
export function formModel(given: FormGiven): FormModel {
  const problems = given.failure?.problems ?? [];
  const sections = given.sections.map((section) => ({
    title: called({ ...section, label: section.title }),
    hint: t(section.hint ?? ""),
    fields: section.fields.map((one) =>
      grouped({ ...one, ...wordsOf(one), ...filling(one, given.values ?? {}, problems) }),
    ),
  }));
  const all = sections.flatMap((section) => section.fields);
  const known = all.filter((one) => one.error !== "");
  const loose = problems.filter((problem) => !all.some((one) => matches(one.name, problem.field)));
  const general =
    given.failure != null && (problems.length === 0 || loose.length > 0)
      ? (loose[0]?.message ?? given.failure.message)
      : "";
  return {
    action: given.action,
    csrf: "",
    version: given.version == null ? "" : String(given.version),
    sections,
    error: general,
    problems: known.map((one) => ({ id: one.id, label: one.label, message: one.error })),
    submit_label: t(given.submit_label),
    cancel_url: given.cancel_url ?? "",
    cancel_label: t(given.cancel_label ?? ""),
    is_multipart: given.is_multipart ?? all.some((one) => one.kind === "file"),
    is_destructive: given.is_destructive ?? false,
  };
}

/** A field may be declared once for all forms; what it says is translated here, when it is shown. */
function wordsOf(one: FieldModel): Partial<FieldModel> {
  if (one.is_own_words === true) return {};
  return { label: t(one.label), hint: t(one.hint), placeholder: t(one.placeholder) };
}

/** Options that stand under headings, as they are shown. */
function grouped(one: FieldModel): FieldModel {
  if (!one.options.some(({ group }) => group !== undefined)) return one;
  const groups: NonNullable<FieldModel["groups"]> = [];
  for (const [index, option] of one.options.entries()) {
    if (option.group === undefined) continue;
    if (groups.at(-1)?.title !== option.group) groups.push({ title: option.group, chosen: 0, options: [] });
    const group = groups.at(-1);
    group?.options.push({ ...option, index });
    if (group !== undefined && option.is_selected) group.chosen += 1;
  }
  return { ...one, groups };
}

function matches(name: string, problemField: string): boolean {
  return name.replaceAll(".", "/") === problemField;
}

/** What was typed, or what is there, and what is wrong with it. */
function filling(one: FieldModel, values: FormValues, problems: readonly FieldProblem[]): Partial<FieldModel> {
  const error = problems.find((problem) => matches(one.name, problem.field))?.message ?? one.error;
  if (one.kind === "password" || one.kind === "file") return { error };
  const given = valueAt(values, one.name);
  if (one.kind === "decimal") return { error, value: decimalShown(given == null ? one.value : String(given)) };
  if (given === undefined) return { error };
  // Wall clock time was worked out when the field was made: the row holds an instant.
  if (one.kind === "datetime" && one.value !== "") return { error };
  if (one.kind === "checkbox") return { error, is_checked: given === true || given === "on" || given === "true" };
  if (one.kind === "checkboxes") {
    const chosen = new Set(Array.isArray(given) ? given.map(String) : [String(given)]);
    return { error, options: selected(one.options, ({ value }) => chosen.has(value)) };
  }
  // Of several fields with one name, a choice shows which of the values is one of its own.
  const own =
    Array.isArray(given) && one.kind === "select" ? one.options.find(({ value }) => given.includes(value)) : null;
  const value = own === undefined ? "" : (own?.value ?? (given === null ? "" : String(given)));
  return { error, value, options: selected(one.options, (option) => option.value === value) };
}

/** The options with another choice; those that stay as they are, which are most of hundreds, are not made anew. */
function selected(options: readonly OptionModel[], isChosen: (option: OptionModel) => boolean): OptionModel[] {
  return options.map((option) => {
    const is_selected = isChosen(option);
    return is_selected === option.is_selected ? option : { ...option, is_selected };
  });
}

function valueAt(values: FormValues, name: string): unknown {
  if (name in values) return values[name];
  return name
    .split(".")
    .reduce<unknown>(
      (at, part) => (typeof at === "object" && at !== null ? (at as FormValues)[part] : undefined),
      values,
    );
}

/** A row's values for a form. */
export function rowValues(table: Table, row: object): FormValues {
  return toEdge(table, row as Record<string, unknown>);
}

/** The failure a form can show, or the error itself thrown on: only what a person can mend belongs into a form. */
export function formFailure(error: unknown): Failure {
  if (error instanceof Failure && [409, 412, 413, 422, 429].includes(error.status)) return error;
  throw error;
}
