import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { can } from "../../src/platform/access/actor.ts";
import type { Ctx } from "../../src/platform/context.ts";
import { moduleRoutes } from "../../src/platform/http/module-routes.ts";
import type { Route } from "../../src/platform/http/route.ts";
import { noId } from "../../src/platform/ids.ts";
import {
  addressOf,
  browserHeaders,
  type Everything,
  keyHeaders,
  makeEverything,
  marker,
} from "../support/everything.ts";
import { startTestProgram, type TestProgram } from "../support/program.ts";
import { apiAccess } from "./api.ts";
import { multiTenantAccess } from "./multitenant.ts";
import { pageAccess } from "./pages.ts";
import { type Access, accessOf, portalRoles, staffRoles } from "./table.ts";

setDefaultTimeout(60_000);

const table = accessOf(apiAccess, pageAccess, ...(MULTI_TENANT ? [multiTenantAccess] : []));

let t: TestProgram;
let e: Everything;
let routes: Route[];

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  routes = moduleRoutes(t.app.registry);
});
afterAll(() => t.close());

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
const accessTo = (route: Route): Access =>
  table.get(nameOf(route)) ?? { who: "administrator", roles: new Set(), isClients: false };
const isPage = ({ door }: Route): boolean => door === "staff" || door === "portal" || door === "open";
/** These end the session that they come with. */
const endsSession = ({ path }: Route): boolean => /sign-out|logout/.test(path);

type Outcome = "in" | "out" | "not there";

interface Answered {
  outcome: Outcome;
  text: string;
}

async function send(
  route: Route,
  headers: Readonly<Record<string, string>>,
  path: string,
  tenant = t.harbor,
): Promise<Answered> {
  const hasBody = route.method !== "GET" && route.method !== "DELETE";
  const body = !hasBody ? {} : isPage(route) ? { body: new URLSearchParams({ no_such_field: "1" }) } : { body: "[]" };
  const type: Record<string, string> = hasBody && !isPage(route) ? { "content-type": "application/json" } : {};
  const answer = await t.fetch(path, { method: route.method, headers: { ...type, ...headers }, ...body }, tenant);
  // Who signs out goes to the sign-in page as well, and loses the cookie on the way.
  const hasSignedOut = answer.headers.getSetCookie().some((line) => /;\s*max-age=0\b/i.test(line));
  const isSentAway = answer.headers.get("location")?.includes("/sign-in") === true && !hasSignedOut;
  const outcome =
    isSentAway || answer.status === 401 || answer.status === 403 ? "out" : answer.status === 404 ? "not there" : "in";
  return { outcome, text: await answer.text() };
}

/** An address that names nothing, so that those who get in change nothing; where a form can be refused, the real one. */
function harmless(route: Route): string {
  const isForm = route.method === "POST" && routes.some(({ method, path }) => method === "GET" && path === route.path);
  if (route.method === "GET" || (isForm && isPage(route))) return addressOf(route.path, e.ids);
  return route.path.replaceAll(/:(\w+_)?id\b/g, noId).replaceAll(/:\w+/g, "up");
}

/** What each route answers to somebody, gathered so that a failing test shows all of it. */
async function outcomes(of: (route: Route) => Promise<string | null>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const route of routes) {
    const outcome = await of(route);
    if (outcome !== null) found[nameOf(route)] = outcome;
  }
  return found;
}

const expected = (of: (route: Route) => string | null): Record<string, string> =>
  Object.fromEntries(routes.flatMap((route) => (of(route) === null ? [] : [[nameOf(route), of(route) ?? ""]])));

test("the table names every route of the program, and no other", () => {
  expect([...table.keys()].toSorted()).toEqual(routes.map(nameOf).toSorted());
});

test("each route of the API says what it does, for the OpenAPI document (`doc`)", () => {
  const silent = routes.filter(({ path, doc }) => path.startsWith("/api/v1/") && doc === undefined);
  expect(silent.map(nameOf)).toEqual([]);
});

