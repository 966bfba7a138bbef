import { type TSchema, Type } from "@sinclair/typebox";
import { t } from "../language/index.ts";
import { singular } from "../text.ts";

/**
 * Column tables. A module states each of its tables once, in `schema.ts`; the row type, the resource's attributes, the
 * inputs of its actions and the codecs of both databases are derived from it.
 */
export type ColumnKind =
  | "id" // UUIDv7
  | "text"
  | "enum"
  | "integer"
  | "boolean"
  | "instant" // ISO-8601 UTC, milliseconds
  | "date" // YYYY-MM-DD
  | "time" // HH:MM, a wall-clock time
  | "decimal" // exact decimal as a string
  | "money" // whole minor units inside, decimal string at the edge; `currency` stands in the same row
  | "json";

export interface Column<T = unknown, HasDefault extends boolean = boolean> {
  readonly kind: ColumnKind;
  readonly isNullable: boolean;
  readonly hasDefault: HasDefault;
  /** The value a new row gets when the input leaves the column out. */
  readonly defaultValue: unknown;
  /** Values of an enumeration. */
  readonly values: readonly string[];
  readonly maxLength: number;
  /** An organization may say what new records get here (PRD 3.17 "Default values"). */
  readonly isDefaultable: boolean;
  /** Set by actions only: shown by the API, refused in its inputs. */
  readonly isReadOnly: boolean;
  /** What staff needs to see it, beside the row; null: whoever sees the row sees it. */
  readonly readPermission: string | null;
  /** Never shown, never audited, never exported. */
  readonly isSecret: boolean;
  /** What `keyring.seal` has sealed the text for; empty: it is not sealed. A new key seals it anew. */
  readonly sealedFor: string;
  /** Whether the text is a signature by a key of the master key: with another master key the row means nothing, and goes. */
  readonly isSigned: boolean;
  /** The table that the id points to. */
  readonly references: string | null;
  /** What the column is called on screen; derived from the name when empty. */
  readonly label: string;
  /** A JSON Schema format that texts must keep: email, url, website, timezone, currency, color. */
  readonly format: string;
  /** Whether the text is HTML, sanitized before it is written. */
  readonly isHtml: boolean;
  /** Whether a short text may have line breaks, as long ones have. */
  readonly isMultiLine: boolean;
  /** Shape of a JSON column, as property names; empty for free-form. */
  readonly properties: readonly string[];
  /** What a JSON column holds, as the API describes it; null for an object of whatever members. */
  readonly shape: TSchema | null;
  readonly __type?: T;
}

type Options = Partial<Omit<Column, "kind" | "__type" | "hasDefault" | "isNullable">>;

function column<T, D extends boolean>(
  kind: ColumnKind,
  isNullable: boolean,
  hasDefault: D,
  options: Options,
): Column<T, D> {
  return {
    kind,
    isNullable,
    hasDefault,
    defaultValue: isNullable ? null : undefined,
    values: [],
    maxLength: 255,
    isReadOnly: false,
    isDefaultable: false,
    readPermission: null,
    isSecret: false,
    sealedFor: "",
    isSigned: false,
    references: null,
    label: "",
    format: "",
    isHtml: false,
    isMultiLine: false,
    properties: [],
    shape: null,
    ...options,
  };
}

type Plain<T> = (options?: Options) => Column<T, false>;
type Maybe<T> = (options?: Options) => Column<T | null, true>;

const plain =
  <T>(kind: ColumnKind): Plain<T> =>
  (options = {}) =>
    column<T, false>(kind, false, false, options);
const maybe =
  <T>(kind: ColumnKind): Maybe<T> =>
  (options = {}) =>
    column<T | null, true>(kind, true, true, options);

