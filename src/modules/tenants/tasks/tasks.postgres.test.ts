import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { operatorHost, type OperatorHost, tenantDocument } from "../../../../tests/support/operators.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { perform } from "../../../platform/action.ts";
import { readTar } from "../../../platform/backup/tar.ts";
import { inUnit } from "../../../platform/context.ts";
import { sealedWith } from "../../../platform/crypto/sealing.ts";
import { allTables } from "../../../platform/database/columns.ts";
import { addFile, storeUploads } from "../../../platform/files/files.ts";
import { refreshTenant } from "../../../platform/provision.ts";
import { loadTenant } from "../../../platform/tenants.ts";
import { updateMailSettings } from "../../settings/index.ts";
import { purgeOrder } from "./purge.ts";
import { graceMilliseconds } from "../../../platform/crypto/rotate.ts";
import { runTasks } from "./run.ts";

let t: TestProgram;
let host: OperatorHost;
const text = "The harbour plan, nobody else's business.";
const mailPassword = "mail-password-of-harbor";

beforeAll(async () => {
  t = await startTestProgram();
  host = await operatorHost(t);
  const bytes = new TextEncoder().encode(text);
  const admin = await t.harbor.as("administrator");
  const [stored] = await storeUploads(admin, [{ name: "plan.txt", type: "text/plain", bytes }]);
  if (stored !== undefined) await inUnit(admin, (work) => addFile(work, stored));
  await perform(t.harbor.system, updateMailSettings as never, {
    host: "smtp.harbor.test",
    port: 25,
    security: "none",
    username: "harbor",
    password: mailPassword,
    from_name: "Harbor IT",
    from_address: "desk@harbor.test",
    is_certificate_checked: true,
  });
});
afterAll(() => t.close());

const run = () => runTasks(t.app, () => false);
const settings = () =>
  t.app.database.read(t.harbor.id, (db) =>
    db.selectFrom("mail_settings").select("password_sealed").executeTakeFirstOrThrow(),
  );
const openPassword = async (): Promise<string> => {
  await t.app.database.read(t.harbor.id, (db) => loadTenant(t.app, db, t.harbor.id));
  return t.app.keyring.open("mail-settings", t.harbor.id, (await settings()).password_sealed ?? "");
};
const keysOf = (id: string) =>
  t.app.database.platform((db) =>
    db.selectFrom("tenant_keys").select("key_id").where("for_tenant_id", "=", id).execute(),
  );

async function fetchExport(taskId: string): Promise<Map<string, Uint8Array>> {
  const answer = await host.fetch(`/api/v1/tenant-tasks/${taskId}/download`, {
    headers: { authorization: `Bearer ${host.operator.key}` },
  });
  expect(answer.status).toBe(200);
  const tar = await Bun.zstdDecompress(await answer.arrayBuffer());
  const source = (async function* () {
    yield new Uint8Array(tar);
  })();
  const found = new Map<string, Uint8Array>();
  for await (const { name, body } of readTar(source)) found.set(name, Buffer.concat(await Array.fromAsync(body)));
  return found;
}

describe("an export", () => {
  test("holds every row and file of the one organization, says what it left out, and no secret", async () => {
    const asked = await host.api("POST", `/tenants/${t.harbor.id}/export`);
    expect([asked.status, asked.body.data.attributes.task_state]).toEqual([202, "waiting"]);
    await run();
    const task = await host.api("GET", `/tenant-tasks/${asked.body.data.id}`);
    expect(task.body.data.attributes).toMatchObject({ task_state: "done", task_kind: "export" });

    const entries = await fetchExport(asked.body.data.id);
    const manifest = JSON.parse(Buffer.from(entries.get("manifest.json") ?? []).toString());
    expect(manifest).toMatchObject({
      format: "purser-export",
      tenant: { id: t.harbor.id, name: "Harbor IT" },
      files: { count: 1, missing: [] },
    });
    const users = await t.app.database.read(t.harbor.id, (db) => db.selectFrom("users").select("id").execute());
    expect(manifest.tables.users).toMatchObject({ rows: users.length, left_out: ["password_hash"] });
    expect(manifest.left_out_tables).toContain("sessions");
    for (const { name } of allTables().filter((table) => !table.isPlatform))
      expect({ name, is: name in manifest.tables || manifest.left_out_tables.includes(name) }).toEqual({
        name,
        is: true,
      });

    const sha256 = createHash("sha256").update(text).digest("hex");
    expect(Buffer.from(entries.get(`files/${sha256}`) ?? []).toString()).toBe(text);
    const all = [...entries.values()].map((bytes) => Buffer.from(bytes).toString("latin1")).join("\n");
    expect(all).toContain("smtp.harbor.test");
    const { password_sealed } = await settings();
    for (const never of [mailPassword, password_sealed ?? "", '"token_hash":"', t.mill.id])
      expect({ never, is: all.includes(never) }).toEqual({ never, is: false });
  });

  test("lies encrypted on the disk, and is thrown away after a week", async () => {
    const directory = `${t.directory}/exports`;
    const [file = ""] = await readdir(directory);
    const bytes = await readFile(`${directory}/${file}`);
    expect(bytes.includes("harbour plan")).toBe(false);
    const id = file.replace(".sealed", "");
    t.clock.advance(8 * 86_400_000);
    await run();
    expect(await readdir(directory)).toEqual([]);
    expect((await host.api("GET", `/tenant-tasks/${id}/download`)).status).toBe(404);
  });
});

