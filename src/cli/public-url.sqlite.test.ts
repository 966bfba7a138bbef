import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { purserOn } from "../../tests/support/cli.ts";
import { dataPaths } from "../platform/config/data-dir.ts";

let dataDir = "";
beforeEach(() => {
  mkdirSync("tmp/data", { recursive: true });
  dataDir = mkdtempSync(resolve("tmp/data/purser-public-url-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const purser = (...argv: string[]): ReturnType<typeof purserOn> =>
  purserOn(dataDir, argv, { PURSER_PUBLIC_URL: "http://192.0.2.1:8080" });

test("an address at which nobody can sign in is shown, taken back and forgotten at the command line", async () => {
  const file = join(dataDir, "password");
  writeFileSync(file, "seven quiet harbour lamps\n");
  await purser("admin", "create", "--email", "ada@harbor.test", "--name", "Ada", "--password-file", file);
  expect(await purser("public-url")).toMatchObject({ code: 0, out: "http://192.0.2.1:8080" });
  expect(await purser("public-url", "https://desk.example.com")).toMatchObject({
    code: 0,
    out: "https://desk.example.com",
  });
  expect(await purser("public-url", "http://desk.example.com")).toMatchObject({ out: "http://desk.example.com" });
  expect(await purser("public-url")).toMatchObject({ out: "http://desk.example.com" });
  for (const wrong of ["desk", "https://desk.example.com/path", "javascript:alert(1)"])
    expect({ wrong, ...(await purser("public-url", wrong)) }).toMatchObject({ wrong, code: 1, out: "" });
  expect(await purser("public-url", "http://desk.example.com", "--configured")).toMatchObject({ code: 2 });
  expect(await purser("public-url", "--configured")).toMatchObject({ code: 0, out: "http://192.0.2.1:8080" });

  const rows = new Database(dataPaths(dataDir).database, { readonly: true });
  const entry = rows.query("select actor_name, old_values from audit_log order by timestamp desc limit 1").get();
  expect(entry).toEqual({ actor_name: "Purser", old_values: expect.stringContaining("http://desk.example.com") });
  rows.close();
});
