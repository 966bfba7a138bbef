import { describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { api, cleanUpAfterwards, company, installation, person, started } from "./support/started.ts";

cleanUpAfterwards();

describe("the first start on SQLite", () => {
  test("prints a setup link, keeps it for the operator alone, and lets nobody in without it", async () => {
    const one = await installation();
    const server = await started(one);
    const url = server.setupUrl() ?? "";
    expect(url).toStartWith(`${one.url}/setup/start/`);
    const kept = join(one.dataDir, "setup-url");
    expect(readFileSync(kept, "utf8").trim()).toBe(url);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect((await fetch(`${one.url}/`, { redirect: "manual" })).status).toBe(503);
    expect((await fetch(`${one.url}/api/v1/companies`)).status).toBe(503);
    expect((await fetch(`${one.url}/setup/organization`, { redirect: "manual" })).status).toBe(303);
    expect((await fetch(`${one.url}/setup/start/pu_guess`)).status).toBe(404);
    expect((await fetch(url)).status).toBe(200);
  });

  test("makes a new link at each start and on demand; the one before stops working", async () => {
    const one = await installation();
    const first = await started(one);
    const old = first.setupUrl() ?? "";
    const { code, stdout } = await one.cli(["setup-url"]);
    expect(code).toBe(0);
    expect((await fetch(old)).status).toBe(404);
    expect((await fetch(stdout.trim())).status).toBe(200);
  });
});

describe("the data directory", () => {
  test("leaves a database alone that belongs to a newer version", async () => {
    const one = await installation();
    await one.firstKey(person);
    const database = new Database(join(one.dataDir, "purser.sqlite"));
    database.run("insert into migrations values ('99990101T0000_future', '2099-01-01T00:00:00.000Z')");
    database.close();
    const { code, stderr } = await one.cli(["serve"]);
    expect(code).toBe(78);
    expect(stderr).toContain("newer Purser");
  });

  test("refuses a second server on the same data", async () => {
    const one = await installation();
    await one.firstKey(person);
    await started(one);
    const { code, stderr } = await one.cli(["serve", "--listen", "127.0.0.1:0"]);
    expect(code).toBe(75);
    expect(stderr).toContain("another Purser");
  });
});

describe("a backup", () => {
  test("taken while the server runs brings everything back, and a damaged one changes nothing", async () => {
    const one = await installation();
    const key = await one.firstKey(person);
    const server = await started(one);
    await api(one, key, "/companies", company("Before the backup"));
    const backup = await one.cli(["backup", "create", "--with-key"]);
    expect(backup.code).toBe(0);
    const file = backup.stdout.trim();
    await api(one, key, "/companies", company("After the backup"));
    const busy = await one.cli(["restore", file]);
    expect(busy.code).toBe(75);
    await server.stop();
    const damaged = `${file}.damaged`;
    const bytes = new Uint8Array(await Bun.file(file).arrayBuffer());
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 0xff;
    await Bun.write(damaged, bytes);
    expect((await one.cli(["restore", damaged])).code).not.toBe(0);
    expect((await one.cli(["restore", file])).code).toBe(0);
    await started(one);
    const { data } = (await (await api(one, key, "/companies")).json()) as { data: { attributes: { name: string } }[] };
    expect(data.map((row) => row.attributes.name)).toEqual(["Before the backup"]);
  });
});
