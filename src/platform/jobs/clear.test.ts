import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit, reading } from "../context.ts";
import { newId } from "../ids.ts";
import { clearedAtOnce, clearInPieces } from "./clear.ts";

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

test("what is old goes by pieces, and all of it; the rest stays", async () => {
  const row = (name: string) => ({ id: newId(), name, color: "#336699" });
  const rows = [...Array.from({ length: 2 * clearedAtOnce + 1 }, (_, at) => row(`old ${at}`)), row("new")];
  await inUnit(t.harbor.system, async ({ db, app }) => {
    const now = app.clock.now();
    const made = rows.map((one) => ({ ...one, version: 1, created_at: now, updated_at: now }));
    for (let at = 0; at < made.length; at += 100)
      await db
        .insertInto("tags")
        .values(made.slice(at, at + 100))
        .execute();
  });
  const pieces: number[] = [];
  await clearInPieces(
    t.harbor.system,
    (db) => db.selectFrom("tags").select("id").where("name", "like", "old %"),
    async (db, ids) => {
      pieces.push(ids.length);
      await db.deleteFrom("tags").where("id", "in", ids).execute();
    },
  );
  expect(pieces).toEqual([clearedAtOnce, clearedAtOnce, 1]);
  const left = await reading(t.harbor.system, ({ db }) => db.selectFrom("tags").select("name").execute());
  expect(left).toEqual([{ name: "new" }]);
});
