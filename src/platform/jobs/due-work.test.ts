import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { newId } from "../ids.ts";
import { loadTenants } from "../tenants.ts";
import { tenantsWithWork } from "./due-work.ts";

/** Harbor IT has work; the key of Mill IT cannot be opened. */

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
  await t.app.database.platform((db) =>
    db.updateTable("tenant_keys").set({ wrapped_key: "broken" }).where("for_tenant_id", "=", t.mill.id).execute(),
  );
  t.app.keyring.forget(t.mill.id);
});
afterAll(() => t.close());

const ids = (tenants: readonly { id: string }[]): string[] => tenants.map(({ id }) => id);

test("an organization whose data key is broken keeps nobody else's background work waiting", async () => {
  expect(ids(await tenantsWithWork(t.app, [t.mill.id, t.harbor.id]))).toEqual([t.harbor.id]);
  expect(ids(await t.program.tenants())).toEqual([t.harbor.id]);
});

test("an organization that has been deleted since it was found is left out", async () => {
  expect(ids(await loadTenants(t.app, [newId(), t.harbor.id]))).toEqual([t.harbor.id]);
});

test("when the database is gone nobody is left out for it: the round fails as a whole", async () => {
  const away = {
    ...t.app,
    database: { ...t.app.database, read: () => Promise.reject(new Error("Connection terminated")) },
  };
  await expect(loadTenants(away, [t.harbor.id])).rejects.toThrow("Connection terminated");
});
