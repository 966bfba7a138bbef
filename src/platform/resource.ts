import type { TSchema } from "@sinclair/typebox";
import type { RawBuilder } from "kysely";
import type { AnyAction } from "./action.ts";
import type { Ctx } from "./context.ts";
import type { Table } from "./database/columns.ts";
import type { Deprecation } from "./http/route.ts";

/**
 * Something one can look at over the API. From it come `GET /{path}`, `GET /{path}/{id}`, and, where there is an action,
 * `POST`, `PUT`, `PATCH` and `DELETE`.
 */
export interface Resource {
  /** JSON:API type, the plural noun: "companies". */
  readonly type: string;
  /** Path under `/api/v1`; the type with dashes unless told. */
  readonly path: string;
  /** Where one of its records is found, by its id; null: only in the list of what it belongs to. */
  readonly address: ((id: string) => string) | null;
  readonly table: Table;
  readonly permission: string | null;
  /** Who it is for; portal resources stand under `portal/`. */
  readonly audience: "staff" | "portal";
  readonly create: AnyAction | null;
  readonly update: AnyAction | null;
  readonly remove: AnyAction | null;
  /** Lists of this resource under a parent: `/companies/{id}/contacts`; `as` is another last part, `/tickets/{id}/notes`. */
  readonly under: readonly { parent: string; column: string; as?: string }[];
  /** Columns left out of the API, beside secrets. */
  readonly hidden: ReadonlySet<string>;
  /** Attributes that are not columns of the row (tags, calculated hours), for a whole page of rows at once. */
  readonly extend: ((ctx: Ctx, rows: readonly Record<string, unknown>[]) => Promise<Record<string, unknown>[]>) | null;
  /** The names of those attributes. */
  readonly calculated: readonly string[];
  /** Of what no search documents are made (logs): where `filter[q]` looks for a text, as its page does. */
  readonly searched: ((ctx: Ctx, text: string) => Promise<RawBuilder<boolean>>) | null;
  /** Whether its records have tags: `filter[tags]=a,b` finds those with any of them. */
  readonly hasTags: boolean;
  /** Their schemas, for the OpenAPI document; `tags` and lists of ids, `…_ids`, need none. */
  readonly schemas: Readonly<Record<string, TSchema>>;
  /** What whoever has just made a record should hear: members of the answer's `meta`; null: nothing. */
  readonly remarks: { of(reader: Ctx, id: string): Promise<Record<string, unknown> | null>; schema: TSchema } | null;
  /** Attributes that go away, by name. */
  readonly deprecated: Readonly<Record<string, Deprecation>>;
  /** Default order: a column, with `-` for descending. */
  readonly sort: string;
}

/** The attributes that answers have: columns that are neither secret nor hidden, and what is calculated. */
export function shownBy({ table, hidden, calculated }: Resource): ReadonlySet<string> {
  const columns = Object.entries(table.columns).filter(([name, { isSecret }]) => !isSecret && !hidden.has(name));
  return new Set(
    [...columns.map(([name]) => name), ...calculated].filter((name) => !["id", "version", "tenant_id"].includes(name)),
  );
}

/** Whether its readers may know the version, which counts each change: also of what they cannot see. */
export function hasVersion({ table, hidden }: Resource): boolean {
  return "version" in table.columns && !hidden.has("version");
}

/** The lists under a resource by their names as relationships: `contacts` of companies, `notes` of tickets. */
export function listsUnder(
  { table, audience }: Resource,
  resources: readonly Resource[],
): Map<string, { target: Resource; column: string; list: string }> {
  return new Map(
    resources
      .filter((one) => one.audience === audience && one.table !== table)
      .flatMap((target) =>
        target.under
          .filter(({ parent }) => parent === table.name)
          .map(({ column, as }) => {
            const list = as ?? target.path;
            return [list.replaceAll("-", "_"), { target, column, list }] as const;
          }),
      ),
  );
}

type Given = Pick<Resource, "type" | "table" | "permission"> & Partial<Resource>;

/** Declares a resource; what is not said is as most of them have it. */
export function resource(given: Given): Resource {
  const path = given.path ?? given.type.replaceAll("_", "-");
  return {
    path,
    address: (id) => `/api/v1/${path}/${id}`,
    audience: "staff",
    create: null,
    update: null,
    remove: null,
    under: [],
    hidden: new Set(),
    extend: null,
    calculated: [],
    searched: null,
    hasTags: false,
    schemas: {},
    remarks: null,
    deprecated: {},
    sort: "id",
    ...given,
  };
}
