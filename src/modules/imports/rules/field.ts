import type { CsvProblem } from "../../../platform/csv/problem.ts";

/** One value of a row after reading: texts (also dates, instants and decimals, canonical), whole numbers, booleans, tags, objects. */
export type Value = string | number | boolean | string[] | Record<string, unknown>;

/** The values of one row by field key. What the file leaves blank is absent. */
export type Values = Record<string, Value>;

/** What a parser makes of the text of a cell, which is never blank. A warning leaves the value out, an error the row. */
export type Parsed =
  { ok: true; value: Value } | { ok: false; severity: CsvProblem["severity"]; code: string; message: string };

export interface Field {
  key: string;
  /** What people call it, in the mapping and in messages. */
  label: string;
  /** The label is the organization's own, as the field model has it. */
  is_own_words?: boolean;
  /** Headers that mean this field, as `headerKey` writes them; the key and the label are among them by themselves. */
  synonyms: readonly string[];
  parse: (text: string) => Parsed;
}

/** A field; the synonyms stand in one text, with spaces between. */
export function field(key: string, label: string, parse: Field["parse"], synonyms = ""): Field {
  return { key, label, parse, synonyms: synonyms.split(" ").filter((one) => one !== "") };
}

/** What is already there, asked while rows are read. Without a function, that reference is not checked. */
export interface Lookups {
  companyId?: (company: { name: string | null; external_id: string | null }) => string | null;
  /** Whether several companies are called so, of which `companyId` answers one. */
  isCompanyShared?: (name: string) => boolean;
  siteId?: (companyId: string, name: string) => string | null;
  /** Any record that a cell names: its table, its name, and the company of the row where that is known. */
  record?: (table: string, text: string, companyId: string | null) => string | null;
  /** Whether several records are called so, of which `record` answers one. */
  isShared?: (table: string, text: string, companyId: string | null) => boolean;
  /** The record that the row means, when it is there already. */
  existing?: (values: Values, wanted: Record<string, unknown>) => string | null;
  /** Whether somebody wants a record of this name made, which a cell of the field names and which is not there. */
  isCreated?: (field: string, text: string) => boolean;
  /** The company of all contacts whose row names none, when the import was started from a company. */
  default_company_id?: string;
}

/** A problem before its line is known; `field` is the key of the field whose column it is about. */
export interface FieldProblem {
  severity: CsvProblem["severity"];
  field: string | null;
  code: string;
  message: string;
}

/** By what a row is recognized: in its own file for doubles, and among the records that are there. */
export interface Identity {
  key: string;
  field: string;
  /** The word for it in a sentence: "name", "e-mail address". */
  noun: string;
}

export interface Target {
  /** The type of the resource that its rows become. */
  name: string;
  /** "Companies". */
  label: string;
  fields: readonly Field[];
  /** What other products write before a header of these records, as `headerKey` writes it: `organization` of "Organization: Phone". */
  sections: readonly string[];
  /** Of each group, at least one field needs a column; the first one is named when none has. */
  required: readonly (readonly string[])[];
  /** Puts together what takes several cells, fills `values` in, and tells what is missing. */
  complete: (values: Values, lookups: Lookups) => FieldProblem[];
  /** Strongest first. */
  identities: (values: Values) => Identity[];
}

/** A text value, or null when the file leaves it blank. */
export function textOf(values: Values, key: string): string | null {
  const value = values[key];
  return typeof value === "string" ? value : null;
}
