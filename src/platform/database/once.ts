import type { CompiledQuery } from "kysely";
import { isId } from "../ids.ts";
import { type Hold, holdOf } from "./tenancy.ts";
import type { Db } from "./tables.ts";

/**
 * Statements that are put together once (decision 0035): putting one together takes several times as long as SQLite needs to
 * run it. What differs between two runs are the values; where they go is found out at the first.
 */

/** Where a statement runs, and who is asking. */
interface Place {
  readonly db: Db;
  readonly actor?: { readonly user_id: string | null };
}

type Value = string | number | boolean;
type Values = Readonly<Record<string, Value | readonly string[]>>;
type Compilable<R> = { compile(): CompiledQuery<R> };

/** What stands in one place of a statement: one of the values, whose data it is, who is asking, or the same for all. */
type Hole = { is: "value"; at: number } | { is: "tenant" | "user" } | { is: "constant"; value: unknown };

interface Known {
  query: CompiledQuery<unknown>;
  holes: readonly Hole[];
}

/** By what they look for, in words; null where a statement has to be put together each time. */
const statements = new Map<string, Known | null>();

/**
 * Runs a query that is put together the first time only. `shape` names all that its text depends on, null when that cannot be
 * said; `values` are what differs, and `build` gets them by the same names: it may use them as values, and decide nothing by
 * them but how many a list has. The organization's id and the asking person's need not be named. The rows, and the list of them, may be
 * others' as well: they stay as they are (`memory.ts`).
 */
export async function runOnceBuilt<R, V extends Values>(
  place: Place,
  shape: string | null,
  values: V,
  build: (values: V) => Compilable<R>,
): Promise<readonly R[]> {
  const hold = shape === null ? null : holdOf(place.db);
  const known = shape === null || hold === null ? null : knownOf(place, hold, shape, values, build);
  if (known === null || hold === null) return (await place.db.executeQuery(build(values).compile())).rows;
  // Past Kysely, whose executors have nothing to add to a statement that stands, and are five promises long.
  return (await hold.run(filled(place, hold, known, values))).rows as readonly R[];
}

function knownOf<V extends Values>(
  place: Place,
  hold: Hold,
  shape: string,
  values: V,
  build: (values: V) => Compilable<unknown>,
): Known | null {
  let name = shape;
  for (const given in values) {
    const value: Values[string] | undefined = values[given];
    if (Array.isArray(value)) name += ` ${value.length}`;
  }
  const present = statements.get(name);
  if (present !== undefined) return present;
  const query = build(marked(values)).compile();
  const holes = query.parameters.map((parameter) => holeOf(place, hold, parameter));
  const isSafe = !query.sql.includes(mark) && !holes.some((hole) => hole.is === "constant" && isSomebodys(hole.value));
  const made = isSafe ? { query, holes } : null;
  statements.set(name, made);
  return made;
}

/** Begins what stands for a value; no value begins so. */
const mark = "\u0001value ";

/** The same names with marks as values: their places among all, lists counted through. */
function marked<V extends Values>(values: V): V {
  let at = 0;
  const next = (): string => `${mark}${at++}`;
  const marks = Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.map(next) : next()]);
  return Object.fromEntries(marks) as V;
}

function holeOf({ actor }: Place, { tenantId }: Hold, parameter: unknown): Hole {
  if (typeof parameter !== "string") return { is: "constant", value: parameter };
  if (parameter.startsWith(mark)) return { is: "value", at: Number(parameter.slice(mark.length)) };
  if (parameter === tenantId) return { is: "tenant" };
  return parameter === actor?.user_id ? { is: "user" } : { is: "constant", value: parameter };
}

/** A value that is one record's or one moment's, and was not named: the next statement would have it too. */
function isSomebodys(value: unknown): boolean {
  if (typeof value === "string") return isId(value) || /^\d{4}-\d\d-\d\d/.test(value);
  return typeof value === "object" && value !== null;
}

function filled({ actor }: Place, { tenantId }: Hold, { query, holes }: Known, values: Values): CompiledQuery<unknown> {
  const given: Value[] = [];
  for (const name in values) {
    const value = values[name];
    if (typeof value === "object") given.push(...value);
    else if (value !== undefined) given.push(value);
  }
  const parameters = holes.map((hole) => {
    if (hole.is === "constant") return hole.value;
    if (hole.is === "value") return given[hole.at];
    return hole.is === "tenant" ? tenantId : actor?.user_id;
  });
  return { query: query.query, queryId: query.queryId, sql: query.sql, parameters };
}
