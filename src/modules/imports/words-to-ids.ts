import { sql } from "kysely";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { tableNamed } from "../../platform/database/columns.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { noId } from "../../platform/ids.ts";
import { fold } from "../../platform/text.ts";
import { ownSource } from "../../platform/transfer/export.ts";
import { below, namingOf } from "../../platform/transfer/names.ts";

type Row = Record<string, unknown>;

const rowsAtOnce = 5000;

const keyOf = (text: string): string => fold(text).replace(/\s+/g, " ").trim();

const shortened = (key: string): string => (key.length > 100 ? Bun.hash(key).toString(36) : key);

/**
 * How files name the records that are there: their names, their natural keys and what other systems call them, as ids. It
 * holds words and ids and no records, so that a hundred thousand tickets are a few megabytes.
 */
export class Directory {
  /** `table|name` and `table|company|name` → id. */
  readonly #names = new Map<string, string>();
  /** Keys of `#names` that more than one record has. */
  readonly #shared = new Set<string>();
  readonly #matches = new Map<string, string>();
  readonly #external = new Map<string, string>();
  readonly #ids = new Set<string>();

  private constructor(
    private readonly own: string,
    private readonly match: readonly string[],
  ) {}

  /** `own` is the table of the file's records, `others` those that its columns name. */
  static async load(
    ctx: Ctx,
    given: { own: string; match: readonly string[]; others: readonly string[]; source: string },
  ): Promise<Directory> {
    const directory = new Directory(given.own, given.match);
    for (const name of new Set([given.own, ...given.others])) await directory.#loadTable(ctx, name);
    const rows = await ctx.db
      .selectFrom("external_ids")
      .select(["entity_type", "external_id", "entity_id"])
      .where("external_source", "in", [given.source, ownSource])
      .where("entity_type", "in", [given.own, ...given.others])
      .execute();
    for (const row of rows) directory.#external.set(`${row.entity_type}|${row.external_id}`, row.entity_id);
    return directory;
  }

  async #loadTable(ctx: Ctx, name: string): Promise<void> {
    const table = tableNamed(name);
    if (table === undefined) return;
    const naming = namingOf(ctx.app.registry, name);
    const wanted = new Set([
      "id",
      ...naming.columns,
      ...(naming.columns.includes("first_name") ? ["last_name"] : []),
      ...(naming.parent === null ? [] : [naming.parent]),
      ...["company_id"].filter((column) => column in table.columns),
      ...(name === this.own ? this.match : []),
    ]);
    const columns = [...wanted].map((column) => `${name}.${column}`);
    const byId = new Map<string, Row>();
    for (let after = noId; ;) {
      const rows = (await reach(ctx, name as TableName)
        .select(columns as never)
        .where(sql.ref(`${name}.id`), ">", after)
        .orderBy(sql.ref(`${name}.id`))
        .limit(rowsAtOnce)
        .execute()) as Row[];
      for (const row of rows) {
        if (naming.parent === null) this.#put(name, naming.columns, row, []);
        else byId.set(String(row["id"]), row);
      }
      if (rows.length < rowsAtOnce) break;
      after = String(rows.at(-1)?.["id"]);
      await Bun.sleep(0);
    }
    for (const row of byId.values()) {
      const above: string[] = [];
      for (let one = byId.get(String(row[naming.parent ?? ""])); one !== undefined && above.length < 20;)
        [above[above.length], one] = [String(one["name"]), byId.get(String(one[naming.parent ?? ""]))];
      this.#put(name, naming.columns, row, above.toReversed());
    }
  }

  #put(table: string, columns: readonly string[], row: Row, above: readonly string[]): void {
    const id = String(row["id"]);
    if (table === this.own) {
      this.#ids.add(id);
      const key = this.#matchKey(row);
      if (key !== null && !this.#matches.has(key)) this.#matches.set(key, id);
    }
    // What has no name stands in files by its id.
    if (columns.length === 0) this.#names.set(`${table}|${id}`, id);
    const company = typeof row["company_id"] === "string" ? row["company_id"] : "";
    for (const column of columns) {
      const last = column === "first_name" && typeof row["last_name"] === "string" ? ` ${row["last_name"]}` : "";
      const value = row[column];
      if (typeof value !== "string" || value === "") continue;
      const name = keyOf([...above, `${value}${last}`].join(below));
      for (const key of [`${table}|${name}`, `${table}|${company}|${name}`])
        if (!this.#names.has(key)) this.#names.set(key, id);
        else if (this.#names.get(key) !== id) this.#shared.add(key);
    }
  }

  #matchKey(row: Row): string | null {
    const last = this.match.at(-1);
    if (last === undefined || row[last] == null || row[last] === "") return null;
    // Long texts tell records apart as well, and are not kept for it.
    return this.match.map((name) => shortened(keyOf(String(row[name] ?? "")))).join("|");
  }

  /** The record of another table that a cell names: at the row's company first. */
  find(table: string, text: string, companyId: string | null): string | null {
    const key = this.#keyFor(table, text, companyId);
    return (key === null ? this.#external.get(`${table}|${text}`) : this.#names.get(key)) ?? null;
  }

  /** Whether more than one record is called so, of which `find` answers the one that was there first. */
  isShared(table: string, text: string, companyId: string | null): boolean {
    const key = this.#keyFor(table, text, companyId);
    return key !== null && this.#shared.has(key);
  }

  #keyFor(table: string, text: string, companyId: string | null): string | null {
    const path = text
      .split(">")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .join(below);
    const name = keyOf(path);
    const keys = [...(companyId === null ? [] : [`${table}|${companyId}|${name}`]), `${table}|${name}`];
    return keys.find((key) => this.#names.has(key)) ?? null;
  }

  /** The record that a row means: by what its source calls it, by our own id, else by its natural key. */
  existing(externalId: string | null, wanted: Row): string | null {
    const external = externalId === null ? undefined : this.#external.get(`${this.own}|${externalId}`);
    if (external !== undefined && this.#ids.has(external)) return external;
    if (externalId !== null && this.#ids.has(externalId)) return externalId;
    const key = this.#matchKey(wanted);
    return key === null ? null : (this.#matches.get(key) ?? null);
  }

  /** Takes a record in that has come up. */
  add(ctx: Ctx, row: Row, externalId: string | null): void {
    const naming = namingOf(ctx.app.registry, this.own);
    const parent = naming.parent === null ? null : row[naming.parent];
    const above = typeof parent === "string" ? this.#nameById(parent) : [];
    this.#put(this.own, naming.columns, row, above);
    if (externalId !== null) this.#external.set(`${this.own}|${externalId}`, String(row["id"]));
  }

  /** Takes a record of another table in that has come up because a cell named it. */
  addNamed(table: string, name: string, id: string): void {
    this.#names.set(`${table}|${keyOf(name)}`, id);
  }

  knows(externalId: string): boolean {
    return this.#external.has(`${this.own}|${externalId}`);
  }

  #nameById(id: string): string[] {
    for (const [key, value] of this.#names) if (value === id) return [key.slice(key.indexOf("|") + 1)];
    return [];
  }
}
