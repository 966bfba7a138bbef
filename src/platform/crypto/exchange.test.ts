import { afterAll, beforeAll, expect, test } from "bun:test";
import { setUpMail } from "../../../tests/support/mail-settings.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { recoveryHash } from "../access/recovery-codes.ts";
import { type App, inUnit } from "../context.ts";
import { addFile, storeUploads } from "../files/files.ts";
import { fileStore } from "../files/store.ts";
import { newId, noId } from "../ids.ts";
import { showLife } from "../jobs/nodes.ts";
import { loadTenant } from "../tenants.ts";
import { exchangeMasterKey } from "./exchange.ts";
import { keyring } from "./keyring.ts";
import { sealedWith } from "./sealing.ts";

const next = new Uint8Array(32).fill(11);
const password = "a mail server's password";

let t: TestProgram;
let sha256 = "";
const operator = newId();

/** An organization with a secret and a file from before there were data keys, recovery codes, and an operator with an app. */
beforeAll(async () => {
  t = await startTestProgram();
  const { id } = t.harbor;
  await t.app.database.platform(async (db) => {
    await db.insertInto("installation").values({ fact: "key_id", fact_value: t.app.keyring.keyId }).execute();
    await db
      .insertInto("operators")
      .values({
        id: operator,
        name: "Olga",
        email: "olga@purser.test",
        password_hash: "",
        totp_sealed: t.app.keyring.seal("operator-totp", noId, "OLGA"),
        created_at: t.clock.now(),
        updated_at: t.clock.now(),
      } as never)
      .execute();
  });
  await setUpMail(t.harbor);
  const admin = await t.harbor.as("administrator");
  t.app.keyring.forget(id);
  const bytes = Buffer.from("harbour plan");
  const [file] = await storeUploads(admin, [{ name: "plan.txt", type: "text/plain", bytes }]);
  const password_sealed = t.app.keyring.seal("mail-settings", id, password);
  if (file === undefined) throw new Error("the file was not stored");
  sha256 = file.sha256;
  await t.app.database.read(id, (db) => loadTenant(t.app, db, id));
  await inUnit(admin, async (work) => {
    await addFile(work, file);
    await work.db.updateTable("mail_settings").set({ password_sealed }).execute();
    const user_id = admin.actor.user_id ?? "";
    const code_hash = recoveryHash(work, user_id, "abcde-fghjk");
    await work.db
      .insertInto("recovery_codes")
      .values({ id: newId(), user_id, code_hash, created_at: t.clock.now(), used_at: null })
      .execute();
  });
});
afterAll(() => t.close());

/** The program as it is after a start with a master key. */
function startedWith(master: Uint8Array): App {
  const keys = keyring(master);
  return { ...t.app, keyring: keys, files: fileStore(`${t.directory}/files`, keys) };
}
const earlier = (): App => startedWith(new Uint8Array(32).fill(7));

async function read(app: App) {
  const { id } = t.harbor;
  await app.database.read(id, (db) => loadTenant(app, db, id));
  const row = await app.database.read(id, (db) =>
    db.selectFrom("mail_settings").select("password_sealed").executeTakeFirstOrThrow(),
  );
  const { totp_sealed } = await app.database.platform((db) =>
    db.selectFrom("operators").select("totp_sealed").where("id", "=", operator).executeTakeFirstOrThrow(),
  );
  const sealed = row.password_sealed ?? "";
  return {
    password: app.keyring.open("mail-settings", id, sealed),
    version: sealedWith(Buffer.from(sealed, "base64url")).version,
    file: Buffer.from(await app.files.get(id, sha256)).toString(),
    totp: app.keyring.open("operator-totp", noId, totp_sealed ?? ""),
    codes: (await app.database.read(id, (db) => db.selectFrom("recovery_codes").select("id").execute())).length,
  };
}

const named = () =>
  t.app.database.platform((db) =>
    db.selectFrom("installation").select("fact_value").where("fact", "=", "key_id").executeTakeFirst(),
  );

test("what breaks off in between leaves everything under the earlier key", async () => {
  const wrapped = (id: string) =>
    t.app.database.platform((db) =>
      db.selectFrom("tenant_keys").select("wrapped_key").where("for_tenant_id", "=", id).executeTakeFirstOrThrow(),
    );
  const put = (wrapped_key: string) =>
    t.app.database.platform((db) =>
      db.updateTable("tenant_keys").set({ wrapped_key }).where("for_tenant_id", "=", t.mill.id).execute(),
    );
  const { wrapped_key } = await wrapped(t.mill.id);
  const app = earlier();
  await app.database.read(t.mill.id, (db) => loadTenant(app, db, t.mill.id));
  await put((await wrapped(t.harbor.id)).wrapped_key);
  await expect(exchangeMasterKey(app, next)).rejects.toThrow();
  expect((await named())?.fact_value).toBe(app.keyring.keyId);
  expect(await read(earlier())).toMatchObject({ password, file: "harbour plan", totp: "OLGA" });
  await put(wrapped_key);
});

if (MULTI_TENANT)
  test("while a node runs it is refused", async () => {
    await showLife(t.app);
    await expect(exchangeMasterKey(earlier(), next)).rejects.toThrow("a node is still running");
    t.clock.advance(21_000);
  });

test("the same key is refused", async () => {
  await expect(exchangeMasterKey(earlier(), new Uint8Array(32).fill(7))).rejects.toThrow("in use already");
});

test("everything is under the new key, also what was sealed before there were data keys, and the earlier one opens nothing", async () => {
  const done = await exchangeMasterKey(earlier(), next);
  expect(done).toMatchObject({ keyId: keyring(next).keyId, organizations: 2 });
  expect(await read(startedWith(next))).toEqual({
    password,
    version: 2,
    file: "harbour plan",
    totp: "OLGA",
    codes: 0,
  });
  await expect(read(earlier())).rejects.toThrow("cannot be opened");
});

test("of two exchanges at once one is refused", async () => {
  await expect(exchangeMasterKey(earlier(), new Uint8Array(32).fill(12))).rejects.toThrow();
  expect((await named())?.fact_value).toBe(keyring(next).keyId);
});
