import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserHeaders, type Headers } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Actor } from "../../platform/access/actor.ts";
import { reading } from "../../platform/context.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let technician: Headers;
let client: Headers;
let pat: Actor;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await browserHeaders(t, await t.harbor.as("technician"));
  const { portal } = await makeClient(t, "Prairie Printing");
  pat = portal.actor;
  client = await browserHeaders(t, portal);
});
afterAll(() => t.close());

const root = async (path: string, headers: Headers): Promise<string> =>
  /<html[^>]*>/.exec(await (await t.fetch(path, { headers })).text())?.[0] ?? "";
const save = (path: string, headers: Headers, fields: Record<string, string>): Promise<Response> =>
  t.fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) });

test("pages follow the device until somebody says otherwise", async () => {
  expect(await root("/tickets", technician)).toBe('<html lang="en">');
});

test("theme, density and language stand on the page's root from the first byte", async () => {
  const answer = await save("/account/appearance", technician, { theme: "dark", density: "compact", language: "de" });
  expect(answer.headers.get("location")).toBe("/account/appearance");
  expect(await root("/tickets", technician)).toBe('<html lang="de" data-theme="purser-dark" data-density="compact">');
  const html = await (await t.fetch("/tickets", { headers: technician })).text();
  expect(html).toContain('data-shortcuts="off"');
  expect(html).toContain('<meta name="color-scheme" content="dark">');
});

test("clients have a look of their own, and change nothing else of themselves", async () => {
  await save("/portal/account/appearance", client, { theme: "light", density: "comfortable", language: "" });
  expect(await root("/portal", client)).toBe('<html lang="en" data-theme="purser-light">');
  const refused = await save("/portal/account/appearance", client, { name: "Somebody else" });
  expect(refused.status).toBe(422);
  // It is written down as their own choice.
  const entries = await reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("audit_log")
      .select("actor_name")
      .where("entity_id", "=", pat.user_id)
      .where("action", "=", "update")
      .orderBy("id")
      .execute(),
  );
  expect(entries.at(-1)).toEqual({ actor_name: pat.name });
});

test("a language and a theme that are not there are refused, and nothing typed is lost", async () => {
  const answer = await save("/account/appearance", technician, { theme: "pink", density: "compact", language: "xx" });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("field-error");
});

test("the API says who one is, and takes the same preferences", async () => {
  const key = await t.harbor.key("finance");
  const me = await t.api("GET", "/api/v1/me", { key });
  expect(me.body.data.attributes).toMatchObject({ user_type: "staff", theme: "system", is_shortcuts_on: true });
  expect(me.body.data.attributes.permissions).toContain("billing.read");
  const patch = (attributes: object): ReturnType<TestProgram["api"]> =>
    t.api("PATCH", "/api/v1/me", { key, body: { data: { type: "users", id: me.body.data.id, attributes } } });
  expect((await patch({ theme: "dark", title: "Bookkeeper" })).body.data.attributes).toMatchObject({
    theme: "dark",
    title: "Bookkeeper",
  });
  expect((await patch({ language: "xx" })).status).toBe(422);
  expect((await patch({ email: "other@harbor.test" })).status).toBe(422);
  expect((await patch({ user_type: "portal" })).status).toBe(422);
  expect((await t.api("GET", "/api/v1/me")).status).toBe(401);
});
