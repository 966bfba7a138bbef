import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { operatorRoutes } from "../src/platform/http/module-routes.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { operatorHost } from "./support/operators.ts";
import { checkPlaces, type Place } from "./support/page-check.ts";
import { password } from "./support/people.ts";
import { newShapes } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

/** The pages of the operators' own host, which only the multi-tenant edition has. */
describe.skipIf(!browserAvailable)("every page of the operators", () => {
  let t: TestProgram;
  let browser: TestBrowser;
  let origin: string;
  let email: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    t = await startTestProgram();
    ({ email } = (await operatorHost(t)).operator);
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

  const places = (doors: readonly string[]): Place[] =>
    operatorRoutes(t.app.registry)
      .filter(({ method, door }) => method === "GET" && doors.includes(door))
      .map(({ path }) => ({
        name: path,
        path: path.replace("/:id", `/${t.mill.id}`).replaceAll(/:\w+/g, "up"),
      }));

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
    const seen = new Set<string>();
    for (const [reader, doors] of [
      [{ origin, cookie: { name: cookie.name, value: cookie.value } }, ["operator", "staff"]],
      [{ origin }, ["open"]],
    ] as const) {
      const found = await checkPlaces(browser, reader, await newShapes(reader, places(doors), seen), seen);
      expect(found.problems).toEqual({});
      expect(Object.keys(found.weights)).not.toEqual([]);
    }
  });
});
