import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import type { Page, Visitor } from "../../../../tests/support/visitor.ts";
import { isOwnPath } from "../own-path.ts";

let t: TestProgram;
let browser: Visitor;
beforeAll(async () => {
  t = await startTestProgram();
  browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
});
afterAll(() => t.close());

/** Sends the form of a page that makes something with a secret. */
async function make(path: string, values: Record<string, string>): Promise<Page> {
  await browser.open(path);
  return browser.submit(path, values);
}
const kept = (table: "webhook_endpoints" | "api_keys" | "oauth_clients"): Promise<number> =>
  t.app.database.read(t.harbor.id, async (db) => (await db.selectFrom(table).select("id").execute()).length);

describe("what is shown once", () => {
  for (const [what, table, path, values, secret] of [
    [
      "a webhook's secret",
      "webhook_endpoints",
      "/settings/webhooks/new",
      { url: "https://example.com/in", is_all_events: "true" },
      /whsec_[\w-]+/,
    ],
    ["an API key", "api_keys", "/account/api-keys/new", { name: "Reports" }, /readonly value="[\w-]{20,}/],
    [
      "an app's secret",
      "oauth_clients",
      "/settings/apps/new",
      { name: "App", is_confidential: "true", redirect_uris: "https://app.example/in", scopes: "tickets.read" },
      /readonly value="[\w-]{20,}/,
    ],
  ] as const) {
    test(`stands on a page of its own, and loading that again makes nothing twice: ${what}`, async () => {
      const before = await kept(table);
      const shown = await make(path, values);
      expect([shown.status, shown.url.startsWith("/shown-once?next=")]).toEqual([200, true]);
      expect(shown.html).toMatch(secret);
      const again = await browser.open(shown.url);
      expect(again.url).toBe(decodeURIComponent(shown.url.replace("/shown-once?next=", "")));
      expect(again.text).toContain("That is shown only once.");
      expect(again.html).not.toContain(secret.exec(shown.html)?.[0]);
      expect(await kept(table)).toBe(before + 1);
    });
  }

  test("is sealed on its way, and what is not ours is shown to nobody", async () => {
    const answer = await t.fetch("/shown-once?next=//evil.example/", {
      headers: {
        cookie: [...browser.cookies, ["purser_once", "bm90IG91cnM"]].map((pair) => pair.join("=")).join("; "),
      },
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  });
});

test("paths of our own begin with one stroke and stay here", () => {
  for (const own of ["/", "/tickets?q=a%20b", "/account#passkeys"]) expect([own, isOwnPath(own)]).toEqual([own, true]);
  for (const other of ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\\b", "/a\nb"])
    expect([other, isOwnPath(other)]).toEqual([other, false]);
});
