import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { purserOn } from "../../tests/support/cli.ts";
import { loadConfig } from "../platform/config/config.ts";
import { exchangeMasterKey } from "../platform/crypto/exchange.ts";
import { createMasterKey, keyIdAt, readMasterKey } from "../platform/crypto/master-key.ts";
import { lockDataDir } from "../platform/lock.ts";
import { openProgram, tenantFor } from "./program.ts";

let dataDir = "";
let keyFile = "";
beforeEach(async () => {
  mkdirSync("tmp/data", { recursive: true });
  dataDir = mkdtempSync(resolve("tmp/data/purser-exchange-"));
  keyFile = join(dataDir, "secret.key");
  // The first start makes the organization, the next ones use its data key.
  await (await open()).close();
  await keep();
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const config = () => loadConfig({}, { PURSER_DATA_DIR: dataDir });
const open = () => openProgram(config(), { isAlone: false, publicUrl: "http://localhost" });
let sha256 = "";

const purser = (...argv: string[]): ReturnType<typeof purserOn> => purserOn(dataDir, argv);

async function keep(): Promise<void> {
  const opened = await open();
  const id = await tenantFor(opened.database, null);
  ({ sha256 } = await opened.program.app.files.put(id, Buffer.from("harbour plan")));
  await opened.close();
}

/** What is read of the file by whatever key is found. */
async function read(): Promise<string> {
  const opened = await open();
  try {
    const id = await tenantFor(opened.database, null);
    return Buffer.from(await opened.program.app.files.get(id, sha256)).toString();
  } finally {
    await opened.close();
  }
}

/** The exchange as far as the data; it is cut off before the key comes to its place. */
async function cutOff(path: string): Promise<void> {
  createMasterKey(path);
  const opened = await open();
  await exchangeMasterKey(opened.program.app, readMasterKey(path));
  await opened.close();
}

test("a new key takes the place of the present one, which is kept for backups from before", async () => {
  const before = keyIdAt(keyFile);
  const { code, err } = await purser("key", "exchange");
  const after = keyIdAt(keyFile);
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining(`under the new master key ${after}`) });
  expect(after).not.toBe(before);
  expect(keyIdAt(`${keyFile}.${before}`)).toBe(before);
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir).filter((name) => name.startsWith("secret.key"))).toHaveLength(2);
  expect(await read()).toBe("harbour plan");
  expect((await purser("doctor")).out).toContain(`id ${after}; kept for earlier backups: ${before}`);
  expect(
    JSON.parse((await purser("backup", "create", "--json", "--to", join(dataDir, "new.tar.zst"))).out),
  ).toMatchObject({ key_id: after });
});

test("cut off before the data has gone over it goes on with the same key, and the earlier one works meanwhile", async () => {
  const before = keyIdAt(keyFile);
  createMasterKey(`${keyFile}.next`);
  const waiting = keyIdAt(`${keyFile}.next`);
  expect(await read()).toBe("harbour plan");
  expect(keyIdAt(keyFile)).toBe(before);
  expect((await purser("doctor")).out).toContain(`an exchange for ${waiting} was begun`);
  expect((await purser("key", "exchange")).code).toBe(0);
  expect(keyIdAt(keyFile)).toBe(waiting);
});

test("cut off after the data has gone over, any start puts the key in its place", async () => {
  await cutOff(`${keyFile}.next`);
  const waiting = keyIdAt(`${keyFile}.next`);
  expect((await purser("doctor")).code).toBe(0);
  expect((await purser("backup", "create")).err).toContain("`purser key exchange` ends it");
  expect(await read()).toBe("harbour plan");
  expect([keyIdAt(keyFile), existsSync(`${keyFile}.next`)]).toEqual([waiting, false]);
});

test("cut off after the data has gone over, called again it ends that and begins no other", async () => {
  await cutOff(`${keyFile}.next`);
  const waiting = keyIdAt(`${keyFile}.next`);
  const { code, err } = await purser("key", "exchange");
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining("cut off is finished") });
  expect(keyIdAt(keyFile)).toBe(waiting);
});

test("a key of one's own is put in place by oneself", async () => {
  const own = join(dataDir, "own.key");
  const content = readFileSync(keyFile);
  for (const said of ["under the new master key", "already"]) {
    const { code, err } = await purser("key", "exchange", "--new-key", own);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining(said) });
    expect(err).toContain(`Put ${own} in the place of ${keyFile}`);
    expect(readFileSync(keyFile)).toEqual(content);
  }
  await expect(read()).rejects.toThrow("this data was sealed with the master key");
  expect((await purser("doctor")).code).toBe(1);
  renameSync(own, keyFile);
  expect(await read()).toBe("harbour plan");
});

test("while a server or a backup runs it is refused", async () => {
  const before = keyIdAt(keyFile);
  for (const name of ["purser.lock", "backup.lock"] as const) {
    const lock = lockDataDir(dataDir, name);
    try {
      expect((await purser("key", "exchange")).code).toBe(75);
    } finally {
      lock.release();
    }
  }
  expect(keyIdAt(keyFile)).toBe(before);
});