/** Required columns; `maybe.*` are their nullable kin, `defaulted` gives a column a value of its own. */
export const col = {
  id: plain<string>("id"),
  text: plain<string>("text"),
  integer: plain<number>("integer"),
  boolean: plain<boolean>("boolean"),
  instant: plain<string>("instant"),
  date: plain<string>("date"),
  time: plain<string>("time"),
  decimal: plain<string>("decimal"),
  money: plain<number>("money"),
  json: <T extends object>(options: Options = {}): Column<T, false> => column("json", false, false, options),
  enum: <const V extends readonly string[]>(values: V, options: Options = {}): Column<V[number], false> =>
    column("enum", false, false, { ...options, values }),
  /** A required reference: `col.ref("companies")`. */
  ref: (references: string, options: Options = {}): Column<string, false> =>
    column("id", false, false, { ...options, references }),
  maybe: {
    id: maybe<string>("id"),
    text: maybe<string>("text"),
    integer: maybe<number>("integer"),
    boolean: maybe<boolean>("boolean"),
    instant: maybe<string>("instant"),
    date: maybe<string>("date"),
    time: maybe<string>("time"),
    decimal: maybe<string>("decimal"),
    money: maybe<number>("money"),
    json: <T extends object>(options: Options = {}): Column<T | null, true> => column("json", true, true, options),
    enum: <const V extends readonly string[]>(values: V, options: Options = {}): Column<V[number] | null, true> =>
      column("enum", true, true, { ...options, values }),
    ref: (references: string, options: Options = {}): Column<string | null, true> =>
      column("id", true, true, { ...options, references }),
  },
} as const;

/** The shape of a JSON column that is a list of texts. */
export const texts = Type.Array(Type.String());

/** The same column, with a value that new rows get when none is given. */
export function defaulted<T>(base: Column<T, boolean>, value: T): Column<T, true> {
  return { ...base, hasDefault: true, defaultValue: value };
}

/** The same column, written by actions only. */
export function readOnly<T, D extends boolean>(base: Column<T, D>): Column<T, D> {
  return { ...base, isReadOnly: true };
}

/** The same column, never shown, audited or exported. */
export function secret<T, D extends boolean>(base: Column<T, D>): Column<T, D> {
  return { ...base, isSecret: true, isReadOnly: true };
}

export type Columns = Record<string, Column>;

/** What every row of a record has: its id, its tenant, its version (for `If-Match`) and when it was made and changed. */
export const record = {
  id: defaulted(readOnly(col.id()), ""),
  tenant_id: defaulted(readOnly(col.id()), ""),
  version: defaulted(readOnly(col.integer()), 1),
  created_at: defaulted(readOnly(col.instant()), ""),
  updated_at: defaulted(readOnly(col.instant()), ""),
} as const;

/** What a link between two records has: no life of its own. */
export const link = {
  tenant_id: defaulted(readOnly(col.id()), ""),
} as const;

/** A postal address: every part is a text, a missing part is absent (PRD 3.3.2 `Address`). */
export interface Address {
  line1?: string;
  line2?: string;
  city?: string;
  region?: string;
  postal_code?: string;
  country?: string;
}

export const addressParts = ["line1", "line2", "city", "region", "postal_code", "country"] as const;

/** An address column; empty addresses are `{}`. */
export function address(options: Options = {}): Column<Address, true> {
  return { ...column<Address, true>("json", false, true, { ...options, properties: addressParts }), defaultValue: {} };
}

/** The values of the custom fields that an organization has given this kind of record (PRD `custom_fields`). */
export function customFields(): Column<Record<string, unknown>, true> {
  return { ...column<Record<string, unknown>, true>("json", false, true, {}), defaultValue: {} };
}

export interface Table<N extends string = string, C extends Columns = Columns> {
  readonly name: N;
  readonly columns: C;
  /** What one row is called in a sentence: "company". */
  readonly noun: string;
  /** Whether changes are written to the audit log; queues and sessions say no. */
  readonly isAudited: boolean;
  /** Whoever is shown one of its records is written into the audit log (PRD 3.18 "Data access logging"). */
  readonly isSensitive: boolean;
  /** Outside tenancy: one of the few tables that the platform shares between tenants. */
  readonly isPlatform: boolean;
  /** The permission that the staff needs to see its rows; null: none, so all of them may, or nobody where `isKeptBack`. */
  readonly readPermission: string | null;
  /** Nobody of the staff reaches its rows: what is made of them is shown by code that reads them by itself. */
  readonly isKeptBack: boolean;
  /** The column that tells which company a row belongs to, for portal users; null: out of their reach. */
  readonly companyColumn: string | null;
  /** What portal users need to see rows of their company; null: all of them do. */
  readonly portalPermission: string | null;
  /** Read by nearly every request and hardly ever changed: its rows are kept in memory (decision 0033). */
  readonly isConfiguration: boolean;
}

