import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { modules } from "../src/modules/index.ts";
import { inUnit, systemContext } from "../src/platform/context.ts";
import { update } from "../src/platform/database/records.ts";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
import type { Route } from "../src/platform/http/route.ts";
import { runDueJobs } from "../src/platform/jobs/jobs.ts";
import { optionalModules } from "../src/platform/switches.ts";
import { loadTenant, organizations } from "../src/platform/tenants.ts";
import { addressOf, browserHeaders, type Everything, keyHeaders, makeEverything } from "./support/everything.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;
let routes: Route[];
let page: Readonly<Record<string, string>>;
let api: Readonly<Record<string, string>>;
let client: Readonly<Record<string, string>>;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  routes = moduleRoutes(t.app.registry).filter(
    ({ method, door, path }) => method === "GET" && door !== "open" && door !== "hook" && !path.includes("/live"),
  );
  page = await browserHeaders(t, await t.harbor.as("administrator"));
  api = await keyHeaders(t.harbor, "administrator");
  client = await browserHeaders(t, e.client);
});
afterAll(() => t.close());
afterEach(() => switchOff());

const names = optionalModules({ modules } as never).map(({ name }) => name);

const switchOff = (...disabled_modules: string[]): Promise<unknown> =>
  inUnit(t.harbor.system, async (work) => {
    const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
    return update(work, organizations, id, { disabled_modules });
  });
/** Whether a route goes with a module: it is one of its own, or shows its records. */
const belongs = (route: Route, name: string): boolean => route.module === name || route.needs === name;
const isPortal = ({ path }: Route): boolean => /^\/(api\/v1\/)?portal/.test(path);
const ask = async (route: Route): Promise<Response> =>
  t.fetch(addressOf(route.path, e.ids), { headers: isPortal(route) ? client : route.door === "api" ? api : page });

/** What every address answers that shows something. */
async function statuses(): Promise<Map<Route, number>> {
  const found = new Map<Route, number>();
  for (const route of routes) found.set(route, (await ask(route)).status);
  return found;
}

test("whoever has a page of it open is told that the module is off; clients are not told what there could be", async () => {
  await switchOff("time", "billing", "payments", "portal");
  const said = async (path: string, init: RequestInit): Promise<unknown[]> => {
    const answer = await t.fetch(path, init);
    return [answer.status, (await answer.text()).includes("Time is switched off in this organization.")];
  };
  expect(await said("/time", { headers: page })).toEqual([404, true]);
  expect(await said("/time", { headers: { ...page, "hx-request": "true" } })).toEqual([404, true]);
  expect(await said("/api/v1/time-entries", { headers: api })).toEqual([404, true]);
  expect(await said("/api/v1/time-entries", {})).toEqual([404, false]);
  const home = await t.fetch("/portal", { headers: client });
  expect([home.status, (await home.text()).includes("switched off")]).toEqual([404, false]);
});

test("clients see nothing of their invoices and hours when billing and contracts are off", async () => {
  const home = async (): Promise<string> => (await t.fetch("/portal", { headers: client })).text();
  expect(await home()).toContain("/portal/invoices");
  await switchOff("contracts", "billing", "payments");
  const now = await home();
  expect(now).not.toContain("/portal/invoices");
  expect(now).not.toContain(" left<");
  for (const path of ["/portal/invoices", "/api/v1/portal/invoices"])
    expect([path, (await t.fetch(path, { headers: client })).status]).toEqual([path, 404]);
});

test("what invoices say is not to be set while there are none", async () => {
  const settings = async (): Promise<boolean> =>
    (await (await t.fetch("/settings", { headers: page })).text()).includes("/settings/invoicing");
  const status = async (): Promise<number> => (await t.fetch("/settings/invoicing", { headers: page })).status;
  expect([await settings(), await status()]).toEqual([true, 200]);
  await switchOff("billing", "payments");
  expect([await settings(), await status()]).toEqual([false, 404]);
});

