import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { operatorHost, type OperatorHost } from "../../../tests/support/operators.ts";
import { browserOf, makeStaff, password } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Page } from "../../../tests/support/visitor.ts";
import { moduleRoutes, operatorRoutes } from "../../platform/http/module-routes.ts";
import type { Route } from "../../platform/http/route.ts";

/** The operators' host is a world of its own: nothing of an organization is anything there, and the other way round. */

let t: TestProgram;
let host: OperatorHost;
let routes: Route[];

beforeAll(async () => {
  t = await startTestProgram();
  host = await operatorHost(t);
  routes = operatorRoutes(t.app.registry);
});
afterAll(() => t.close());

const open = new Set([
  "GET /sign-in",
  "POST /sign-in",
  "GET /welcome/:token",
  "POST /welcome/:token",
  // What the API says of itself names no organization and no person.
  "GET /api/v1",
  "GET /api/v1/openapi.json",
]);
const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

function addressOf(route: Route): string {
  return route.path.replace(":id", t.harbor.id).replace(":domain", "harbor.test").replace(":token", "pl_nothing");
}

async function outcomes(
  headers: Record<string, string>,
  fetch: (path: string, init: RequestInit) => Promise<Response>,
  which: readonly Route[] = routes,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const route of which) {
    if (open.has(nameOf(route)) || (route.path === "/" && route.method === "GET")) continue;
    const hasBody = route.method !== "GET" && route.method !== "DELETE";
    const answer = await fetch(addressOf(route), {
      method: route.method,
      headers,
      ...(hasBody ? { body: route.door === "api" ? "[]" : new URLSearchParams({ no_such_field: "1" }) } : {}),
    });
    const text = await answer.text();
    const isAway = answer.headers.get("location")?.includes("/sign-in") === true;
    found[nameOf(route)] = text.includes("Harbor IT")
      ? "leaks"
      : isAway || answer.status === 401 || answer.status === 403
        ? "out"
        : String(answer.status);
  }
  return found;
}

const allOut = (): Record<string, string> =>
  Object.fromEntries(routes.map(nameOf).flatMap((name) => (open.has(name) || name === "GET /" ? [] : [[name, "out"]])));

describe("at the operators' host", () => {
  test("a stranger gets in by the open doors only", async () => {
    expect(await outcomes({}, host.fetch)).toEqual(allOut());
  });

  test("an organization's administrator is nobody, by session and by key", async () => {
    const robin = await makeStaff(t.harbor, "administrator");
    const browser = await browserOf(t, robin);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const value = browser.cookies.get("purser") ?? "";
    expect(await outcomes({ cookie: `${cookie}; purser_operator=${value}` }, host.fetch)).toEqual(allOut());
    const authorization = `Bearer ${await t.harbor.key("administrator")}`;
    expect(await outcomes({ authorization }, host.fetch)).toEqual(allOut());
  });

  test("no page of an organization is there", async () => {
    const olga = await host.browser();
    const own = new Set(routes.filter(({ method }) => method === "GET").map(({ path }) => path));
    for (const path of ["/tickets", "/companies", "/settings", "/portal", "/portal/tickets", "/setup", "/search"]) {
      if (own.has(path)) continue;
      expect({ path, status: (await olga.open(path)).status }).toEqual({ path, status: 404 });
    }
    expect((await host.api("GET", "/tickets")).status).toBe(404);
    expect((await host.api("GET", "/companies")).status).toBe(404);
  });

  test("every page opens for an operator, says whose it is, and nothing of what is inside an organization", async () => {
    const saysWhose = ({ html, text }: Page): boolean =>
      /<title>[^<]+ · Operators&#x27; console<\/title>/.test(html) && text.includes("Operators' console");
    const olga = await host.browser();
    for (const path of [
      "/tenants",
      "/tenants/new",
      "/usage",
      "/tasks",
      "/operators",
      "/operators/new",
      "/log",
      "/account",
    ]) {
      const page = await olga.open(path);
      expect({ path, status: page.status, url: page.url }).toEqual({ path, status: 200, url: path });
      expect({ path, says: saysWhose(page) }).toEqual({ path, says: true });
    }
    expect(saysWhose(await host.stranger().open("/sign-in"))).toBe(true);
    expect(saysWhose(await t.browser().open("/sign-in"))).toBe(false);
    for (const part of ["", "/edit", "/suspend", "/delete", "/domains/new"]) {
      const page = await olga.open(`/tenants/${t.harbor.id}${part}`);
      expect({ part, status: page.status }).toEqual({ part, status: 200 });
    }
  });
});

describe("at an organization's host", () => {
  test("an operator is nobody, by session and by key", async () => {
    const olga = await host.browser();
    const value = olga.cookies.get("purser_operator") ?? "";
    const tenantRoutes = moduleRoutes(t.app.registry).filter(
      ({ method, door, path }) => method === "GET" && (door === "staff" || door === "portal") && !path.includes(":"),
    );
    const cookie = `purser_operator=${value}; purser=${value}; purser_portal=${value}`;
    for (const { path } of tenantRoutes) {
      const answer = await t.fetch(path, { headers: { cookie } });
      expect({ path, to: answer.headers.get("location")?.includes("sign-in") }).toEqual({ path, to: true });
    }
    for (const path of ["/tickets", "/users", "/domains"]) {
      expect((await t.api("GET", `/api/v1${path}`, { key: host.operator.key })).status).toBe(401);
    }
  });

  test("no page or endpoint of the operators is there", async () => {
    const key = await t.harbor.key("administrator");
    const theirs = new Set(moduleRoutes(t.app.registry).map(nameOf));
    for (const route of routes) {
      if (theirs.has(nameOf(route))) continue;
      const answer = await t.fetch(addressOf(route), {
        method: route.method,
        headers: { authorization: `Bearer ${key}`, cookie: "" },
        ...(route.method === "GET" || route.method === "DELETE" ? {} : { body: "{}" }),
      });
      expect({ route: nameOf(route), status: answer.status }).toEqual({ route: nameOf(route), status: 404 });
    }
  });
});

