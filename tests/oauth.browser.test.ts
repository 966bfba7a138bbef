import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createClient } from "../src/modules/oauth/index.ts";
import { perform } from "../src/platform/action.ts";
import { inUnit } from "../src/platform/context.ts";
import { update } from "../src/platform/database/records.ts";
import { organizations } from "../src/platform/tenants.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { makeStaff, password } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** What an app in the browser does to get at the API, written as its author would: PKCE, no secret, no cookies. */
const appPage = `<!doctype html><title>Wall board</title><h1>Wall board</h1>`;

/** Runs in the app's page. */
const appScript = `async ({ base, client, verifier }) => {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: new URLSearchParams(location.search).get("code"),
    client_id: client,
    redirect_uri: location.origin + "/signed-in",
    code_verifier: verifier,
  });
  const { access_token } = await (await fetch(base + "/oauth/token", { method: "POST", body })).json();
  const answer = await fetch(base + "/api/v1/companies", { headers: { authorization: "Bearer " + access_token } });
  const { data } = await answer.json();
  return { token: access_token, status: answer.status, names: data.map((one) => one.attributes.name) };
}`;

describe.skipIf(!browserAvailable)("an app in the browser", () => {
  let t: TestProgram;
  let browser: TestBrowser;
  let base: string;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    t = await startTestProgram();
    const gate = { tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => true };
    const server = t.program.server(gate).listen({ port: 0, hostname: "127.0.0.1" });
    stops.push(async () => server.stop(true));
    base = `http://127.0.0.1:${server.server?.port ?? 0}`;
    await inUnit(t.harbor.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, id, { public_url: base });
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    for (const stop of stops) await stop();
    await t.close();
  });

  /** A web server of somebody else's. */
  function site(): string {
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response(appPage, { headers: { "content-type": "text/html" } }),
    });
    stops.push(() => server.stop(true));
    return `http://localhost:${server.port}`;
  }

  test("asks the person, changes the code for a token, and reads the API; a page elsewhere cannot", async () => {
    const home = site();
    const key = await t.harbor.key("administrator");
    const document = { data: { type: "companies", attributes: { name: "Quay Books" } } };
    await t.api("POST", "/api/v1/companies", { key, body: document });
    const { client } = await perform(await t.harbor.as("administrator"), createClient, {
      name: "Wall board",
      scopes: ["companies.read"],
      redirect_uris: [`${home}/signed-in`],
      is_confidential: false,
    });
    const sam = await makeStaff(t.harbor, "technician", "Sam Tech");
    const verifier = "w".repeat(43);
    const challenge = new Bun.CryptoHasher("sha256").update(verifier).digest("base64url");
    const { page, shot, close } = await browser.newPage();
    const query = new URLSearchParams({
      response_type: "code",
      client_id: client.id,
      redirect_uri: `${home}/signed-in`,
      scope: "companies.read",
      state: "s",
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    await page.goto(`${base}/oauth/authorize?${query.toString()}`);
    await page.fill('input[name="email"]', sam.email);
    await page.fill('input[name="password"]', password);
    await page.click('button[type="submit"]');
    await page.waitForSelector("text=Allow Wall board?");
    await shot("consent");
    await page.click('button[value="allow"]');
    await page.waitForURL(`${home}/signed-in?*`);
    const given = JSON.stringify({ base, client: client.id, verifier });
    const read = await page.evaluate<{ token: string }>(`(${appScript})(${given})`);
    expect(read).toMatchObject({ status: 200, names: ["Quay Books"] });

    // The same token in a page of an origin where no app lives: the browser keeps the answer from it.
    await page.goto(site());
    const headers = JSON.stringify({ authorization: `Bearer ${read.token}` });
    const outcome = await page.evaluate<string>(
      `fetch("${base}/api/v1/companies", { headers: ${headers} }).then(() => "read", () => "kept away")`,
    );
    expect(outcome).toBe("kept away");
    await close();
  }, 180_000);
});
