import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { suspendTenant } from "../src/modules/tenants/index.ts";
import { operatorRoutes } from "../src/platform/http/module-routes.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { type OperatorHost, operatorHost } from "./support/operators.ts";
import { checkMoment, checkPlaces, type Place } from "./support/page-check.ts";
import { password } from "./support/people.ts";
import { listen, newShapes } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

/** The pages of the operators' own host, which only the multi-tenant edition has. */
describe.skipIf(!browserAvailable)("every page of the operators", () => {
  let t: TestProgram;
  let browser: TestBrowser;
  let host: OperatorHost;
  let origin: string;
  let email: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    t = await startTestProgram();
    host = await operatorHost(t);
    ({ email } = host.operator);
    const server = t.program.operatorServer({ trustedProxies: [], isOpen: () => true });
    if (server === null) throw new Error("this edition has no operators");
    server.listen({ port: 0, hostname: "127.0.0.1" });
    origin = `http://127.0.0.1:${server.server?.port ?? 0}`;
    stop = async () => {
      await server.stop(true);
    };
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await stop();
    await t.close();
  });

  const places = (doors: readonly string[], entryId: string): Place[] =>
    operatorRoutes(t.app.registry)
      .filter(({ method, door }) => method === "GET" && doors.includes(door))
      .map(({ path }) => {
        const ids: Record<string, string> = { operators: host.operator.id, log: entryId };
        const id = ids[path.split("/")[1] ?? ""] ?? t.mill.id;
        return { name: path, path: path.replace("/:id", `/${id}`).replaceAll(/:\w+/g, "up") };
      });

  test("is whole, light and usable, before and after signing in", async () => {
    const tab = await browser.newPage();
    await tab.page.goto(`${origin}/sign-in`);
    await tab.page.fill("[name=email]", email);
    await tab.page.fill("[name=password]", password);
    await tab.page.click("button[type=submit]");
    await tab.page.waitForURL(`${origin}/tenants`);
    const cookie = (await tab.page.context().cookies()).find(({ name }) => name === "purser_operator");
    await tab.close();
    if (cookie === undefined) throw new Error("nobody is signed in");
    const entry = await t.app.database.platform((db) =>
      db.selectFrom("operator_log").select("id").where("doing", "=", "operators.add").executeTakeFirstOrThrow(),
    );
    const seen = new Set<string>();
    for (const [reader, doors] of [
      [{ origin, cookie: { name: cookie.name, value: cookie.value } }, ["operator", "staff"]],
      [{ origin }, ["open"]],
    ] as const) {
      const found = await checkPlaces(browser, reader, await newShapes(reader, places(doors, entry.id), seen), seen);
      expect(found.problems).toEqual({});
      expect(Object.keys(found.weights)).not.toEqual([]);
    }
  });

  test("the people of a suspended organization get one page that says so", async () => {
    const { system } = host;
    await suspendTenant(system, { id: t.mill.id, reason: "unpaid", message: "Call Olga about the bill." });
    const mill = await listen(t, t.mill);
    const tab = await browser.newPage();
    const answer = await tab.page.goto(`${mill.origin}/tickets`);
    expect(answer?.status()).toBe(503);
    expect(await tab.page.locator("main").textContent()).toContain("Call Olga about the bill.");
    expect(await checkMoment(tab.page, "suspended")).toEqual([]);
    await tab.close();
    await mill.stop();
  });
});
