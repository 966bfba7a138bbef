import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit } from "../../platform/context.ts";
import type { Db } from "../../platform/database/tables.ts";
import { exportTenant } from "../../platform/export/archive.ts";
import { addFile, storeUploads } from "../../platform/files/files.ts";
import { readTar } from "../../platform/backup/tar.ts";
import { buildExports } from "./build.ts";

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  const company = { data: { type: "companies", attributes: { name: "Archived Ltd" } } };
  await t.api("POST", "/api/v1/companies", { key, body: company });
  const admin = await t.harbor.as("administrator");
  const [file] = await storeUploads(admin, [{ name: "plan.txt", type: "text/plain", bytes: Buffer.from("a plan") }]);
  if (file !== undefined) await inUnit(admin, (work) => addFile(work, file));
});
afterAll(() => t.close());

const ask = (who = key) =>
  t.api("POST", "/api/v1/data-exports", { key: who, body: { data: { type: "data_exports", attributes: {} } } });

async function namesIn(bytes: Uint8Array): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const source = (async function* () {
    yield bytes;
  })();
  for await (const entry of readTar(source)) {
    const parts: Uint8Array[] = [];
    for await (const part of entry.body) parts.push(part);
    found.set(entry.name, Buffer.concat(parts).toString());
  }
  return found;
}

test("an archive is built in the background, holds CSV, tables and a manifest, and expires", async () => {
  const made = await ask();
  expect(made.status).toBe(201);
  expect((await ask()).status).toBe(409);
  const path = `/api/v1/data-exports/${made.body.data.id}`;
  expect((await t.api("GET", `${path}/content`, { key })).status).toBe(404);
  await buildExports(t.app, () => false);
  expect((await t.api("GET", path, { key })).body.data.attributes.export_status).toBe("ready");
  // As large as they get, said as sizes are said everywhere.
  await inUnit(t.harbor.system, ({ db }) => db.updateTable("data_exports").set({ result_kb: 5_000_000 }).execute());
  const page = await (await browserOf(t, await makeStaff(t.harbor, "administrator"))).open("/settings/exports");
  expect(page.text).toContain("Download 5,000.0 MB");
  const answer = await t.fetch(`${path}/content`, { headers: { authorization: `Bearer ${key}` } });
  const files = await namesIn(await Bun.zstdDecompress(new Uint8Array(await answer.arrayBuffer())));
  expect(files.get("csv/companies.csv")).toContain("Archived Ltd");
  expect(files.get("tables/companies.0001.ndjson")).toContain("Archived Ltd");
  expect(JSON.parse(files.get("manifest.json") ?? "{}")).toMatchObject({ tenant: { name: "Harbor IT" } });
  expect(files.get("tables/users.0001.ndjson")).not.toContain("password_hash");
  t.clock.set("2026-12-24T09:00:00.000Z");
  await buildExports(t.app, () => false);
  expect((await t.api("GET", `${path}/content`, { key })).status).toBe(404);
});

test("nobody else gets it: neither without the permission nor of another organization", async () => {
  const manager = await t.harbor.key("manager");
  expect((await ask(manager)).status).toBe(403);
  const made = await ask();
  const mill = await t.mill.key("administrator");
  const path = `/api/v1/data-exports/${made.body.data.id}`;
  expect((await t.api("GET", path, { key: mill, tenant: t.mill })).status).toBe(404);
});

const statusOf = async (id: string) =>
  (await t.api("GET", `/api/v1/data-exports/${id}`, { key })).body.data.attributes.export_status;
const outage = Object.assign(new Error("terminating connection"), { code: "57P01" });

/** The program, for which something goes wrong where it seals what it keeps. */
const sealingFails = (error: Error): typeof t.app => ({
  ...t.app,
  keyring: {
    ...t.app.keyring,
    sealBytes: () => {
      throw error;
    },
  },
});

test("an export that an outage cuts off waits and is built later; one that meets a defect has failed", async () => {
  await buildExports(t.app, () => false);
  const { id } = (await ask()).body.data;
  await buildExports(sealingFails(outage), () => false);
  expect(await statusOf(id)).toBe("waiting");
  t.clock.advance(61_000);
  await buildExports(t.app, () => false);
  expect(await statusOf(id)).toBe("ready");

  const other = (await ask()).body.data.id;
  await buildExports(sealingFails(new Error("broken")), () => false);
  expect(await statusOf(other)).toBe("failed");
});

test("one organization's export that cannot be seen to keeps nobody else's waiting", async () => {
  const mill = { key: await t.mill.key("administrator"), tenant: t.mill };
  const body = { data: { type: "data_exports", attributes: {} } };
  const mine = (await ask()).body.data.id;
  const theirs = (await t.api("POST", "/api/v1/data-exports", { ...mill, body })).body.data.id;
  const database: typeof t.app.database = {
    ...t.app.database,
    write: (tenantId, work) =>
      tenantId === t.harbor.id ? Promise.reject(new Error("broken")) : t.app.database.write(tenantId, work),
  };
  await buildExports({ ...t.app, database }, () => false);
  const there = await t.api("GET", `/api/v1/data-exports/${theirs}`, mill);
  expect([there.body.data.attributes.export_status, await statusOf(mine)]).toEqual(["ready", "waiting"]);
  await buildExports(t.app, () => false);
});

test("a builder that stood still while another one took its export over writes nothing into it", async () => {
  const { id } = (await ask()).body.data;
  const expiry = async () =>
    (await t.api("GET", `/api/v1/data-exports/${id}`, { key })).body.data.attributes.expires_at;
  let kept = "";
  const files: typeof t.app.files = {
    ...t.app.files,
    get: async (...of) => {
      t.clock.advance(61_000);
      await buildExports(t.app, () => false);
      kept = await expiry();
      t.clock.advance(86_400_000);
      return t.app.files.get(...of);
    },
  };
  await buildExports({ ...t.app, files }, () => false);
  expect(kept).toBeTruthy();
  expect([await statusOf(id), await expiry()]).toEqual(["ready", kept]);
});

test("no table is read as a whole, and links come along once each", async () => {
  const { app } = t;
  const tags = Array.from({ length: 450 }, (_, number) => `tag ${String(number).padStart(3, "0")}`);
  await app.database.write(t.harbor.id, async (db) => {
    const { id } = await db.selectFrom("companies").select("id").executeTakeFirstOrThrow();
    for (const tag of tags)
      await db.insertInto("record_tags").values({ entity_type: "companies", entity_id: id, tag }).execute();
  });
  let longest = 0;
  const database = {
    ...app.database,
    read: async <T>(tenantId: string, work: (db: Db) => Promise<T>): Promise<T> => {
      const found = await app.database.read(tenantId, work);
      if (Array.isArray(found)) longest = Math.max(longest, found.length);
      return found;
    },
  };
  const parts: Uint8Array[] = [];
  for await (const part of exportTenant({ ...app, database }, { id: t.harbor.id, name: "Harbor IT" })) parts.push(part);
  const text = (await namesIn(Buffer.concat(parts))).get("tables/record_tags.0001.ndjson") ?? "";
  const exported = text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { tag: string }).tag);
  expect(exported.toSorted()).toEqual(tags);
  expect(longest).toBeLessThan(tags.length);
});
