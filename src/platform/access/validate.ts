import { Kind, type TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { type ValueError, ValueErrorType as T } from "@sinclair/typebox/errors";
import { labelOf } from "../database/columns.ts";
import type { FieldProblem } from "../errors.ts";
import { declared, t } from "../language/index.ts";
import { seen } from "../text.ts";
import { expectedFormat } from "./formats.ts";
import { textsOf } from "./texts-of.ts";

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>();
const mostProblems = 50;

/**
 * What is wrong with an input, in sentences for people; empty when it is right. At most one problem a field. Fields are
 * called by the schema's `title`, or else by their name in words.
 *
 * Codes: `required`, `unknown_field`, `invalid_choice`, `invalid_format`, `invalid_type`, `too_short`, `too_long`,
 * `too_small`, `too_large`, `not_unique`, `invalid`.
 */
export function validate(schema: TSchema, input: unknown): FieldProblem[] {
  let check = compiled.get(schema);
  if (check === undefined) compiled.set(schema, (check = TypeCompiler.Compile(schema)));
  const problems = new Map<string, FieldProblem>();
  const add = (problem: FieldProblem): void => {
    if (!problems.has(problem.field)) problems.set(problem.field, problem);
  };
  if (!check.Check(input)) {
    for (const error of check.Errors(input)) {
      for (const problem of problemsOf(error)) add(problem);
      if (problems.size >= mostProblems) break;
    }
  }
  // Spaces alone would pass as a text, and be refused, if at all, in a second round.
  for (const { field, schema: asked, text, title } of textsOf(schema, input)) {
    if (asked["minLength"] === undefined || seen(text) !== "") continue;
    add({ field, code: "required", message: t("{name} is required.", { name: nameOf(field, title) }) });
  }
  for (const field of unstorable(input)) {
    add({
      field,
      code: "invalid",
      message: t("{name} holds characters that cannot be stored.", { name: nameOf(field, null) }),
    });
  }
  return [...problems.values()];
}

function problemsOf(error: ValueError, called?: string): FieldProblem[] {
  const { type, schema, path, value } = error;
  const field = fieldOf(path);
  const name = called ?? nameOf(field, schema["title"]);
  if (type === T.ObjectAdditionalProperties)
    return [{ field, code: "unknown_field", message: t('Unknown field "{field}".', { field }) }];
  if (type === T.ObjectRequiredProperty || value === undefined || value === null || isBlank(value, schema)) {
    return [
      {
        field,
        code: "required",
        message: field === "" ? t("An input is required.") : t("{name} is required.", { name }),
      },
    ];
  }
  if (type === T.Union) return unionProblems(error, field, name);
  const [code, message] = sentenceOf(type, schema, name);
  return [{ field, code, message }];
}

/** An emptied form field: blank where anything but a text is asked for, or a text that may not be blank. */
function isBlank(value: unknown, schema: TSchema): boolean {
  if (typeof value !== "string" || value.trim() !== "") return false;
  return schema[Kind] !== "String" || schema["format"] !== undefined || (value === "" && schema["minLength"] === 1);
}

/** A choice of literals names them; "… or null" is as wrong as what it allows beside null. */
function unionProblems(error: ValueError, field: string, name: string): FieldProblem[] {
  const choices = literalsOf(error.schema);
  if (choices.length > 0) {
    return [
      {
        field,
        code: "invalid_choice",
        message: t("{name} must be one of {choices}.", { name, choices: choices.join(", ") }),
      },
    ];
  }
  const variants = error.schema["anyOf"] as TSchema[];
  const others = variants.flatMap((variant, at) => (variant[Kind] === "Null" ? [] : [at]));
  const inner = others.length === 1 ? error.errors[others[0] ?? 0] : undefined;
  if (inner === undefined) return [{ field, code: "invalid", message: t("{name} is not valid.", { name }) }];
  // What may be null is called by the title of the whole.
  return [...inner]
    .slice(0, mostProblems)
    .flatMap((one) => problemsOf(one, one.path === error.path && "title" in error.schema ? name : undefined));
}

/** The values of a union that holds nothing but literals (and null); empty for any other. */
function literalsOf(schema: TSchema): unknown[] {
  if (schema[Kind] === "Literal") return [schema["const"]];
  if (schema[Kind] !== "Union") return [];
  const variants = (schema["anyOf"] as TSchema[]).filter((variant) => variant[Kind] !== "Null");
  const values = variants.map(literalsOf);
  return values.some((some) => some.length === 0) ? [] : values.flat();
}

function sentenceOf(type: T, schema: TSchema, name: string): [code: string, message: string] {
  const limit = (keyword: string): string => String(schema[keyword]);
  const count = (keyword: string): number => Number(schema[keyword]);
  switch (type) {
    case T.StringMinLength:
      return [
        "too_short",
        t("{name} must be at least {count, plural, one {# character} other {# characters}}.", {
          name,
          count: count("minLength"),
        }),
      ];
    case T.StringMaxLength:
      return [
        "too_long",
        t("{name} must be at most {count, plural, one {# character} other {# characters}}.", {
          name,
          count: count("maxLength"),
        }),
      ];
    case T.StringFormat:
    case T.StringFormatUnknown:
      return ["invalid_format", t("{name} must be {expected}.", { name, expected: expectedFormat(limit("format")) })];
    case T.StringPattern:
      return ["invalid_format", t("{name} does not have the right form.", { name })];
    case T.IntegerMinimum:
    case T.NumberMinimum:
      return ["too_small", t("{name} must be at least {limit}.", { name, limit: limit("minimum") })];
    case T.IntegerMaximum:
    case T.NumberMaximum:
      return ["too_large", t("{name} must be at most {limit}.", { name, limit: limit("maximum") })];
    case T.IntegerExclusiveMinimum:
    case T.NumberExclusiveMinimum:
      return ["too_small", t("{name} must be more than {limit}.", { name, limit: limit("exclusiveMinimum") })];
    case T.IntegerExclusiveMaximum:
    case T.NumberExclusiveMaximum:
      return ["too_large", t("{name} must be less than {limit}.", { name, limit: limit("exclusiveMaximum") })];
    case T.IntegerMultipleOf:
    case T.NumberMultipleOf:
      return ["invalid", t("{name} must be a multiple of {limit}.", { name, limit: limit("multipleOf") })];
    case T.ArrayMinItems:
      return [
        "too_short",
        t("{name} must have at least {count, plural, one {# entry} other {# entries}}.", {
          name,
          count: count("minItems"),
        }),
      ];
    case T.ArrayMaxItems:
      return [
        "too_long",
        t("{name} must have at most {count, plural, one {# entry} other {# entries}}.", {
          name,
          count: count("maxItems"),
        }),
      ];
    case T.ArrayUniqueItems:
      return ["not_unique", t("{name} must not have the same entry twice.", { name })];
    case T.Literal:
      return ["invalid_choice", t("{name} must be {expected}.", { name, expected: limit("const") })];
    default:
      return [
        "invalid_type",
        t("{name} must be {expected}.", { name, expected: t(typeNames[type] ?? declared("something else")) }),
      ];
  }
}

const typeNames: Partial<Record<T, string>> = {
  [T.String]: declared("a text"),
  [T.Integer]: declared("a whole number"),
  [T.Number]: declared("a number"),
  [T.Boolean]: declared("true or false"),
  [T.Array]: declared("a list"),
  [T.Object]: declared("an object"),
  [T.Kind]: declared("a file that has been uploaded"),
};

/** A JSON pointer as a field's name: `/address/city` → `address/city`. */
function fieldOf(path: string): string {
  return path
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join("/");
}

/** What a field is called in a sentence. */
export function nameOf(field: string, title: unknown): string {
  if (typeof title === "string") return t(title);
  const parts = field.split("/");
  const last = parts.at(-1) ?? "";
  if (last === "") return t("The input");
  return /^\d+$/.test(last) && parts.length > 1
    ? t("{list}, entry {number},", { list: nameOf(parts.slice(0, -1).join("/"), null), number: Number(last) + 1 })
    : labelOf(last, { label: "" });
}

/** Where texts stand that PostgreSQL cannot hold: with a NUL character or half of a surrogate pair. */
function unstorable(input: unknown): string[] {
  const found: string[] = [];
  const waiting: [path: string, value: unknown][] = [["", input]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, value] = next;
    if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed())) found.push(path);
    if (typeof value !== "object" || value === null) continue;
    for (const [key, member] of Object.entries(value)) waiting.push([path === "" ? key : `${path}/${key}`, member]);
  }
  return found;
}
