import { expect, test } from "bun:test";
import { sql } from "kysely";
import { startTestProgram } from "../../../tests/support/program.ts";

test("the planner reads a limit that comes again and again; any other stays a value, for each number is a text of its own", async () => {
  const t = await startTestProgram();
  try {
    const [usual, other, computed] = await t.app.database.read(t.harbor.id, async (db) => {
      const companies = db.selectFrom("companies").select("id");
      return [companies.limit(51), companies.limit(37), companies.limit(sql<number>`${50}`)].map((one) =>
        one.compile(),
      );
    });
    expect(usual?.sql).toEndWith("limit 51");
    expect(usual?.parameters).not.toContain(51);
    for (const [query, value] of [
      [other, 37],
      [computed, 50],
    ] as const) {
      expect(query?.sql).not.toContain(`limit ${value}`);
      expect(query?.parameters).toContain(value);
    }
  } finally {
    await t.close();
  }
});