describe("an operator", () => {
  test("signs in with the right password only, and too many attempts are refused", async () => {
    const one = host.stranger();
    await one.open("/sign-in");
    const wrong = await one.submit("/sign-in", { email: host.operator.email, password: "wrong" });
    expect([wrong.status, wrong.text.includes("is wrong")]).toEqual([422, true]);
    for (let attempt = 0; attempt < 12; attempt += 1)
      await one.submit("/sign-in", { email: "guess@operators.test", password: "wrong" });
    expect((await one.submit("/sign-in", { email: "guess@operators.test", password })).status).toBe(429);
  });

  test("is sent back to where the way led, and never to another site", async () => {
    const one = host.stranger();
    expect((await one.open("/usage")).url).toBe("/sign-in?next=%2Fusage");
    const page = await one.submit("/sign-in", { email: host.operator.email, password, next: "//evil.example" });
    expect(page.url).toBe("/tenants");
  });

  test("is invited by a link that works once, and locked out with session and key", async () => {
    const olga = await host.browser();
    await olga.open("/operators/new");
    const made = await olga.submit("/operators/new", { name: "Pia Lund", email: "Pia@Operators.test" });
    const path = /http:\/\/admin\.test(\/welcome\/pl_[\w-]+)/.exec(made.html)?.[1] ?? "";
    const pia = host.stranger();
    await pia.open(path);
    expect((await pia.submit(path, { password: "short" })).status).toBe(422);
    expect((await pia.submit(path, { password })).url).toBe("/tenants");
    expect((await host.stranger().open(path)).status).toBe(404);
    await pia.open("/account/keys/new");
    const keyPage = await pia.submit("/account/keys/new", { name: "script" });
    const key = /pq_[0-9a-f]{32}_[\w-]{43}/.exec(keyPage.html)?.[0] ?? "";
    expect((await host.api("GET", "/tenants", undefined, key)).status).toBe(200);

    const { id } = await t.app.database.platform((db) =>
      db.selectFrom("operators").select("id").where("email", "=", "pia@operators.test").executeTakeFirstOrThrow(),
    );
    await olga.open(`/operators/${id}`);
    await olga.submit(`/operators/${id}/deactivate`);
    expect((await host.api("GET", "/tenants", undefined, key)).status).toBe(401);
    expect((await pia.open("/tenants")).url).toStartWith("/sign-in");
    // Nobody can lock himself out.
    await olga.open(`/operators/${host.operator.id}`);
    const self = await olga.post(`/operators/${host.operator.id}/deactivate`, {});
    expect(self.status).toBe(403);
    expect((await olga.open("/tenants")).status).toBe(200);
  });

  test("makes keys that end after the days that were chosen, and sees when", async () => {
    const olga = await host.browser();
    const form = await olga.open("/account/keys/new");
    expect(form.text).toContain("Until it is revoked");
    const make = async (name: string, expires_in_days: string): Promise<string> => {
      await olga.open("/account/keys/new");
      const { html } = await olga.submit("/account/keys/new", { name, expires_in_days });
      return /pq_[0-9a-f]{32}_[\w-]{43}/.exec(html)?.[0] ?? "";
    };
    const [short, endless] = [await make("short", "30"), await make("endless", "")];
    const ask = async (key: string): Promise<unknown[]> => {
      const { status, body } = await host.api("GET", "/tenants", undefined, key);
      return [status, body.errors?.[0].code ?? ""];
    };
    expect([await ask(short), await ask(endless)]).toEqual([
      [200, ""],
      [200, ""],
    ]);
    expect((await olga.open("/account/keys")).text).toContain("Expires");
    t.clock.advance(31 * 86_400_000);
    expect([await ask(short), await ask(endless)]).toEqual([
      [401, "key_expired"],
      [200, ""],
    ]);
    t.clock.advance(-31 * 86_400_000);
    await olga.open("/account/keys/new");
    const wrong = await olga.submit("/account/keys/new", { name: "wrong", expires_in_days: "0" });
    expect([wrong.status, wrong.text.includes("Works for must be at least 1.")]).toEqual([422, true]);
  });

  test("cannot be made to change anything by another site", async () => {
    const olga = await host.browser();
    const page = await olga.post(
      `/tenants/${t.harbor.id}/activate`,
      {},
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    );
    expect(page.status).toBe(403);
  });

  test("signs out, and the session is worth nothing any more", async () => {
    const olga = await host.browser();
    const cookie = `purser_operator=${olga.cookies.get("purser_operator") ?? ""}`;
    await olga.open("/tenants");
    await olga.submit("/sign-out");
    expect((await host.fetch("/tenants", { headers: { cookie } })).headers.get("location")).toContain("/sign-in");
  });
});
