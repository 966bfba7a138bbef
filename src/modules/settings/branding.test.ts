import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserHeaders } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
let headers: Readonly<Record<string, string>>;
beforeAll(async () => {
  t = await startTestProgram();
  headers = await browserHeaders(t, await t.harbor.as("administrator"));
});
afterAll(() => t.close());

const save = (fields: Record<string, string>): Promise<Response> =>
  t.fetch("/settings/branding", { method: "POST", headers, body: new URLSearchParams(fields) });
const read = async (path: string): Promise<string> => (await t.fetch(path)).text();

test("without a brand the pages are Purser's own", async () => {
  expect(await read("/portal/sign-in")).not.toContain("brand.css");
  expect((await t.fetch("/brand.css")).status).toBe(404);
  expect((await t.fetch("/brand/logo")).status).toBe(404);
});

test("the colour and the words of welcome stand at the portal's door, on its first page and in mails", async () => {
  const { portal } = await makeClient(t, "Branded Ltd");
  expect((await save({ brand_color: "#cc0066", portal_welcome: "In an emergency call 555 0100." })).status).toBe(303);
  const door = await read("/portal/sign-in");
  expect(door).toContain("/brand.css?v");
  expect(door).toContain("In an emergency call 555 0100.");
  const sheet = await t.fetch("/brand.css?v=cc0066");
  expect([sheet.headers.get("content-type"), await sheet.text()]).toEqual([
    "text/css; charset=utf-8",
    expect.stringContaining("--color-primary: #cc0066; --color-primary-content: #ffffff;"),
  ]);
  const home = await t.fetch("/portal", { headers: await browserHeaders(t, portal) });
  expect(await home.text()).toContain("In an emergency call 555 0100.");
  await t.fetch("/forgot", {
    method: "POST",
    headers,
    body: new URLSearchParams({ email: "administrator@harbor.test" }),
  });
  await t.settle();
  const { html_body } = await t.app.database.read(t.harbor.id, (db) =>
    db.selectFrom("mails").select("html_body").orderBy("created_at", "desc").executeTakeFirstOrThrow(),
  );
  expect(html_body).toContain('bgcolor="#cc0066"');
});

test("another organization keeps its own look", async () => {
  const door = await (await t.fetch("/portal/sign-in", {}, t.mill)).text();
  expect(door).not.toContain("brand.css");
  expect(door).not.toContain("emergency");
});

test("what is no colour is refused, and nothing that was typed is lost", async () => {
  const answer = await save({ brand_color: "red; } body { display: none", portal_welcome: "Hello" });
  const text = await answer.text();
  expect(answer.status).toBe(422);
  expect(text).toContain("must be a colour such as #1f6feb");
  expect(text).toContain("Hello");
});

test("the logo of the letterhead is shown, as the picture it is", async () => {
  const png = Uint8Array.fromBase64(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  );
  const form = new FormData();
  form.set("name", "Harbor IT");
  form.set("logo", new File([png], "logo.png", { type: "image/png" }));
  expect((await t.fetch("/settings/organization", { method: "POST", headers, body: form })).status).toBe(303);
  const door = (await read("/portal/sign-in")).replaceAll("&#x3D;", "=");
  const [, address = ""] = /src="(\/brand\/logo\?v=[^"]+)"/.exec(door) ?? [];
  // It holds the name, which therefore stands in it and not beside it.
  expect(door).toMatch(/<header class="plain-brand">\s*<img class="logo" src="[^"]+" alt="Harbor IT">\s*<\/header>/);
  const logo = await t.fetch(address);
  expect([logo.status, logo.headers.get("content-type"), logo.headers.get("x-content-type-options")]).toEqual([
    200,
    "image/png",
    "nosniff",
  ]);
  expect(new Uint8Array(await logo.arrayBuffer())).toEqual(png);
});
