import { type RawBuilder, sql } from "kysely";
import type { Actor } from "../../access/actor.ts";
import { isOfFormat } from "../../access/formats.ts";
import type { Ctx } from "../../context.ts";
import { customCondition, isSortableField, sortColumn, valueExpression } from "../../custom-fields/query.ts";
import type { Definition } from "../../custom-fields/schema.ts";
import type { Column } from "../../database/columns.ts";
import { contains } from "../../database/containing.ts";
import { decimalBound, decimalOrder } from "../../database/decimal-order.ts";
import { isSortable, type SortKey } from "../../database/order.ts";
import { aboutParameter, malformed } from "../../errors.ts";
import { isId } from "../../ids.ts";
import type { Resource } from "../../resource.ts";
import { hasAnyTag, splitTags, tagName } from "../../tags.ts";
import { isSelection } from "./include.ts";
import { moneyCondition, type Sign } from "./money.ts";
import { isShown } from "./objects.ts";

/** What a list request asks for: JSON:API's families of parameters, each understood or refused by name. */
export interface ListQuery {
  conditions: RawBuilder<boolean>[];
  /** Those of them that say what a record refers to, or which it is, by the column: an index may lead to what meets them. */
  references: { column: string; condition: RawBuilder<boolean> }[];
  /** What is searched for, or empty. */
  search: string;
  sort: SortKey[];
  size: number;
  after: string | null;
}

const operators: Record<string, Sign> = { gt: ">", gte: ">=", lt: "<", lte: "<=", ne: "<>" };
export const defaultSize = 25;
export const largestSize = 200;

/** Reads the query string of a list; unknown, repeated and ill-typed parameters are 400s that name them. */
export function readListQuery(
  ctx: Ctx,
  resource: Resource,
  url: URL,
  canSearch: boolean,
  fields: readonly Definition[],
): ListQuery {
  const { actor } = ctx;
  const { dialect } = ctx.app.database;
  const query: ListQuery = { conditions: [], references: [], search: "", sort: [], size: defaultSize, after: null };
  const seen = new Set<string>();
  let order = resource.sort;
  const take = (name: string, value: string): void => {
    if (seen.has(name)) throw malformed(`The parameter ${name} is given twice.`, "repeated_parameter");
    seen.add(name);
    if (isSelection(name)) return;
    const family = /^(filter|page|sort)((?:\[[^\]]*\])*)$/.exec(name);
    const members = [...(family?.[2] ?? "").matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? "");
    if (name === "sort") order = value;
    else if (family?.[1] === "page" && members[0] === "size") query.size = pageSize(value);
    else if (family?.[1] === "page" && members[0] === "after") query.after = value;
    else if (name === "filter[q]" && (resource.searched !== null || canSearch)) query.search = typedText("q", value);
    else if (family?.[1] === "filter" && members[0] === "tags" && members.length === 1 && resource.hasTags)
      query.conditions.push(hasAnyTag(resource.table.name, tagNames(value)));
    else if (family?.[1] === "filter" && members.length >= 1 && members.length <= 2) {
      const [asked = "", operator = null] = members;
      const custom = customField(actor, resource, fields, asked);
      const made =
        custom === undefined
          ? condition(actor, resource, asked, operator, value, dialect)
          : customCondition(resource.table.name, custom, operator, value, dialect, ctx.tenant.zone);
      query.conditions.push(made);
      const [column, { kind } = {}] = filterColumn(actor, resource, asked);
      if (kind === "id" && operator === null) query.references.push({ column, condition: made });
    } else throw malformed(`The parameter ${name} is not known here.`, "unknown_parameter");
  };
  for (const [name, value] of url.searchParams) aboutParameter(name, () => take(name, value));
  query.sort = aboutParameter("sort", () => sortKeys(actor, resource, order, fields, dialect));
  return query;
}

function tagNames(text: string): string[] {
  const names = splitTags(text).map(tagName);
  if (names.length === 0 || text.includes("\u0000")) throw malformed("filter[tags] needs a tag.", "bad_filter");
  return names;
}

/** Reads `page[size]`. */
export function pageSize(value: string): number {
  const size = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (size < 1 || size > largestSize) {
    throw malformed(`page[size] must be a whole number from 1 to ${largestSize}.`, "bad_page_size");
  }
  return size;
}

/** Whether a column can be asked for by its value. */
export function isFilterable(column: Column): boolean {
  return !column.isSecret && column.kind !== "json";
}

/** A column that the resource shows to the actor, by the name in a parameter; `constructor` and its kin are no columns. */
function shownColumn(actor: Actor, resource: Resource, name: string): Column | undefined {
  return isShown(actor, resource, name) ? resource.table.columns[name] : undefined;
}

/** A custom field by its name in a parameter, `custom_fields.key`. */
function customField(
  actor: Actor,
  resource: Resource,
  fields: readonly Definition[],
  name: string,
): Definition | undefined {
  if (!name.startsWith("custom_fields.") || shownColumn(actor, resource, "custom_fields") === undefined)
    return undefined;
  return fields.find((field) => name === `custom_fields.${field.field_key}`);
}

