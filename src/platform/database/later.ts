import { tableNamed } from "./columns.ts";
import { inPowers, insertOf, type StoredRow as Row } from "./insert-rows.ts";
import { namesIn } from "./statements.ts";
import type { Db, TableName } from "./tables.ts";

/**
 * What a unit of work writes beside its records: audit entries, events, words for the search. Each change brings some, and one
 * statement for each was most of what a change cost. Here they wait and are put down together, many rows in a statement:
 * before the commit, and before any statement that names their tables, so whoever asks finds them there (decision 0034), as long
 * as a unit of work awaits one statement after the other (decision 0042): one beside the first that asks may come before the rows.
 */
export interface Later {
  /** Rows that are only ever added, in this order. */
  add(table: TableName, rows: readonly object[]): void;
  /** A row that follows from others and is worked out when it is put down; of several by the same key the last counts. */
  follow<I>(kind: Following<I>, key: string, item: I): void;
}

/** A kind of row that follows from others. */
export interface Following<I> {
  table: TableName;
  /** What tells its rows apart; a row that is there is written over. */
  keys: readonly string[];
  rows(items: readonly I[]): Promise<Record<string, unknown>[]>;
}

type Entry =
  { table: TableName; row: Row } | { table: TableName; following: Following<unknown>; key: string; item: unknown };

interface Savepoint {
  name: string;
  /** How many entries there were, and how many of these had been put down. */
  entries: number;
  written: number;
}

const savepoint = /^\s*(savepoint|rollback to savepoint|release savepoint) (\w+)/i;

/** What waits in one unit of work. `begins` hears of each statement before it is run. */
export class Waiting implements Later {
  #entries: Entry[] = [];
  #written = 0;
  readonly #savepoints: Savepoint[] = [];

  constructor(
    private readonly db: Db,
    private readonly tenantId: string,
  ) {}

  add(table: TableName, rows: readonly object[]): void {
    for (const row of rows) this.#entries.push({ table, row: this.#held(row) });
  }

  follow<I>(kind: Following<I>, key: string, item: I): void {
    this.#entries.push({ table: kind.table, following: kind as Following<unknown>, key, item });
  }

  async begins(text: string): Promise<void> {
    const [, verb, name = ""] = savepoint.exec(text) ?? [];
    if (verb !== undefined) return this.#mark(verb.toLowerCase(), name);
    if (this.#written < this.#entries.length && this.#isAskedFor(text)) await this.flush();
  }

  /** Puts down what waits. */
  async flush(): Promise<void> {
    const waiting = this.#entries.slice(this.#written);
    this.#written = this.#entries.length;
    if (this.#savepoints.length === 0) {
      this.#entries = [];
      this.#written = 0;
    }
    const inserts = (await groupsOf(waiting)).flatMap(({ table, keys, rows }) => {
      const held = keys.length === 0 ? rows : rows.map((row) => this.#held(row));
      return [...inPowers(held)].map((some) => insertOf(this.db, table, some, keys));
    });
    // In this order, without waiting for the answers in between: PostgreSQL works on one while the next is on its way.
    await Promise.all(inserts.map((insert) => this.db.executeQuery(insert)));
  }

  /** What goes back to a savepoint takes back what has waited since, and what had waited before and was put down since waits again. */
  #mark(verb: string, name: string): void {
    if (verb === "savepoint") {
      this.#savepoints.push({ name, entries: this.#entries.length, written: this.#written });
      return;
    }
    const at = this.#savepoints.findLastIndex((one) => one.name === name);
    const found = this.#savepoints[at];
    if (found === undefined) return;
    if (verb === "release savepoint") {
      this.#savepoints.length = at;
      return;
    }
    this.#savepoints.length = at + 1;
    this.#entries.length = found.entries;
    this.#written = found.written;
  }

  /** Whether a statement may read what waits: it names the table, or something that is no table, such as a function. */
  #isAskedFor(text: string): boolean {
    const names = namesIn(text);
    if (names.size === 0) return false;
    const tables = new Set<string>(this.#entries.slice(this.#written).map(({ table }) => table));
    return [...names].some((name) => tables.has(name) || tableNamed(name) === undefined);
  }

  /** A row as it is now: what somebody changes in its JSON afterwards is not meant. */
  #held(row: object): Row {
    const held: Row = { ...row, tenant_id: this.tenantId };
    for (const [name, value] of Object.entries(held))
      if (typeof value === "object" && value !== null) held[name] = JSON.stringify(value);
    return held;
  }
}

interface Group {
  table: TableName;
  keys: readonly string[];
  rows: Row[];
}

/** What waits, table by table in the order in which they came up first: an event stands before its deliveries. */
async function groupsOf(waiting: readonly Entry[]): Promise<Group[]> {
  const groups = new Map<TableName, Group>();
  const following = new Map<Following<unknown>, Map<string, unknown>>();
  for (const entry of waiting) {
    if ("row" in entry) {
      const group = groups.get(entry.table) ?? { table: entry.table, keys: [], rows: [] };
      group.rows.push(entry.row);
      groups.set(entry.table, group);
      continue;
    }
    const items = following.get(entry.following) ?? new Map<string, unknown>();
    items.set(entry.key, entry.item);
    following.set(entry.following, items);
  }
  const worked: Group[] = [];
  for (const [{ table, keys, rows }, items] of following)
    worked.push({ table, keys, rows: await rows([...items.values()]) });
  return [...groups.values(), ...worked];
}
