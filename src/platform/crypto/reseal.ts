import { type App } from "../context.ts";
import { allTables, type Table } from "../database/columns.ts";
import type { Db } from "../database/tables.ts";

/** Everything of an organization that is kept sealed, sealed anew with its present key. */

const atOnce = 100;

/** Columns of organizations whose texts `keyring.seal` has made, with what they were sealed for. */
export function sealedColumns(): { table: Table; column: string; purpose: string }[] {
  // What the installation itself seals is under the master key alone.
  const own = allTables().filter(({ isPlatform }) => !isPlatform);
  return own.flatMap((table) =>
    Object.entries(table.columns).flatMap(([column, { sealedFor }]) =>
      sealedFor === "" ? [] : [{ table, column, purpose: sealedFor }],
    ),
  );
}

/** Seals the sealed texts of an organization anew. Returns how many were not sealed with the present key. */
export async function resealColumns(app: App, tenantId: string): Promise<number> {
  let count = 0;
  for (const { table, column, purpose } of sealedColumns()) {
    for (let after: string | null = ""; after !== null;) {
      const from: string = after;
      after = await app.database.write(tenantId, async (db) => {
        const rows = await pageOf(db, table, column, from);
        for (const row of rows) {
          if (row.text === null || row.text === "") continue;
          if (app.keyring.isCurrent(tenantId, Buffer.from(row.text, "base64url"))) continue;
          const text = app.keyring.seal(purpose, tenantId, app.keyring.open(purpose, tenantId, row.text));
          await (db as unknown as Loose)
            .updateTable(table.name)
            .set({ [column]: text })
            .where("id", "=", row.id)
            .execute();
          count += 1;
        }
        return rows.length < atOnce ? null : (rows.at(-1)?.id ?? null);
      });
    }
  }
  return count;
}

interface SealedRow {
  id: string;
  text: string | null;
}

// Which table and column is known only when the program runs.
type Loose = {
  updateTable(name: string): {
    set(values: object): { where(column: string, operator: "=", value: string): { execute(): Promise<unknown> } };
  };
};

async function pageOf(db: Db, table: Table, column: string, after: string): Promise<SealedRow[]> {
  const query = db
    .selectFrom(table.name as "mail_settings")
    .select(["id", `${column} as text` as "password_sealed as text"])
    .orderBy("id")
    .limit(atOnce);
  return (after === "" ? query : query.where("id", ">", after)).execute();
}

/** Seals the files of an organization anew. `onFile` is told of each, and throws to stop in between. */
export async function resealFiles(app: App, tenantId: string, onFile: () => Promise<void> | void): Promise<number> {
  const hashes = await app.database.read(tenantId, (db) =>
    db.selectFrom("files").select("sha256").distinct().orderBy("sha256").execute(),
  );
  let count = 0;
  for (const { sha256 } of hashes) {
    if (await app.files.exists(tenantId, sha256)) count += Number(await app.files.reseal(tenantId, sha256));
    await onFile();
  }
  return count;
}
