import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { purserOn } from "../../tests/support/cli.ts";
import { dataPaths } from "../platform/config/data-dir.ts";

let dataDir = "";
beforeEach(() => {
  mkdirSync("tmp/data", { recursive: true });
  dataDir = mkdtempSync(resolve("tmp/data/purser-unlock-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const purser = (...argv: string[]): ReturnType<typeof purserOn> => purserOn(dataDir, argv);

test("who is shut out by networks or by too many attempts at the password or the second step is let in again, and the audit log says so", async () => {
  const file = join(dataDir, "password");
  writeFileSync(file, "seven quiet harbour lamps\n");
  const made = await purser("admin", "create", "--email", "ada@harbor.test", "--name", "Ada", "--password-file", file);
  expect(made.code).toBe(0);
  const rows = new Database(dataPaths(dataDir).database);
  const { id } = rows.query("select id from tenants").get() as { id: string };
  rows.run(`update organizations set allowed_networks = '{"staff":[{"network":"192.0.2.1","note":""}]}'`);
  const { id: ada } = rows.query("select id from users where email = 'ada@harbor.test'").get() as { id: string };
  rows.run(
    "insert into rate_limits values (?, '2026-11-21T09:00:00.000Z', 99), (?, '2026-11-21T09:00:00.000Z', 11), ('sign-in:192.0.2.9', '2026-11-21T09:00:00.000Z', 3)",
    [`sign-in:${id}:staff:ada@harbor.test`, `second-step:${id}:${ada}`],
  );
  rows.close();

  expect(await purser("admin", "unlock")).toMatchObject({ code: 2 });
  expect((await purser("admin", "unlock", "--email", "Ada@Harbor.test", "--networks")).code).toBe(0);

  const after = new Database(dataPaths(dataDir).database, { readonly: true });
  expect(after.query("select allowed_networks as networks from organizations").get()).toEqual({ networks: "{}" });
  expect(after.query("select limit_key from rate_limits").all()).toEqual([{ limit_key: "sign-in:192.0.2.9" }]);
  const entry = after.query("select actor_name, old_values from audit_log order by timestamp desc limit 1").get();
  expect(entry).toEqual({ actor_name: "Purser", old_values: expect.stringContaining("192.0.2.1") });
  after.close();
});
