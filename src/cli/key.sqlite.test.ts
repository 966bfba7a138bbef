import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { purserOn } from "../../tests/support/cli.ts";
import type { Config } from "../platform/config/config.ts";
import { loadConfig } from "../platform/config/config.ts";
import { addDataKey } from "../platform/crypto/data-keys.ts";
import { rotateDataKey } from "../platform/crypto/rotate.ts";
import { sealedWith } from "../platform/crypto/sealing.ts";
import { inUnit, systemContext } from "../platform/context.ts";
import { insert } from "../platform/database/records.ts";
import { addFile, storeUploads } from "../platform/files/files.ts";
import { lockDataDir } from "../platform/lock.ts";
import { loadTenant, mailSettings } from "../platform/tenants.ts";
import { type Opened, openProgram, tenantFor } from "./program.ts";

let dataDir = "";
beforeEach(() => {
  mkdirSync("tmp/data", { recursive: true });
  dataDir = mkdtempSync(resolve("tmp/data/purser-key-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const config = (): Config => loadConfig({}, { PURSER_DATA_DIR: dataDir });

const purser = (argv: string[]): ReturnType<typeof purserOn> => purserOn(dataDir, argv);

/** Does something with the program over the data, as the server would. */
async function withProgram<T>(run: (opened: Opened, tenantId: string) => Promise<T>): Promise<T> {
  const opened = await openProgram(config(), { isAlone: false, publicUrl: "http://localhost" });
  try {
    return await run(opened, await tenantFor(opened.database, null));
  } finally {
    await opened.close();
  }
}

async function keep(opened: Opened, id: string): Promise<string> {
  const { app } = opened.program;
  const tenant = await app.database.read(id, (db) => loadTenant(app, db, id));
  const ctx = systemContext(app, tenant);
  const [file] = await storeUploads(ctx, [
    { name: "plan.txt", type: "text/plain", bytes: Buffer.from("harbour plan") },
  ]);
  if (file === undefined) throw new Error("the file was not stored");
  return inUnit(ctx, async (work) => {
    const password_sealed = app.keyring.seal("mail-settings", id, "a mail server's password");
    await insert(work, mailSettings, {
      host: "mail.test",
      port: 587,
      security: "starttls",
      from_name: "Harbor IT",
      from_address: "desk@harbor.test",
      password_sealed,
    });
    await addFile(work, file);
    return file.sha256;
  });
}

const read = (sha256: string) =>
  withProgram(async ({ program: { app } }, id) => {
    await app.database.read(id, (db) => loadTenant(app, db, id));
    const row = await app.database.read(id, (db) =>
      db.selectFrom("mail_settings").select("password_sealed").executeTakeFirstOrThrow(),
    );
    return {
      password: app.keyring.open("mail-settings", id, row.password_sealed ?? ""),
      file: Buffer.from(await app.files.get(id, sha256)).toString(),
      keyId: sealedWith(Buffer.from(row.password_sealed ?? "", "base64url")).keyId,
    };
  });

test("a new key seals everything anew, and the earlier one is gone", async () => {
  const sha256 = await withProgram(keep);
  const before = await read(sha256);
  const { code, err } = await purser(["key", "rotate"]);
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining("The new key seals everything (1 file)") });
  const after = await read(sha256);
  expect(after).toMatchObject({ password: "a mail server's password", file: "harbour plan" });
  expect(after.keyId).not.toBe(before.keyId);
  const [only, ...others] = JSON.parse((await purser(["key", "list", "--json"])).out);
  expect([only.key_id, only.is_current, others]).toEqual([after.keyId, true, []]);
  const folder = join(dataDir, "files");
  const [path = ""] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(sha256),
  );
  expect(sealedWith(readFileSync(join(folder, path))).keyId).toBe(after.keyId);
});

test("one that was broken off goes on with the key that is there", async () => {
  const sha256 = await withProgram(keep);
  const begun = await withProgram(({ program: { app } }, id) => app.database.platform((db) => addDataKey(app, db, id)));
  expect((await purser(["key", "list"])).out).toContain("a rotation is under way");
  expect((await read(sha256)).keyId).not.toBe(begun);
  expect((await purser(["key", "rotate"])).code).toBe(0);
  expect((await read(sha256)).keyId).toBe(begun);
  expect((await purser(["key", "list"])).out.split("\n")).toHaveLength(1);
});

test("while a backup is made it is refused: its files would be sealed with a key that its database does not know", async () => {
  const sha256 = await withProgram(keep);
  const { keyId } = await read(sha256);
  const lock = lockDataDir(dataDir, "backup.lock");
  try {
    expect((await purser(["key", "rotate"])).code).toBe(75);
  } finally {
    lock.release();
  }
  expect((await read(sha256)).keyId).toBe(keyId);
});

test("while a server has the data, the earlier key stays until a while has gone by", async () => {
  const sha256 = await withProgram(keep);
  const lock = lockDataDir(dataDir);
  try {
    const again = await withProgram(({ program: { app } }, id) =>
      rotateDataKey(app, id, { total: () => undefined, file: () => undefined }),
    );
    expect(again).not.toBeNull();
    expect((await purser(["key", "list"])).out.split("\n")).toHaveLength(2);
    expect((await read(sha256)).file).toBe("harbour plan");
  } finally {
    lock.release();
  }
  expect((await purser(["key", "rotate"])).code).toBe(0);
  expect((await purser(["key", "list"])).out.split("\n")).toHaveLength(1);
});