interface CommonOptions {
  noun?: string;
  isAudited?: boolean;
  isSensitive?: boolean;
  isConfiguration?: boolean;
  companyColumn?: string;
  portalPermission?: string;
}

/** The platform's tables are reached by operators, and by nobody of an organization. */
type TableOptions = CommonOptions & ({ isPlatform: true } | { isPlatform?: false; readPermission: Readers });

/**
 * Who of the staff reaches a table's rows: whoever has a permission, all of the staff (as far as the module's rule lets
 * them), or nobody. Said of every table, so that none is open because somebody forgot to close it.
 */
type Readers = `${string}.${string}` | "staff" | "nobody";

const tables = new Map<string, Table>();
const kinds = new Map<string, ColumnKind>();

/**
 * States a table; a column name must mean the same kind everywhere, because rows are decoded by name, and money needs the
 * currency that it is counted in.
 */
export function table<const N extends string, C extends Columns>(
  name: N,
  columns: C,
  options: TableOptions,
): Table<N, C> {
  if (!("currency" in columns))
    for (const [key, { kind }] of Object.entries(columns))
      if (kind === "money") throw new Error(`${name}.${key} is money, and ${name} has no currency`);
  for (const [key, { kind }] of Object.entries(columns)) {
    const known = kinds.get(key);
    const stored =
      kind === "enum" || kind === "id" || kind === "instant" || kind === "date" || kind === "time" ? "text" : kind;
    if (known !== undefined && known !== stored) {
      throw new Error(`column ${key} is ${known} in one table and ${stored} in ${name}`);
    }
    kinds.set(key, stored);
  }
  const readers: Readers = options.isPlatform === true ? "nobody" : options.readPermission;
  const made: Table<N, C> = {
    name,
    columns,
    noun: options.noun ?? singular(name).replaceAll("_", " "),
    isAudited: options.isAudited ?? true,
    isSensitive: options.isSensitive ?? false,
    isPlatform: options.isPlatform ?? false,
    isConfiguration: options.isConfiguration ?? false,
    readPermission: readers.includes(".") ? readers : null,
    isKeptBack: readers === "nobody",
    companyColumn: options.companyColumn ?? null,
    portalPermission: options.portalPermission ?? null,
  };
  tables.set(name, made as unknown as Table);
  return made;
}

/** Every table that has been stated so far. */
export function allTables(): Table[] {
  return [...tables.values()];
}

/** The table of a name, or undefined when it is none of ours (a common table expression, say). */
export function tableNamed(name: string): Table | undefined {
  return tables.get(name);
}

/** How a column of this name is stored, or undefined for a computed one. */
export function storedKind(name: string): ColumnKind | undefined {
  return kinds.get(name);
}

/** What a column is called on screen: its label, else its name in words. */
export function labelOf(name: string, column: Pick<Column, "label">): string {
  if (column.label !== "") return t(column.label);
  const words = name
    .replace(/^is_/, "")
    .replace(/_(id|at|on)$/, "")
    .replace(/_/g, " ");
  return t(words.charAt(0).toUpperCase() + words.slice(1));
}

/** Whether a text is one line: a field of one line in forms, too. */
export function isOneLine({ kind, maxLength, isHtml, isMultiLine }: Column): boolean {
  return kind === "text" && maxLength <= 500 && !isHtml && !isMultiLine;
}

type Value<C> = C extends Column<infer T, boolean> ? T : never;
type DefaultedKeys<C extends Columns> = { [K in keyof C]: C[K]["hasDefault"] extends true ? K : never }[keyof C];

/** A row as it is read. */
export type RowOf<T extends Table> = { -readonly [K in keyof T["columns"]]: Value<T["columns"][K]> };
/** A row as it is inserted: what has a default may be left out. */
export type NewRow<T extends Table> = {
  [K in Exclude<keyof T["columns"], DefaultedKeys<T["columns"]>>]: Value<T["columns"][K]>;
} & { [K in DefaultedKeys<T["columns"]>]?: Value<T["columns"][K]> };
/** What may change in a row. */
export type Patch<T extends Table> = { -readonly [K in keyof T["columns"]]?: Value<T["columns"][K]> };