describe("with the addresses of real records,", () => {
  test("somebody who is not signed in gets in by open doors only", async () => {
    const isOpen = (route: Route): boolean => accessTo(route).who === "anybody";
    expect(
      await outcomes(async (route) =>
        isOpen(route) ? null : (await send(route, {}, addressOf(route.path, e.ids))).outcome,
      ),
    ).toEqual(expected((route) => (isOpen(route) ? null : "out")));
  });

  test("a client of another company gets nothing of this one, and nothing of the staff's", async () => {
    const kinds = { page: await browserHeaders(t, e.otherClient) };
    const outcome = async (route: Route): Promise<string | null> => {
      const { who } = accessTo(route);
      if (who === "anybody" || who === "whoever is signed in" || endsSession(route)) return null;
      const { outcome: one, text } = await send(route, kinds.page, addressOf(route.path, e.ids));
      return text.includes(marker) ? "leaks" : one;
    };
    expect(await outcomes(outcome)).toEqual(
      expected((route) => {
        const { who, isClients } = accessTo(route);
        if (who === "anybody" || who === "whoever is signed in" || endsSession(route)) return null;
        if (!isClients) return "out";
        return route.path.includes(":id") ? "not there" : "in";
      }),
    );
  });

  test("another organization's administrator finds nothing of ours", async () => {
    const headers = {
      page: await browserHeaders(t, await t.mill.as("administrator")),
      api: await keyHeaders(t.mill, "administrator"),
    };
    const isAsked = (route: Route): boolean =>
      accessTo(route).roles.has("administrator") &&
      route.path.includes(":") &&
      !route.path.includes(":token") &&
      !route.path.includes(":provider") &&
      !route.path.includes(":list");
    const outcome = async (route: Route): Promise<string | null> => {
      if (!isAsked(route) || accessTo(route).who === "anybody") return null;
      const { outcome: one, text } = await send(
        route,
        isPage(route) ? headers.page : headers.api,
        addressOf(route.path, e.ids),
        t.mill,
      );
      // A button answers with the way back to the page it was on, and that page is not there.
      const isWayBack = one === "in" && route.method === "POST" && text === "";
      return text.includes(marker) ? "leaks" : isWayBack ? "not there" : one;
    };
    expect(await outcomes(outcome)).toEqual(
      expected((route) => (isAsked(route) && accessTo(route).who !== "anybody" ? "not there" : null)),
    );
    for (const route of routes.filter((one) => one.method === "GET" && !one.path.includes(":"))) {
      const { text } = await send(route, isPage(route) ? headers.page : headers.api, route.path, t.mill);
      expect({ route: nameOf(route), leaks: text.includes(marker) }).toEqual({ route: nameOf(route), leaks: false });
    }
  });

  test("another organization's key and session are nobody's here", async () => {
    const headers = {
      page: await browserHeaders(t, await t.mill.as("administrator")),
      api: await keyHeaders(t.mill, "administrator"),
    };
    const outcome = async (route: Route): Promise<string | null> =>
      accessTo(route).who === "anybody"
        ? null
        : (await send(route, isPage(route) ? headers.page : headers.api, addressOf(route.path, e.ids))).outcome;
    expect(await outcomes(outcome)).toEqual(expected((route) => (accessTo(route).who === "anybody" ? null : "out")));
  });
});

describe("of a client's people", () => {
  for (const role of portalRoles) {
    test(`a ${role.replace("_", " ")} gets in where the table says, and nowhere else`, async () => {
      const who = role === "client_admin" ? e.client : e.colleague;
      let page = await browserHeaders(t, who);
      const isAsked = (route: Route): boolean => !["anybody", "whoever is signed in"].includes(accessTo(route).who);
      const outcome = async (route: Route): Promise<string | null> => {
        if (!isAsked(route)) return null;
        const { outcome: one } = await send(route, page, harmless(route));
        if (endsSession(route)) page = await browserHeaders(t, who);
        return one === "not there" ? "in" : one;
      };
      expect(await outcomes(outcome)).toEqual(
        expected((route) => (isAsked(route) ? (accessTo(route).roles.has(role) ? "in" : "out") : null)),
      );
    });
  }

  test("a colleague with the lesser role finds nothing of others' requests and of invoices", async () => {
    const headers = await browserHeaders(t, e.colleague);
    const leaks: string[] = [];
    for (const route of routes.filter((one) => accessTo(one).isClients && one.method === "GET")) {
      const { text } = await send(route, headers, addressOf(route.path, e.ids));
      if (text.includes(`${marker} is down`) || text.includes(`${marker} cabling`)) leaks.push(nameOf(route));
    }
    expect(leaks).toEqual([]);
  });
});

describe("of the staff", () => {
  for (const role of staffRoles) {
    test(`a ${role} gets in where the table says, and nowhere else`, async () => {
      const who: Ctx = await t.harbor.as(role);
      let page = await browserHeaders(t, who);
      const api = await keyHeaders(t.harbor, role);
      const isAsked = (route: Route): boolean => !["anybody", "whoever is signed in"].includes(accessTo(route).who);
      const outcome = async (route: Route): Promise<string | null> => {
        if (!isAsked(route)) return null;
        const { outcome: one } = await send(route, isPage(route) ? page : api, harmless(route));
        if (endsSession(route)) page = await browserHeaders(t, who);
        return one === "not there" ? "in" : one;
      };
      expect(await outcomes(outcome)).toEqual(
        expected((route) => (isAsked(route) ? (accessTo(route).roles.has(role) ? "in" : "out") : null)),
      );
    });
  }

  test("a key with one scope opens what that scope opens", async () => {
    const headers = await keyHeaders(t.harbor, "administrator", ["companies.read"]);
    const { actor } = await t.harbor.as("administrator");
    const isAsked = (route: Route): boolean =>
      route.door === "api" && route.permission !== null && can(actor, route.permission);
    const outcome = async (route: Route): Promise<string | null> => {
      if (!isAsked(route)) return null;
      const { outcome: one } = await send(route, headers, harmless(route));
      return one === "not there" ? "in" : one;
    };
    expect(await outcomes(outcome)).toEqual(
      expected((route) => (isAsked(route) ? (route.permission === "companies.read" ? "in" : "out") : null)),
    );
  });
});
