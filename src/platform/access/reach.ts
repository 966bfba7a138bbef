import {
  DummyDriver,
  Kysely,
  type SelectQueryBuilder,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Ctx } from "../context.ts";
import { type Table, tableNamed } from "../database/columns.ts";
import { runOnceBuilt } from "../database/once.ts";
import type { TableName, Tables } from "../database/tables.ts";
import { notFound } from "../errors.ts";
import { isId } from "../ids.ts";
import { t } from "../language/index.ts";
import { type Actor, can } from "./actor.ts";

type Reach<T extends TableName> = SelectQueryBuilder<Tables, T, {}>;

/** A narrower reach that a module states for one of its tables; the query is named by the table. */
// The row type cannot be known where rules of all tables stand side by side.
export type ReachRule = (query: Reach<TableName>, ctx: Ctx) => Reach<TableName>;

/** By which rule somebody, whose context this is, sees a row or does not: a code for programs, and words. */
export type ReachReason = (
  ctx: Ctx,
  row: Readonly<Record<string, unknown>>,
  isSeen: boolean,
) => Promise<{ rule: string; text: string }>;

/**
 * The rows of a table that the actor may see, as a query to go on with. Fetching is authorizing: pages, fragments, API,
 * search and exports all start here, so a row out of reach does not exist for them.
 */
export function reach<T extends TableName>(ctx: Ctx, name: T): Reach<T> {
  const table = tableNamed(name);
  if (table === undefined) throw new Error(`no table ${name}`);
  let query = ctx.db.selectFrom(name) as unknown as Reach<TableName>;
  const { actor } = ctx;
  const rule = ctx.app.registry.reach.get(name);
  if (actor.kind === "nobody") query = none(query);
  // Operators see what the platform keeps and nothing of an organization; everybody else the other way round.
  else if (actor.kind !== "system" && table.isPlatform !== (actor.kind === "operator")) query = none(query);
  else if (actor.kind === "staff" && !isOpenTo(actor, table)) query = none(query);
  else if (actor.kind === "portal") {
    if (table.portalPermission !== null && !can(actor, table.portalPermission)) query = none(query);
    else if (table.companyColumn !== null) {
      query = query.where(sql.ref(`${name}.${table.companyColumn}`), "=", actor.company_id);
    } else if (rule === undefined) query = none(query);
  }
  if (rule !== undefined) query = rule(query, ctx);
  return query as unknown as Reach<T>;
}

function none(query: Reach<TableName>): Reach<TableName> {
  return query.where(sql<boolean>`1 = 0`);
}

/** One row by its id, or a 404: nobody can tell a row out of reach from one that is not there. */
export async function find<T extends TableName>(ctx: Ctx, name: T, id: string): Promise<RowFor<T>> {
  const row = isId(id) ? await maybeFind(ctx, name, id) : undefined;
  if (row === undefined) {
    const noun = tableNamed(name)?.noun ?? "record";
    throw notFound(t("This {noun}", { noun: t(noun) }));
  }
  if (tableNamed(name)?.isSensitive === true) ctx.request.onLook?.(name, id);
  return row;
}

/** One row by its id, or undefined when there is no id, or no row of it, or none within reach. */
export async function maybeFind<T extends TableName>(
  ctx: Ctx,
  name: T,
  id: string | null,
): Promise<RowFor<T> | undefined> {
  if (id === null) return undefined;
  const [row] = await runOnceBuilt(ctx, wholeShape(ctx, `find ${name}`, name), { id }, (given) =>
    (reach(ctx, name) as unknown as Reach<TableName>).selectAll().where(sql.ref(`${name}.id`), "=", given.id),
  );
  return row as RowFor<T> | undefined;
}

/**
 * The shape of a statement over tables of which the actor may see every row or none, for `runOnceBuilt`; null when what is seen
 * of one lies between, so that the text of the statement depends on who is asking.
 */
export function wholeShape(ctx: Ctx, shape: string, ...names: TableName[]): string | null {
  let whole = shape;
  for (const name of names) {
    const seen = seenOf(ctx, name);
    if (seen === null) return null;
    if (seen === "nothing") whole += ` without ${name}`;
  }
  return whole;
}

/** The same where a rule shows the staff what is their own: by the asking person's id, and by nothing else of them. */
export function ownShape(ctx: Ctx, shape: string | null, ...names: TableName[]): string | null {
  const { actor } = ctx;
  if (actor.kind !== "staff" || actor.user_id === null || actor.is_limited === true) return null;
  return names.every((name) => isReadable(ctx, name)) ? shape : null;
}

/** Whether somebody of the staff may see rows of a table, as far as no rule is narrower. */
function isOpenTo(actor: Actor, { readPermission, isKeptBack }: Table): boolean {
  return !isKeptBack && (readPermission === null || can(actor, readPermission));
}

/** Whether the actor may see what the table's own permission shows, as far as no rule is narrower. */
function isReadable({ actor }: Ctx, name: TableName): boolean {
  const table = tableNamed(name);
  if (table === undefined || table.isPlatform) return false;
  if (actor.kind === "system") return true;
  return actor.kind === "staff" && isOpenTo(actor, table);
}

type Seen = "everything" | "nothing" | null;

/** What of a table somebody sees is asked for by every statement of a page, and is the same for all of them. */
const seenTables = new WeakMap<Ctx["app"]["registry"], WeakMap<Actor, Map<TableName, Seen>>>();

/** Queries that lead nowhere: rules are shown one of their table to find out whether they narrow it. Made once, by no one's handle. */
const nowhere = new Kysely<Tables>({
  dialect: {
    createDriver: () => new DummyDriver(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});
const untouched = new Map<TableName, Reach<TableName>>();

/** What `reach` shows of a table, where it adds no condition but that there is nothing to see; otherwise null. */
function seenOf(ctx: Ctx, name: TableName): Seen {
  const { registry } = ctx.app;
  const ofAll = seenTables.getOrInsertComputed(registry, () => new WeakMap());
  const known = ofAll.getOrInsertComputed(ctx.actor, () => new Map<TableName, Seen>());
  return known.getOrInsertComputed(name, () => {
    const { kind } = ctx.actor;
    if ((kind !== "staff" && kind !== "system") || tableNamed(name)?.isPlatform !== false) return null;
    const rule = registry.reach.get(name);
    if (rule !== undefined) {
      const all = untouched.getOrInsertComputed(name, () => nowhere.selectFrom(name) as unknown as Reach<TableName>);
      if (rule(all, ctx) !== all) return null;
    }
    return isReadable(ctx, name) ? "everything" : "nothing";
  });
}

/** A row of the table with this name, as it is read. */
export type RowFor<T extends TableName> = {
  [K in keyof Tables[T]]: Tables[T][K] extends { readonly __select__: infer S } ? S : Tables[T][K];
};
