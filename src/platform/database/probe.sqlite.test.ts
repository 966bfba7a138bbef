import { expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { startTestProgram } from "../../../tests/support/program.ts";

test("the probe of SQLite is really written, so a disk that takes no writes cannot pass it", async () => {
  const t = await startTestProgram();
  const other = new Database(t.raw.sqlitePath, { readonly: true });
  const probed = (): unknown => other.query("select expires_at from leases where name = 'probe'").get();
  try {
    expect(probed()).toBeNull();
    await t.app.database.probe();
    expect(probed()).not.toBeNull();
  } finally {
    other.close();
    await t.close();
  }
});