function sortKeys(
  actor: Actor,
  resource: Resource,
  order: string,
  fields: readonly Definition[],
  dialect: "sqlite" | "postgres",
): SortKey[] {
  const keys = order.split(",").filter((part) => part !== "");
  const names = new Set<string>();
  return keys.map((part) => {
    const isDescending = part.startsWith("-");
    const name = isDescending ? part.slice(1) : part;
    const custom = customField(actor, resource, fields, name);
    if (custom !== undefined && isSortableField(custom) && !names.has(name)) {
      names.add(name);
      const expression = valueExpression(resource.table.name, custom, dialect);
      return { name, reference: name, column: sortColumn(custom), expression, isDescending };
    }
    if (names.has(name)) throw malformed(`${name} is given twice.`, "bad_sort");
    const column = shownColumn(actor, resource, name);
    if (column === undefined || !isSortable(column)) {
      throw malformed(`Cannot sort by ${name}.`, "bad_sort");
    }
    names.add(name);
    return { name, reference: `${resource.table.name}.${name}`, column, isDescending };
  });
}

/** A column by its name, or by the relationship that it is: `company` for `company_id`. */
function filterColumn(actor: Actor, resource: Resource, asked: string): [name: string, column: Column | undefined] {
  const related = shownColumn(actor, resource, `${asked}_id`);
  return related?.references == null ? [asked, shownColumn(actor, resource, asked)] : [`${asked}_id`, related];
}

function condition(
  actor: Actor,
  resource: Resource,
  asked: string,
  operator: string | null,
  text: string,
  dialect: "sqlite" | "postgres",
): RawBuilder<boolean> {
  const [name, column] = filterColumn(actor, resource, asked);
  if (column === undefined || !isFilterable(column)) {
    throw malformed(`The filter ${name} is not known here.`, "unknown_filter");
  }
  const reference = sql.ref(`${resource.table.name}.${name}`);
  if (operator === "null") {
    if (text !== "true" && text !== "false") throw malformed(`filter[${name}][null] is true or false.`, "bad_filter");
    return text === "true" ? sql<boolean>`${reference} is null` : sql<boolean>`${reference} is not null`;
  }
  if (operator === "like") {
    if (column.kind !== "text") throw malformed(`filter[${name}][like] works on texts only.`, "bad_filter");
    return contains(reference, typedText(name, text), dialect);
  }
  const compare = (sign: Sign, part: string): RawBuilder<boolean> => {
    const value = typed(column, name, part);
    if (column.kind === "money")
      return moneyCondition(reference, sql.ref(`${resource.table.name}.currency`), sign, String(value));
    if (column.kind === "decimal")
      return sql<boolean>`${decimalOrder(reference, dialect)} ${sql.raw(sign)} ${decimalBound(String(value), dialect)}`;
    return sql<boolean>`${reference} ${sql.raw(sign)} ${value}`;
  };
  if (operator === null) {
    const parts = text.split(",").map((part) => part.trim());
    if (column.kind === "money" || column.kind === "decimal")
      return sql<boolean>`(${sql.join(
        parts.map((part) => compare("=", part)),
        sql` or `,
      )})`;
    return sql<boolean>`${reference} in (${sql.join(parts.map((part) => typed(column, name, part)))})`;
  }
  const sign = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  if (sign === undefined)
    throw malformed(`The operator ${operator} of filter[${name}] is not known.`, "unknown_operator");
  if (operator !== "ne" && (column.kind === "id" || column.kind === "boolean")) {
    throw malformed(`filter[${name}] cannot be compared by ${operator}.`, "bad_filter");
  }
  // What has no value is not equal to any.
  return operator === "ne" && column.isNullable
    ? sql<boolean>`(${reference} is null or ${compare(sign, text)})`
    : compare(sign, text);
}

function typedText(name: string, text: string): string {
  if (text.includes("\u0000"))
    throw malformed(`filter[${name}] needs a text without NUL characters, not "${text}".`, "bad_filter");
  return text;
}

/** A filter's text as the column holds it; amounts stay as they are, because their unit is that of each row's currency. */
function typed(column: Column, name: string, text: string): unknown {
  const bad = (expected: string): Error => malformed(`filter[${name}] needs ${expected}, not "${text}".`, "bad_filter");
  switch (column.kind) {
    case "boolean":
      if (text !== "true" && text !== "false") throw bad("true or false");
      return text === "true";
    case "integer": {
      const value = Number(text);
      if (!/^-?\d{1,10}$/.test(text) || Math.abs(value) > 2_147_483_647) throw bad("a whole number");
      return value;
    }
    case "money":
      if (!/^-?\d{1,15}(\.\d{1,10})?$/.test(text)) throw bad('an amount such as "150.00"');
      return text;
    case "id":
      if (!isId(text)) throw bad("an id");
      return text;
    case "instant": {
      // A plus sign that was not escaped arrives as a blank.
      const instant = text.replace(/ (?=\d{2}:\d{2}$)/, "+");
      // Without a zone it would be the server's own time. A day stands for its beginning in UTC.
      if (!isOfFormat("instant", instant) && !isOfFormat("date", instant))
        throw bad("an instant such as 2026-11-21T06:54:09Z");
      return new Date(instant).toISOString();
    }
    case "date":
      if (!isOfFormat("date", text)) throw bad("a date such as 2026-11-21");
      return text;
    case "time":
      if (!isOfFormat("time", text)) throw bad("a time such as 08:30");
      return text;
    case "enum":
      if (!column.values.includes(text)) throw bad(`one of ${column.values.join(", ")}`);
      return text;
    case "decimal":
      if (!/^-?\d{1,15}(\.\d{1,10})?$/.test(text)) throw bad("a number");
      return text;
    default:
      return typedText(name, text);
  }
}
