import type { Generated, Kysely } from "kysely";
import type { Table } from "./columns.ts";

/**
 * The row types of every table, by name. Each `schema.ts` adds its own:
 *
 * ```ts
 * declare module "../../platform/database/tables.ts" {
 *   interface Tables { companies: TableType<typeof companies> }
 * }
 * ```
 */
export interface Tables {}

/** A table as Kysely types it: what has a default may be left out when inserting. */
export type TableType<T extends Table> = {
  -readonly [K in keyof T["columns"]]: T["columns"][K] extends { hasDefault: true; __type?: infer V }
    ? Generated<Exclude<V, undefined>>
    : T["columns"][K] extends { __type?: infer V }
      ? Exclude<V, undefined>
      : never;
};

/** A handle on the database: a reader of one tenant, or the transaction of a unit of work. */
export type Db = Kysely<Tables>;
export type TableName = keyof Tables & string;
