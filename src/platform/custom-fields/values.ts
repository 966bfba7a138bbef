import { canonicalDecimal } from "../decimal.ts";
import { validate } from "../access/validate.ts";
import { t } from "../language/index.ts";
import { oneLine } from "../text.ts";
import { webAddress } from "../web-address.ts";
import { type TObject, type TSchema, Type } from "@sinclair/typebox";
import type { Choice, Definition, FieldType } from "./schema.ts";

/**
 * Values of custom fields: what may stand in one, and its one stored form. Texts, exact decimals, dates, instants, ids and
 * keys of choices are strings, whole numbers numbers, yes and no booleans, several choices a list of keys in the order of
 * the field's choices. What is not filled in is absent.
 */
export type CustomValue = string | number | boolean | string[];
export type CustomValues = Record<string, unknown>;

export type Read = { value: CustomValue | null } | { code: string; message: string };

/** Stands for the label in a message, in every language. */
const label = "\uE000";

// The label is put in afterwards, so that each schema is compiled once and not for every field.
const named = (schema: TSchema): TObject => Type.Object({ value: { ...schema, title: label } });

const schemas: Partial<Record<FieldType, TObject>> = {
  text: named(Type.String({ maxLength: 500 })),
  long_text: named(Type.String({ maxLength: 20_000 })),
  number: named(Type.String({ format: "decimal" })),
  integer: named(Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 })),
  date: named(Type.String({ format: "date" })),
  datetime: named(Type.String({ format: "instant" })),
  boolean: named(Type.Boolean()),
  url: named(Type.String({ format: "website", maxLength: 500 })),
  email: named(Type.String({ format: "email", maxLength: 255 })),
  company: named(Type.String({ format: "uuid" })),
  contact: named(Type.String({ format: "uuid" })),
  user: named(Type.String({ format: "uuid" })),
};

/** The table that a field of this type points to, or null. */
export function targetOf(type: FieldType): "companies" | "contacts" | "users" | null {
  return type === "company" ? "companies" : type === "contact" ? "contacts" : type === "user" ? "users" : null;
}

/**
 * What was given for a field, as it is stored. Forms and files bring texts, programs bring JSON: both are read. A date with
 * a time but without an offset is meant in `timezone`. A choice can be named by its key or its label. Null: nothing.
 */
export function readValue(field: Definition, given: unknown, timezone: string, before: unknown = null): Read {
  const value = typed(field.field_type, typeof given === "string" ? given.trim() : given, timezone);
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0))
    return { value: null };
  if (field.field_type === "choice") return oneChoice(field, value, before);
  if (field.field_type === "choices") return someChoices(field, value, before);
  const schema = schemas[field.field_type];
  if (schema === undefined) throw new Error(`no schema for ${field.field_type}`);
  const [problem] = validate(schema, { value });
  if (problem !== undefined) return { code: problem.code, message: problem.message.replace(label, () => field.label) };
  if (field.field_type === "text") return { value: oneLine(value as string) };
  if (field.field_type === "url") return { value: webAddress(value as string) };
  if (field.field_type === "number") return { value: canonicalDecimal(value as string) };
  if (field.field_type === "datetime") return { value: new Date(value as string).toISOString() };
  return { value: value as CustomValue };
}

function typed(type: FieldType, given: unknown, timezone: string): unknown {
  switch (type) {
    case "number":
      return typeof given === "number" ? String(given) : given;
    case "integer":
      return typeof given === "string" && /^[+-]?\d{1,10}$/.test(given) ? Number(given) : given;
    case "boolean": {
      const last = Array.isArray(given) ? given.at(-1) : given;
      if (typeof last !== "string") return last;
      const word = last.trim().toLowerCase();
      return ["true", "yes", "on", "1"].includes(word)
        ? true
        : ["false", "no", "off", "0"].includes(word)
          ? false
          : last;
    }
    case "datetime":
      return typeof given === "string" ? instantOf(given, timezone) : given;
    case "choices":
      if (typeof given === "string")
        return given
          .split(",")
          .map((part) => part.trim())
          .filter((part) => part !== "");
      return Array.isArray(given) ? given.filter((part) => part !== "") : given;
    default:
      return given;
  }
}

function instantOf(text: string, timezone: string): string {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$/.test(text)) return text;
  try {
    return Temporal.PlainDateTime.from(text.replace(" ", "T")).toZonedDateTime(timezone).toInstant().toString();
  } catch {
    return text;
  }
}

/** A choice by its key or its label; an archived one only where it stands already. */
function choiceOf(field: Definition, given: unknown, before: readonly unknown[]): Choice | undefined {
  if (typeof given !== "string") return undefined;
  const word = given.trim().toLowerCase();
  const open = field.choices.filter((choice) => !choice.is_archived || before.includes(choice.key));
  return open.find((choice) => choice.key === given) ?? open.find((choice) => choice.label.toLowerCase() === word);
}

function unknownChoice(field: Definition): Read {
  const names = field.choices.filter((choice) => !choice.is_archived).map((choice) => choice.key);
  return {
    code: "invalid_choice",
    message: t("{label} must be one of {names}.", { label: field.label, names: names.join(", ") }),
  };
}

function oneChoice(field: Definition, given: unknown, before: unknown): Read {
  const choice = choiceOf(field, given, [before]);
  return choice === undefined ? unknownChoice(field) : { value: choice.key };
}

function someChoices(field: Definition, given: unknown, before: unknown): Read {
  if (!Array.isArray(given))
    return { code: "invalid_type", message: t("{label} must be a list.", { label: field.label }) };
  const keys = new Set<string>();
  for (const one of given) {
    const choice = choiceOf(field, one, Array.isArray(before) ? before : []);
    if (choice === undefined) return unknownChoice(field);
    keys.add(choice.key);
  }
  return { value: field.choices.map((choice) => choice.key).filter((key) => keys.has(key)) };
}