describe("a module that is switched off", () => {
  let usual: Map<Route, number>;
  beforeAll(async () => {
    usual = await statuses();
  });

  test.each(names)("%s: its pages and addresses are not there, and all others answer as before", async (name) => {
    await switchOff(name);
    const now = await statuses();
    const isUnder = ({ path }: Route): boolean =>
      routes.some((route) => route.module === name && route.path.endsWith("/:id") && path.startsWith(`${route.path}/`));
    const wrong = routes.flatMap((route) => {
      const expected = belongs(route, name) || isUnder(route) ? 404 : usual.get(route);
      return now.get(route) === expected
        ? []
        : [`${route.path}: ${String(now.get(route))} instead of ${String(expected)}`];
    });
    expect(wrong).toEqual([]);
    expect(routes.some((route) => route.module === name)).toBe(true);
  });

  test.each(names)("%s: no page that is left leads to it", async (name) => {
    await switchOff(name);
    const gone = routes.filter((route) => belongs(route, name) && !route.path.includes(":")).map(({ path }) => path);
    for (const route of routes.filter((one) => !belongs(one, name) && one.door !== "api")) {
      const links = [...(await (await ask(route)).text()).matchAll(/href="([^"?#]*)/g)].map(([, href = ""]) => href);
      expect([route.path, links.filter((href) => gone.includes(href) && href !== route.path)]).toEqual([
        route.path,
        [],
      ]);
    }
  });

  test("its jobs rest, and run again when it is switched on", async () => {
    const jobs = t.app.registry.jobs.filter((job) => t.app.registry.owners.get(job) === "payments");
    expect(jobs.length).toBeGreaterThan(0);
    const started = async (): Promise<unknown[]> =>
      t.app.database.read(t.harbor.id, (db) =>
        db
          .selectFrom("job_runs")
          .select("last_started_at")
          .where(
            "job",
            "in",
            jobs.map(({ name }) => name),
          )
          .where("last_started_at", "is not", null)
          .execute(),
      );
    const round = async (): Promise<void> => {
      const tenant = await t.app.database.read(t.harbor.id, (db) => loadTenant(t.app, db, t.harbor.id));
      await runDueJobs(t.app, systemContext(t.app, tenant).tenant);
    };
    await round();
    t.clock.advance(24 * 3600_000);
    await switchOff("payments");
    await round();
    expect(await started()).toEqual([]);
    await switchOff();
    await round();
    expect(await started()).toHaveLength(jobs.length);
  });

  test("cannot be one that another needs", async () => {
    const set = (list: string[]) =>
      t.api("PATCH", "/api/v1/modules", {
        headers: api,
        body: { data: { type: "modules", attributes: { modules: list } } },
      });
    const without = (...off: string[]): string[] => names.filter((name) => !off.includes(name));
    const refused = await set(without("contracts"));
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, "needed"]);
    expect(refused.body.errors[0].detail).toBe("Billing cannot be without Contracts. Switch both on, or both off.");
    expect((await set(["nonsense"])).body.errors[0].code).toBe("not_found");
    const done = await set(without("contracts", "billing", "payments"));
    expect([done.status, done.body.data.attributes.modules]).toEqual([
      200,
      without("contracts", "billing", "payments"),
    ]);
    expect((await t.fetch("/contracts", { headers: page })).status).toBe(404);
  });

  test("is off for this organization and no other", async () => {
    await switchOff("contracts");
    const other = await browserHeaders(t, await t.mill.as("administrator"));
    expect((await t.fetch("/contracts", { headers: other }, t.mill)).status).toBe(200);
  });

  test("stays out of what others include", async () => {
    await switchOff("contracts");
    expect((await t.fetch("/api/v1/time-entries?include=contract", { headers: api })).status).toBe(400);
    await switchOff();
    expect((await t.fetch("/api/v1/time-entries?include=contract", { headers: api })).status).toBe(200);
  });
});
