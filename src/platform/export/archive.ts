import { sql } from "kysely";
import type { App } from "../context.ts";
import { allTables, type Table } from "../database/columns.ts";
import { primaryKey } from "../database/primary-key.ts";
import type { Db } from "../database/tables.ts";
import { programVersion } from "../config/version.ts";
import { FileMissing } from "../files/store.ts";
import { withoutLinks } from "../mail/links.ts";
import { mails } from "../mail/queue.ts";
import { type TarEntry, writeTar } from "../backup/tar.ts";

/**
 * Everything of one organization in one archive: `tables/NAME.0001.ndjson` (a row a line, as the program holds it),
 * `files/SHA256` (as uploaded), and at the end `manifest.json`, which says what there is and what was left out.
 *
 * Secrets are left out: password hashes, tokens, keys of other services. Whoever has the archive can read the
 * organization's data and cannot sign in as anybody.
 */

/** What only the running program needs: who is signed in, what waits to be done. */
const transient: ReadonlySet<string> = new Set([
  "sessions",
  "one_time_tokens",
  "idempotency_keys",
  "event_deliveries",
  "job_runs",
  "search_documents",
]);

type Row = Record<string, unknown>;

const rowsAtOnce = 200;
const partCharacters = 1_000_000;

export interface Manifest {
  format: "purser-export";
  format_version: 1;
  purser_version: string;
  made_at: string;
  tenant: { id: string; name: string };
  tables: Record<string, { rows: number; parts: string[]; left_out: string[] }>;
  files: { count: number; bytes: number; missing: string[] };
  left_out_tables: string[];
}

export interface Progress {
  total(count: number): Promise<void> | void;
  /** Called with each piece, 0 within a table: so that whoever builds is known to be at it. Throws to stop at a good place. */
  done(count: number): Promise<void> | void;
}

/** The archive's bytes (tar, not compressed), what is given as `more` first. Memory holds one part or one file at a time. */
export function exportTenant(
  app: App,
  tenant: { id: string; name: string },
  progress: Progress = { total: () => {}, done: () => {} },
  more: AsyncIterable<TarEntry> | null = null,
): AsyncGenerator<Uint8Array> {
  return writeTar(entries(app, tenant, progress, more), new Date(app.clock.now()));
}

async function* entries(
  app: App,
  tenant: { id: string; name: string },
  progress: Progress,
  more: AsyncIterable<TarEntry> | null,
): AsyncGenerator<TarEntry> {
  if (more !== null) yield* more;
  const all = allTables().filter((table) => !table.isPlatform);
  const tables = all.filter(({ name }) => !transient.has(name)).toSorted((a, b) => a.name.localeCompare(b.name));
  const manifest: Manifest = {
    format: "purser-export",
    format_version: 1,
    purser_version: programVersion,
    made_at: app.clock.now(),
    tenant: { id: tenant.id, name: tenant.name },
    tables: {},
    files: { count: 0, bytes: 0, missing: [] },
    left_out_tables: all.filter(({ name }) => transient.has(name)).map(({ name }) => name),
  };
  const hashes = await app.database.read(tenant.id, async (db) =>
    (await db.selectFrom("files").select("sha256").distinct().orderBy("sha256").execute()).map(({ sha256 }) => sha256),
  );
  await progress.total(tables.length + hashes.length);
  for (const table of tables) {
    const left_out = Object.entries(table.columns).flatMap(([name, column]) => (column.isSecret ? [name] : []));
    const about = (manifest.tables[table.name] = { rows: 0, parts: [] as string[], left_out });
    for await (const { rows, text } of partsOf(app, tenant.id, table, left_out)) {
      const name = `tables/${table.name}.${String(about.parts.length + 1).padStart(4, "0")}.ndjson`;
      about.parts.push(name);
      about.rows += rows;
      yield entryOf(name, Buffer.from(text));
      await progress.done(0);
    }
    await progress.done(1);
  }
  for (const sha256 of hashes) {
    try {
      const bytes = await app.files.get(tenant.id, sha256);
      manifest.files.count += 1;
      manifest.files.bytes += bytes.length;
      yield entryOf(`files/${sha256}`, bytes);
    } catch (error) {
      // A record whose bytes are lost must not keep the rest from being exported.
      if (!(error instanceof FileMissing)) throw error;
      manifest.files.missing.push(sha256);
    }
    await progress.done(1);
  }
  yield entryOf("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
}

const bodies = ["text_body", "html_body"] as const;
const shownBody = (body: unknown): unknown => (typeof body === "string" ? withoutLinks(body) : body);

/** A table's rows as texts of a megabyte. */
async function* partsOf(
  app: App,
  tenantId: string,
  table: Table,
  leftOut: readonly string[],
): AsyncGenerator<{ rows: number; text: string }> {
  let rows = 0;
  let lines: string[] = [];
  let length = 0;
  for await (const stored of rowsOf(app, tenantId, table)) {
    const row = { ...stored };
    for (const name of leftOut) delete row[name];
    if (table === mails) for (const name of bodies) row[name] = shownBody(row[name]);
    const line = `${JSON.stringify(row)}\n`;
    lines.push(line);
    length += line.length;
    rows += 1;
    if (length < partCharacters) continue;
    yield { rows, text: lines.join("") };
    [rows, lines, length] = [0, [], 0];
  }
  if (rows > 0) yield { rows, text: lines.join("") };
}

/** Page by page in the order of the primary key: a link between records has no id, and there are as many as entries of time. */
async function* rowsOf(app: App, tenantId: string, table: Table): AsyncGenerator<Row> {
  const { dialect } = app.database;
  const key = await app.database.read(tenantId, (db) => primaryKey(db, dialect, table.name));
  for (let after: unknown[] | null = null; ;) {
    const page: Row[] = await app.database.read(tenantId, (db) => pageOfRows(db, table, key, after));
    const last = page.at(-1);
    after = last === undefined ? null : key.map((name) => last[name]);
    yield* page;
    if (page.length < rowsAtOnce) return;
  }
}

async function pageOfRows(
  db: Db,
  table: Table,
  key: readonly string[],
  after: readonly unknown[] | null,
): Promise<Row[]> {
  const columns = key.map((name) => sql.ref(`${table.name}.${name}`));
  let query = db
    .selectFrom(table.name as "files")
    .selectAll()
    .limit(rowsAtOnce);
  for (const column of columns) query = query.orderBy(column);
  if (after !== null) query = query.where(sql<boolean>`(${sql.join(columns)}) > (${sql.join([...after])})`);
  return query.execute() as Promise<Row[]>;
}

function entryOf(name: string, bytes: Uint8Array): TarEntry {
  return {
    name,
    size: bytes.length,
    body: (async function* () {
      yield bytes;
    })(),
  };
}
