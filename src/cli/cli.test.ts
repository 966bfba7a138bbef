import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { purserOn } from "../../tests/support/cli.ts";
import { migrations } from "#generated/migrations.ts";
import { dataPaths } from "../platform/config/data-dir.ts";
import { keyNames } from "../platform/config/keys.ts";
import { createMasterKey } from "../platform/crypto/master-key.ts";
import { migrateSqlite } from "../platform/database/migrator.ts";
import { lockDataDir } from "../platform/lock.ts";

let dataDir = "";
beforeEach(() => {
  // Not the system's temporary directory: that is memory on many machines, which is refused for data.
  mkdirSync("tmp/data", { recursive: true });
  dataDir = mkdtempSync(resolve("tmp/data/purser-cli-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const purser = (argv: string[], env?: Record<string, string>): ReturnType<typeof purserOn> =>
  purserOn(dataDir, argv, env);

async function installation(): Promise<void> {
  createMasterKey(join(dataDir, "secret.key"));
  await migrateSqlite(dataPaths(dataDir).database, migrations);
}

test("a wrong call is answered with 2 and what was probably meant", async () => {
  expect(await purser(["bakcup"])).toMatchObject({ code: 2, out: "" });
  expect((await purser(["bakcup"])).err).toContain('there is no verb "bakcup"; did you mean backup?');
  expect((await purser(["backup", "crate"])).err).toContain("did you mean create?");
  expect((await purser(["version", "--jsno"])).err).toContain("did you mean --json?");
  expect((await purser(["version", "--json", "--json"])).err).toContain("given twice");
  expect((await purser(["version", "--json=yes"])).err).toContain("takes no value");
  expect((await purser(["version", "now"])).err).toContain("one argument too many");
  expect((await purser(["doctor", "--data-dir"])).err).toContain("--data-dir needs a value");
  expect((await purser(["restore"])).err).toContain("FILE is missing");
  expect((await purser(["backup"])).code).toBe(2);
});

test("a wrong call is led to the help of what was called", async () => {
  expect((await purser(["backup", "verify"])).err).toContain("See: purser backup verify --help");
  expect((await purser(["backup", "crate"])).err).toContain("See: purser backup --help");
  expect((await purser(["restore"])).err).toContain("See: purser restore --help");
});

test("help comes from the verbs themselves", async () => {
  const group = await purser(["backup", "--help"]);
  expect(group).toMatchObject({ code: 0, err: "" });
  expect(group.out).toContain("backup verify FILE");
  const verb = await purser(["help", "restore"]);
  expect(verb.out).toContain("Usage: purser restore FILE [--dry-run] [--json] [SETTING …]");
  expect(verb.out).toContain("--data-dir DIR");
});

test("every verb is listed, under the name it is called by", async () => {
  const { code, out } = await purser(["--help"]);
  expect(code).toBe(0);
  const names = [...out.matchAll(/^ {2}(\S+) {2,}\S/gm)].map((match) => match[1]);
  expect(names).toContain("serve");
  for (const name of names) expect(await purser([name ?? "", "--help"])).toMatchObject({ code: 0, err: "" });
});

test("version names the program, for people and for programs", async () => {
  expect((await purser(["--version"])).out).toMatch(/^purser \d+\.\d+\.\d+/);
  expect(JSON.parse((await purser(["version", "--json"])).out)).toMatchObject({
    edition: MULTI_TENANT ? "multi-tenant" : "single",
    schema_version: Object.keys(migrations).sort().at(-1),
  });
});

test("a configuration that cannot be used is answered with 78", async () => {
  const { code, err } = await purser(["config", "check"], { PURSER_LITSEN: "x", PURSER_LOG_FORMAT: "xml" });
  expect(code).toBe(78);
  expect(err).toContain("did you mean PURSER_LISTEN?");
  expect(err).toContain("PURSER_LOG_FORMAT (environment) must be auto, json or text");
});

test("settings are dumped with their source, secrets masked, and each can be explained", async () => {
  const env: Record<string, string> = MULTI_TENANT ? { PURSER_DATABASE_URL: "postgres://u:hunter2@h/d" } : {};
  const { out } = await purser(["config", "dump", "--json", "--listen", "127.0.0.1:9"], env);
  expect(JSON.parse(out)).toContainEqual({
    key: "PURSER_LISTEN",
    value: "127.0.0.1:9",
    source: "--listen",
    default: "127.0.0.1:8080",
  });
  expect(out).not.toContain("hunter2");
  for (const name of keyNames) expect((await purser(["config", "explain", name])).out).toStartWith(`${name}: `);
  expect((await purser(["config", "explain", "PURSER_LISEN"])).err).toContain("did you mean PURSER_LISTEN?");
});

test("the example file can be read back as it is, and with every line switched on", async () => {
  const { out } = await purser(["config", "example"]);
  const path = join(dataDir, "purser.conf");
  writeFileSync(path, out);
  expect(await purser(["config", "dump", "--config", path])).toMatchObject({ code: 0 });
  writeFileSync(path, out.replaceAll(/^#(PURSER_\w+=.+)$/gm, "$1"));
  expect(await purser(["config", "dump", "--config", path])).toMatchObject({ code: 0 });
});

test("healthcheck answers 0 for a server that is ready and 1 for any other", async () => {
  let status = 200;
  const server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const ask = () => purser(["healthcheck", "--listen", `0.0.0.0:${port}`], { HTTP_PROXY: "http://127.0.0.1:1" });
  expect(await ask()).toMatchObject({ code: 0, out: "ok" });
  status = 503;
  expect(await ask()).toMatchObject({ code: 1, err: "/readyz answers 503" });
  await new Promise((resolve) => server.close(resolve));
  expect((await ask()).code).toBe(1);
});

if (MULTI_TENANT) {
  test("backups of the multi-tenant edition are PostgreSQL's business", async () => {
    for (const argv of [
      ["backup", "create"],
      ["backup", "list"],
      ["restore", "x"],
    ]) {
      const { code, err } = await purser(argv);
      expect(code).toBe(2);
      expect(err).toContain("pg_dump");
    }
  });
}

if (!MULTI_TENANT) {
  test("a backup is made, listed, verified, rehearsed and restored", async () => {
    await installation();
    const made = await purser(["backup", "create"]);
    expect(made).toMatchObject({ code: 0 });
    expect(existsSync(made.out)).toBe(true);
    expect(made.err).toContain("THE SECRET KEY IS NOT INSIDE");
    expect((await purser(["backup", "list", "--json"])).out).toContain(made.out);
    expect(await purser(["backup", "verify", made.out])).toMatchObject({ code: 0 });
    expect((await purser(["restore", made.out, "--dry-run"])).out).toContain("can be restored");
    expect(readdirSync(dataDir).some((name) => name.startsWith("before-restore"))).toBe(false);
    const restored = await purser(["restore", made.out, "--json"]);
    expect(restored.code).toBe(0);
    expect(existsSync((JSON.parse(restored.out) as { replaced: string }).replaced)).toBe(true);
  });

  test("a key inside is told loudly", async () => {
    await installation();
    expect((await purser(["backup", "create", "--with-key"])).err).toContain("THE SECRET KEY IS INSIDE");
  });

  test("each kind of refusal has its exit code", async () => {
    await installation();
    const { out: archive } = await purser(["backup", "create"]);
    expect((await purser(["backup", "create", "--to", archive])).code).toBe(73);
    expect((await purser(["backup", "verify", "/nowhere/at-all"])).code).toBe(1);
    const server = lockDataDir(dataDir);
    expect((await purser(["restore", archive])).code).toBe(75);
    server.release();
    expect((await purser(["restore", archive], { PURSER_SECRET_KEY_FILE: join(dataDir, "other.key") })).code).toBe(78);
  });

  test("doctor finds what is wrong, and tells warnings from failures", async () => {
    await installation();
    const healthy = await purser(["doctor", "--json"]);
    expect(healthy.code).toBe(0);
    const { findings } = JSON.parse(healthy.out) as { findings: { check: string; status: string }[] };
    expect(findings.filter(({ status }) => status !== "ok").map(({ check }) => check)).toEqual(["backups"]);
    writeFileSync(dataPaths(dataDir).database, "damaged".repeat(1000));
    const broken = await purser(["doctor"]);
    expect(broken.code).toBe(1);
    expect(broken.out).toContain("FAIL  database");
  });

  test("doctor knows a running server, and leaves it alone", async () => {
    await installation();
    const server = lockDataDir(dataDir);
    expect((await purser(["doctor"])).out).toMatch(/server +running/);
    server.release();
  });

  test("doctor finds a key that is gone or another one", async () => {
    await installation();
    rmSync(join(dataDir, "secret.key"));
    expect((await purser(["doctor"])).out).toMatch(/FAIL {2}secret key/);
  });

  test("a damaged database is named with what to do about it, and left as it is", async () => {
    await installation();
    const path = dataPaths(dataDir).database;
    writeFileSync(path, "no database any more");
    for (const verb of ["setup-url", "migrate"]) {
      const { code, err } = await purser([verb]);
      expect([code, err]).toEqual([
        1,
        expect.stringContaining("purser: the database is damaged: file is not a database"),
      ]);
      expect(err).toContain("`purser restore FILE`");
    }
    expect(readFileSync(path, "utf8")).toBe("no database any more");
  });
}
