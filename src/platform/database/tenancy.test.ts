import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { newId } from "../ids.ts";
import type { Db } from "./tables.ts";

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const read = <T>(work: (db: Db) => Promise<T>): Promise<T> => t.app.database.read(t.harbor.id, work);
const write = <T>(work: (db: Db) => Promise<T>): Promise<T> => t.app.database.write(t.harbor.id, work);

describe("a handle of one tenant", () => {
  test("does not reach past it by a raw condition with an or in it", async () => {
    const names = await read((db) =>
      db
        .selectFrom("organizations")
        .select("name")
        .where(sql<boolean>`name = 'nobody' or 1 = 1`)
        .execute(),
    );
    expect(names).toEqual([{ name: "Harbor IT" }]);
    const joined = await read((db) =>
      db
        .selectFrom("organizations as mine")
        .innerJoin("organizations as other", (join) => join.on(sql<boolean>`mine.id = other.id or 1 = 1`))
        .select("other.name")
        .execute(),
    );
    expect(joined).toEqual([{ name: "Harbor IT" }]);
  });

  test("does not reach past it by a query inside a query, or by a second table of a change", async () => {
    const rows = await read((db) =>
      db
        .selectFrom("organizations")
        .select((eb) =>
          eb
            .selectFrom("roles")
            .select((inner) => inner.fn.countAll<number>().as("n"))
            .as("roles"),
        )
        .execute(),
    );
    expect(Number(rows[0]?.roles)).toBe(8);
    await write((db) =>
      db
        .updateTable("roles")
        .from("organizations as source")
        .set({ description: sql<string>`source.name` })
        .where("roles.role_key", "=", "finance")
        .execute(),
    );
    const mine = await read((db) =>
      db.selectFrom("roles").select("description").where("role_key", "=", "finance").execute(),
    );
    expect(mine).toEqual([{ description: "Harbor IT" }]);
  });

  test("adds no row for another tenant and moves none there", async () => {
    const row = { entity_type: "companies", entity_id: newId(), tag: "vip" };
    await expect(
      write((db) =>
        db
          .insertInto("record_tags")
          .values({ ...row, tenant_id: t.mill.id })
          .execute(),
      ),
    ).rejects.toThrow();
    await expect(
      write((db) =>
        db
          .insertInto("record_tags")
          .values([
            { ...row, tenant_id: t.harbor.id },
            { ...row, tag: "b", tenant_id: t.mill.id },
          ])
          .execute(),
      ),
    ).rejects.toThrow();
    await write((db) => db.insertInto("record_tags").values(row).execute());
    await expect(
      write((db) => db.updateTable("record_tags").set({ tenant_id: t.mill.id }).execute()),
    ).rejects.toThrow();
    expect(await read((db) => db.selectFrom("record_tags").select(["tenant_id", "tag"]).execute())).toEqual([
      { tenant_id: t.harbor.id, tag: "vip" },
    ]);
  });
});
