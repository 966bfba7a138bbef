import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startSession } from "../src/platform/access/sessions.ts";
import { type Ctx, inUnit } from "../src/platform/context.ts";
import { update } from "../src/platform/database/records.ts";
import { staffCookieName } from "../src/platform/http/cookies.ts";
import { organizations } from "../src/platform/tenants.ts";
import { browserAvailable, openBrowser, type TestBrowser, type TestPage } from "./support/browser.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

describe.skipIf(!browserAvailable)("the API's reference in a browser", () => {
  let t: TestProgram;
  let admin: Ctx;
  let browser: TestBrowser;
  let server: ReturnType<TestProgram["program"]["server"]>;
  let origin: string;

  beforeAll(async () => {
    t = await startTestProgram();
    admin = await t.harbor.as("administrator");
    server = t.program.server({ tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => true });
    server.listen({ port: 0, hostname: "127.0.0.1" });
    origin = `http://127.0.0.1:${server.server?.port ?? 0}`;
    await inUnit(t.harbor.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, id, { public_url: origin });
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop(true);
    await t.close();
  });

  async function visit(path: string, options: Parameters<TestBrowser["newPage"]>[0] = {}): Promise<TestPage> {
    const { token } = await inUnit(admin, (work) => startSession(work, admin.actor.user_id ?? ""));
    const tab = await browser.newPage(options);
    await tab.page.context().addCookies([{ name: staffCookieName(origin), value: token, url: origin }]);
    await tab.page.goto(`${origin}${path}`);
    return tab;
  }

  test("an operation is found by a word, read, and tried as one is signed in", async () => {
    const tab = await visit("/api");
    const { page } = tab;
    await page.getByPlaceholder("Search operations").fill("add a company");
    await page.getByRole("main").getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "POST" }).first().click();
    await page.getByRole("heading", { name: "POST /api/v1/companies" }).waitFor();
    await page.getByLabel("Body").fill('{"data": {"type": "companies", "attributes": {"name": "Tried Out"}}}');
    await page.getByRole("button", { name: "Send the request" }).click();
    await page.getByText("201 Created").waitFor();
    expect(await page.locator("[data-api-body]").innerText()).toContain("Tried Out");
    expect(await page.locator("[data-api-headers]").innerText()).toContain("etag");
    tab.assertNoErrors();
    await page.context().close();
  });

  test("operations stand collapsed under their resource, and a link opens it; searching narrows while one types", async () => {
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await visit("/api", { javaScriptEnabled });
      const link = page.getByRole("link", { name: "GET /ticket-queues List ticket queues." });
      expect([javaScriptEnabled, await link.isVisible()]).toEqual([javaScriptEnabled, false]);
      await page
        .getByRole("navigation", { name: "Resources" })
        .getByRole("link", { name: /^Ticket queues/ })
        .click();
      await link.waitFor();
      expect(await page.evaluate("document.documentElement.scrollHeight")).toBeLessThan(5000);
      await page.context().close();
    }
    const { page } = await visit("/api");
    await page.getByPlaceholder("Search operations").pressSequentially("webhook rotate");
    await page.getByText("1 operation fits.").waitFor();
    expect(await page.getByRole("link", { name: "POST /webhook-endpoints/{id}/rotate-secret" }).isVisible()).toBe(true);
    await page.context().close();
  });

  test("the events of a webhook are folded by module, narrowed down by words, and all there without a script", async () => {
    const { page } = await visit("/settings/webhooks/new");
    const tickets = page.getByRole("group", { name: "Tickets" });
    const open = page.locator(".option-group details[open]");
    expect(await open.count()).toBe(0);
    await tickets.getByText("Tickets", { exact: true }).last().click();
    await tickets.getByLabel("All of this module").check();
    expect(await tickets.locator("[data-chosen]").innerText()).toBe("1");
    await page.getByLabel("All events").check();
    expect(await tickets.isVisible()).toBe(false);
    await page.getByLabel("All events").uncheck();
    await page.getByPlaceholder("Narrow down").fill("company archived");
    expect(await page.getByRole("checkbox", { name: /^Archived A company/ }).isVisible()).toBe(true);
    // What was chosen is in sight again as soon as nothing is looked for.
    await page.getByPlaceholder("Narrow down").fill("");
    expect([await open.count(), await tickets.getByLabel("All of this module").isVisible()]).toEqual([1, true]);
    await page.getByPlaceholder("Narrow down").fill("tickets closed");
    expect(await page.getByRole("checkbox", { name: /^Closed/ }).isVisible()).toBe(true);
    expect(await page.getByRole("checkbox", { name: /^Invoice paid/ }).isVisible()).toBe(false);
    await page.getByPlaceholder("Narrow down").fill("shoes");
    await page.getByText("Nothing has these words.").waitFor();
    await page.context().close();
    const plain = await visit("/settings/webhooks/new", { javaScriptEnabled: false });
    expect(await plain.page.getByPlaceholder("Narrow down").isVisible()).toBe(false);
    const folded = plain.page.getByRole("group", { name: "Tickets" });
    await folded.getByText("Tickets", { exact: true }).last().click();
    expect(await folded.getByLabel("All of this module").isVisible()).toBe(true);
    await plain.page.context().close();
  });

  test("what stands in braces has to be filled in before anything is sent, and a file is sent as what it is", async () => {
    const { page } = await visit("/api/getCompaniesId");
    await page.getByRole("button", { name: "Send the request" }).click();
    expect(await page.locator("input[name=path]:invalid").count()).toBe(1);
    expect(await page.locator("[data-api-answer]").isVisible()).toBe(false);
    await page.context().close();
    const file = await visit("/api/postImportBatches");
    await file.page.getByLabel("Query").fill("target=companies&dry_run=true");
    await file.page.getByLabel("Body").fill("Name\nHarbor Cafe");
    await file.page.getByRole("button", { name: "Send the request" }).click();
    await file.page.getByText("201 Created").waitFor();
    await file.page.context().close();
  });

  test("a pasted key is used instead, and what it may not do is shown as it comes", async () => {
    const key = await t.harbor.key("administrator", ["tickets.read"]);
    const { page } = await visit("/api/getCompanies");
    await page.getByLabel(/^API key/).fill(key);
    await page.getByRole("button", { name: "Send the request" }).click();
    await page.getByText("403 Forbidden").waitFor();
    expect(await page.locator("[data-api-body]").innerText()).toContain('"forbidden"');
    await page.context().close();
  });
});
