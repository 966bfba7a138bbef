import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { operatorHost, type OperatorHost, tenantDocument } from "../../../../tests/support/operators.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { openProgram } from "../../../cli/program.ts";
import { loadConfig } from "../../../platform/config/config.ts";
import { exchangeMasterKey } from "../../../platform/crypto/exchange.ts";
import { rotateDataKey } from "../../../platform/crypto/rotate.ts";
import { runTasks } from "./run.ts";

/** An organization whose deletion was cut off: its data key is gone, its rows are still there, and so is everybody else. */

let t: TestProgram;
let host: OperatorHost;
let deletion = "";

beforeAll(async () => {
  t = await startTestProgram();
  host = await operatorHost(t);
  const { id } = t.harbor;
  await host.api("POST", `/tenants/${id}/suspend`, tenantDocument({ reason: "gone", message: "It has moved." }));
  const asked = await host.api("POST", `/tenants/${id}/export`);
  await runTasks(t.app, () => false);
  const headers = { authorization: `Bearer ${host.operator.key}` };
  await (await host.fetch(`/api/v1/tenant-tasks/${asked.body.data.id}/download`, { headers })).arrayBuffer();
  const deleting = await host.api("DELETE", `/tenants/${id}`, tenantDocument({ confirm_name: "Harbor IT" }, id));
  deletion = deleting.body.data.id;
  // The task is taken, and the program stops before it comes to the rows.
  let looks = 0;
  await runTasks(t.app, () => looks++ > 0);
});
afterAll(() => t.close());

test("what is left is an organization without a key, and a task that has not come to its end", async () => {
  const left = await t.app.database.platform((db) =>
    db
      .selectFrom("tenants")
      .leftJoin("tenant_keys", "tenant_keys.for_tenant_id", "tenants.id")
      .select(["tenants.key_id", "tenant_keys.wrapped_key"])
      .where("tenants.id", "=", t.harbor.id)
      .executeTakeFirst(),
  );
  expect(left).toEqual({ key_id: expect.any(String), wrapped_key: null });
  const task = await host.api("GET", `/tenant-tasks/${deletion}`);
  expect(task.body.data.attributes.task_state).toBe("waiting");
});

test("while an organization is being deleted its people see the page of a suspended one", async () => {
  const page = await t.fetch("/sign-in");
  expect([page.status, await page.text()]).toEqual([503, expect.stringContaining("It has moved.")]);
  const api = await t.api("GET", "/api/v1/tickets");
  expect([api.status, api.body.errors[0].code]).toEqual([503, "suspended"]);
});

test("while an organization is being deleted the program starts, and serves the others", async () => {
  const { postgresUrl, ownerUrl } = t.raw;
  writeFileSync(join(t.directory, "secret.key"), Buffer.alloc(32, 7), { mode: 0o600 });
  const env = { PURSER_DATA_DIR: t.directory, PURSER_DATABASE_URL: postgresUrl, PURSER_MIGRATOR_URL: ownerUrl };
  const opened = await openProgram(
    loadConfig({}, env, () => null, true),
    { isAlone: true, publicUrl: "http://localhost" },
  );
  try {
    expect((await opened.program.tenants()).map(({ id }) => id)).toEqual([t.mill.id]);
  } finally {
    await opened.close();
  }
});

test("an organization that is being deleted is given no new data key", async () => {
  await expect(rotateDataKey(t.app, t.harbor.id, { total: () => {}, file: () => {} })).rejects.toThrow("being deleted");
  const keys = await t.app.database.platform((db) =>
    db.selectFrom("tenant_keys").select("key_id").where("for_tenant_id", "=", t.harbor.id).execute(),
  );
  expect(keys).toEqual([]);
});

test("while an organization is being deleted the master key can be exchanged, and the deletion ends after it", async () => {
  const done = await exchangeMasterKey(t.app, new Uint8Array(32).fill(11));
  expect(done.organizations).toBe(1);
  await runTasks(t.app, () => false);
  const task = await host.api("GET", `/tenant-tasks/${deletion}`);
  expect(task.body.data.attributes).toMatchObject({ task_state: "done", last_error: "" });
  expect((await host.api("GET", `/tenants/${t.harbor.id}`)).status).toBe(404);
});
