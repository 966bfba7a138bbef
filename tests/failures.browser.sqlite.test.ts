import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Failure } from "../src/platform/errors.ts";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
import type { Door, Route } from "../src/platform/http/route.ts";
import { createServer } from "../src/platform/http/server.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { makeClient } from "./support/desk.ts";
import { checkPlaces, type Reader } from "./support/page-check.ts";
import { readerOf } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(600_000);

const said: Record<string, string> = {
  "403": "You may not see this.",
  "404": "This ticket does not exist.",
  "429": "Too many attempts. Try again in a minute.",
  "503": "The database is away. Try again in a moment.",
};

/** A page behind each door that fails as it is told, 500 by a defect. */
const failing = (["staff", "portal", "open"] as const).map((door: Door): Route => ({
  method: "GET",
  path: `/failing/${door}/:status`,
  door,
  permission: null,
  handle: async (_, { params }) => {
    const text = said[params["status"] ?? ""];
    if (text === undefined) throw new Error("a defect of the test");
    throw new Failure(Number(params["status"]), "failing", text);
  },
}));

/** The pages of failures, which the list of pages has not: whole and usable in every look (docs/pages.md). */
describe.skipIf(!browserAvailable)("the page of a failure", () => {
  let t: TestProgram;
  let browser: TestBrowser;
  const servers: ReturnType<typeof createServer>[] = [];

  /** A server with the failing pages; it knows its organization, or fails before it does. */
  function serve(tenantOf: () => Promise<string | null>): string {
    const server = createServer(t.app, [...moduleRoutes(t.app.registry), ...failing], {
      tenantOf,
      trustedProxies: [],
      isOpen: () => true,
    });
    server.listen({ port: 0, hostname: "127.0.0.1" });
    servers.push(server);
    return `http://127.0.0.1:${server.server?.port ?? 0}`;
  }

  beforeAll(async () => {
    t = await startTestProgram();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    for (const server of servers) await server.stop(true);
    await t.close();
  });

  async function check(reader: Reader, name: string, paths: readonly string[]): Promise<void> {
    const places = paths.map((path) => ({ name: `failure ${name} ${path.replaceAll("/", " ").trim()}`, path }));
    const { problems } = await checkPlaces(browser, reader, places, new Set());
    // The browser itself tells the console what the page was answered with.
    const isStatus = (problem: string): boolean => /the server responded with a status of 50[03]/.test(problem);
    const others = Object.entries(problems).map(([place, found]) => [place, found.filter((one) => !isStatus(one))]);
    expect(others.filter(([, found]) => found?.length !== 0)).toEqual([]);
  }
  const all = (door: Door): string[] => [...Object.keys(said), "500"].map((status) => `/failing/${door}/${status}`);

  test("is whole for the staff, for a client, and for somebody who has not signed in", async () => {
    const origin = serve(async () => t.harbor.id);
    const client = await makeClient(t, "Prairie Printing");
    await check(await readerOf(origin, await t.harbor.as("technician")), "staff", all("staff"));
    await check(await readerOf(origin, client.portal), "client", all("portal"));
    await check({ origin }, "open", all("open"));
  });

  test("is whole where not even the organization is known", async () => {
    await check({ origin: serve(async () => null) }, "nobody", ["/"]);
    const broken = serve(async () => {
      throw new Error("the database is away");
    });
    await check({ origin: broken }, "broken", ["/"]);
  });
});