describe("a new key", () => {
  test("seals columns and files anew, and the earlier one goes when nothing needs it any more", async () => {
    const before = await keysOf(t.harbor.id);
    const sealedBefore = (await settings()).password_sealed;
    expect(sealedWith(Buffer.from(sealedBefore ?? "", "base64url")).keyId).toBe(before[0]?.key_id ?? "");

    await host.api("POST", `/tenants/${t.harbor.id}/rotate-key`);
    await run();
    expect(await keysOf(t.harbor.id)).toHaveLength(2);
    expect((await settings()).password_sealed).not.toBe(sealedBefore);
    expect(await openPassword()).toBe(mailPassword);

    t.clock.advance(graceMilliseconds + 1000);
    await run();
    const after = await keysOf(t.harbor.id);
    expect(after).toHaveLength(1);
    expect(after[0]?.key_id).not.toBe(before[0]?.key_id);
    expect(await openPassword()).toBe(mailPassword);
    const [file] = await t.app.database.read(t.harbor.id, (db) => db.selectFrom("files").select("sha256").execute());
    expect(Buffer.from(await t.app.files.get(t.harbor.id, file?.sha256 ?? "")).toString()).toBe(text);
    // The other organization's key is its own and stays.
    expect(await keysOf(t.mill.id)).toHaveLength(1);
  });

  test("is asked for once, however often", async () => {
    const first = await host.api("POST", `/tenants/${t.mill.id}/rotate-key`);
    const second = await host.api("POST", `/tenants/${t.mill.id}/rotate-key`);
    expect(second.body.data.id).toBe(first.body.data.id);
  });
});

test("a task is asked for once also by those who ask at the same moment", async () => {
  const made = await host.api("POST", "/tenants", tenantDocument({ name: "Asked IT", domain: "asked.example" }));
  const asked = await Promise.all(
    Array.from({ length: 4 }, () => host.api("POST", `/tenants/${made.body.data.id}/rotate-key`)),
  );
  expect(new Set(asked.map(({ body }) => body.data.id)).size).toBe(1);
});

test("without its key an organization is not served", async () => {
  const other = await host.api("POST", "/tenants", tenantDocument({ name: "Keyless", domain: "keyless.example" }));
  const { id } = other.body.data;
  await t.app.database.platform((db) => db.deleteFrom("tenant_keys").where("for_tenant_id", "=", id).execute());
  t.app.keyring.forget(id);
  await expect(refreshTenant(t.app, id)).rejects.toThrow("is missing");
});

describe("the order in which tables are emptied", () => {
  test("takes what refers before what it refers to, and loosens only what may be null", () => {
    const tables = allTables().filter((table) => !table.isPlatform);
    const { order, loosen } = purgeOrder(tables);
    const loosened = new Set(loosen.map(({ table, column }) => `${table.name}.${column}`));
    const place = new Map(order.map((table, index) => [table.name, index]));
    expect(order).toHaveLength(tables.length);
    for (const table of tables) {
      for (const [name, { references, isNullable }] of Object.entries(table.columns)) {
        if (references === null || !place.has(references)) continue;
        const isBefore = (place.get(table.name) ?? 0) < (place.get(references) ?? 0);
        const is = isBefore || (isNullable && loosened.has(`${table.name}.${name}`));
        expect({ reference: `${table.name}.${name}`, is }).toEqual({ reference: `${table.name}.${name}`, is: true });
      }
    }
    expect(loosen.some(({ table }) => table.name === "audit_log")).toBe(false);
  });
});

