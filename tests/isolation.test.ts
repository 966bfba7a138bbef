import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Kysely, sql } from "kysely";
import type { Table } from "../src/platform/database/columns.ts";
import { statedTables } from "./support/all-tables.ts";
import { allRows, type EveryRow, type Row, seedEveryTable } from "./support/every-row.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

let t: TestProgram;
let tables: Table[];
let rows: EveryRow;
let before: Map<string, Row[]>;

beforeAll(async () => {
  t = await startTestProgram();
  tables = (await statedTables()).filter((table) => !table.isPlatform);
  rows = await seedEveryTable(t, tables);
  before = new Map();
  for (const table of tables) before.set(table.name, await allRows(t, table.name));
});
afterAll(() => t.close());

/** Tables of any name: what the tests do, no code of the program could be typed to do. */
type Loose = Kysely<Record<string, Row>>;

/** As the other organization, by the handle that all of its code gets. */
function asMill<T>(work: (db: Loose) => Promise<T>): Promise<T> {
  return t.app.database.write(t.mill.id, (db) => work(db as unknown as Loose));
}

/** Nothing is changed for good, so that one table's test is no other one's. */
async function andUndo<T>(work: (db: Loose) => Promise<T>): Promise<T> {
  const undone: { result?: T } = {};
  const undo = new Error("undo");
  await asMill(async (db) => {
    undone.result = await work(db);
    throw undo;
  }).catch((error: unknown) => {
    if (error !== undo) throw error;
  });
  return undone.result as T;
}

function failureOf(work: (db: Loose) => Promise<unknown>): Promise<string | null> {
  return andUndo(work).then(
    () => null,
    (error: Error) => error.message,
  );
}

describe("another organization, asking by its own handle of the database,", () => {
  test("finds its own row of every table and no other", async () => {
    for (const { name } of tables) {
      const found = await t.app.database.read(t.mill.id, (db) =>
        (db as unknown as Loose).selectFrom(name).select("tenant_id").execute(),
      );
      expect({ name, found }).toEqual({ name, found: [{ tenant_id: t.mill.id }] });
      const asked = await t.app.database.read(t.mill.id, (db) =>
        (db as unknown as Loose).selectFrom(name).select("tenant_id").where("tenant_id", "=", t.harbor.id).execute(),
      );
      expect({ name, asked }).toEqual({ name, asked: [] });
    }
  });

  test("changes and deletes nothing of ours", async () => {
    for (const { name, columns } of tables) {
      if (name === "audit_log" && t.app.database.dialect === "postgres") continue;
      const column =
        Object.keys(columns).find((one) => columns[one]?.kind === "text" || columns[one]?.kind === "integer") ??
        "tenant_id";
      if (column !== "tenant_id") {
        const changed = await andUndo((db) =>
          db
            .updateTable(name)
            .set({ [column]: sql.ref(column) })
            .where("tenant_id", "=", t.harbor.id)
            .executeTakeFirst(),
        );
        expect({ name, changed: changed.numUpdatedRows }).toEqual({ name, changed: 0n });
      }
      const deleted = await andUndo((db) =>
        db.deleteFrom(name).where("tenant_id", "=", t.harbor.id).executeTakeFirst(),
      );
      expect({ name, deleted: deleted.numDeletedRows }).toEqual({ name, deleted: 0n });
    }
  });

  test("adds nothing to ours and gives us nothing", async () => {
    for (const { name } of tables) {
      const added = await failureOf((db) =>
        db
          .insertInto(name)
          .values({ ...rows.mill.get(name), tenant_id: t.harbor.id })
          .execute(),
      );
      expect({ name, added }).toEqual({ name, added: expect.stringContaining("another tenant") });
      const given = await failureOf((db) => db.updateTable(name).set({ tenant_id: t.harbor.id }).execute());
      expect({ name, given }).toEqual({ name, given: expect.stringContaining("another tenant") });
    }
  });

  test("cannot refer to any row of ours", async () => {
    let references = 0;
    for (const { name, columns } of tables) {
      if (name === "audit_log" && t.app.database.dialect === "postgres") continue;
      for (const [column, { references: target }] of Object.entries(columns)) {
        const ours = target === null ? undefined : rows.harbor.get(target)?.["id"];
        if (ours === undefined) continue;
        references += 1;
        const failure = await failureOf((db) =>
          db
            .updateTable(name)
            .set({ [column]: ours })
            .execute(),
        );
        expect({ reference: `${name}.${column}`, failure }).toEqual({
          reference: `${name}.${column}`,
          failure: expect.stringMatching(/foreign key/i),
        });
      }
    }
    expect(references).toBeGreaterThan(60);
  });

  test("leaves everything as it was", async () => {
    for (const { name } of tables)
      expect({ name, rows: await allRows(t, name) }).toEqual({ name, rows: before.get(name) ?? [] });
  });
});