describe("deletion", () => {
  const remove = (name: string) =>
    host.api("DELETE", `/tenants/${t.harbor.id}`, tenantDocument({ confirm_name: name }, t.harbor.id));

  test("wants the organization suspended, its name typed, and an export in the operator's hands", async () => {
    expect((await remove("Harbor IT")).body.errors[0].code).toBe("not_suspended");
    const early = await host.api("POST", `/tenants/${t.harbor.id}/export`);
    await run();
    t.clock.advance(1000);
    await host.api("POST", `/tenants/${t.harbor.id}/suspend`, tenantDocument({ reason: "gone" }));
    // What happened since then is missing in one that was made before.
    await fetchExport(early.body.data.id);
    expect((await remove("Harbour")).body.errors[0].code).toBe("mismatch");
    expect((await remove("Harbor IT")).body.errors[0].code).toBe("not_exported");
  });

  test("cannot be had by calling the database's own function for a living organization", async () => {
    const attempt = (of: string) =>
      t.app.database
        .write(of, (db) =>
          db
            .selectNoFrom((eb) => eb.fn("purge_tenant_rows", [eb.val("users"), eb.val(of), eb.lit(10)]).as("n"))
            .execute(),
        )
        .then(
          () => "done",
          (error: Error) => error.message,
        );
    expect(await attempt(t.harbor.id)).toContain("only an organization that is being deleted");
    expect(await attempt(t.mill.id)).toContain("only an organization that is being deleted");
  });

  test("takes every row, file, name and key, leaves the others alone, and the log stays", async () => {
    const asked = await host.api("POST", `/tenants/${t.harbor.id}/export`);
    await run();
    await fetchExport(asked.body.data.id);
    const deleting = await remove("Harbor IT");
    expect(deleting.status).toBe(202);
    expect((await host.api("POST", `/tenants/${t.harbor.id}/activate`)).status).toBe(409);
    // Cut off by an outage it waits, and has not failed.
    const outage = Object.assign(new Error("terminating connection"), { code: "57P01" });
    const files: typeof t.app.files = { ...t.app.files, removeAll: () => Promise.reject(outage) };
    await runTasks({ ...t.app, files }, () => false);
    const cutOff = await host.api("GET", `/tenant-tasks/${deleting.body.data.id}`);
    expect(cutOff.body.data.attributes).toMatchObject({ task_state: "waiting", last_error: outage.message });
    t.clock.advance(61_000);
    await run();
    const task = await host.api("GET", `/tenant-tasks/${deleting.body.data.id}`);
    expect(task.body.data.attributes).toMatchObject({ task_state: "done", last_error: "" });

    expect((await host.api("GET", `/tenants/${t.harbor.id}`)).status).toBe(404);
    const { Client } = await import("pg");
    const client = new Client({ connectionString: t.raw.ownerUrl });
    await client.connect();
    for (const table of allTables().filter(({ isPlatform }) => !isPlatform)) {
      const { rows } = await client.query(`select count(*)::int as n from ${table.name} where tenant_id = $1`, [
        t.harbor.id,
      ]);
      expect({ table: table.name, left: rows[0].n }).toEqual({ table: table.name, left: 0 });
    }
    await client.end();
    expect(await keysOf(t.harbor.id)).toEqual([]);
    expect(await readdir(`${t.directory}/files`)).not.toContain(t.harbor.id);
    expect(await readdir(`${t.directory}/exports`)).toEqual([]);
    const key = await t.mill.key("administrator");
    expect((await t.api("GET", "/api/v1/users", { key, tenant: t.mill })).body.data.length).toBeGreaterThan(0);
    const log = await host.api("GET", `/operator-log?filter[about_tenant_id]=${t.harbor.id}&sort=-timestamp`);
    expect(log.body.data.map((one: { attributes: { doing: string } }) => one.attributes.doing)).toContain(
      "tenants.deleted",
    );
  });
});
