import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
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
import { ownOfClients, ownOfStaff } from "./own.ts";
import { multiTenantAccess } from "./multitenant.ts";
import { recordsOf } from "./records.ts";
import { pageAccess } from "./pages.ts";
import { type Access, accessOf, portalRoles, staffRoles } from "./table.ts";

setDefaultTimeout(180_000);

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

/** Let in; asked to sign in (401, or the way to the page for it); known and refused (403); told that there is nothing (404). */
type Outcome = "in" | "sign in" | "forbidden" | "not there";

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
  const refusals: Partial<Record<number, Outcome>> = { 401: "sign in", 403: "forbidden", 404: "not there" };
  const outcome = isSentAway ? "sign in" : (refusals[answer.status] ?? "in");
  const text = await answer.text();
  if (answer.status >= 500) throw new Error(`${nameOf(route)}: ${answer.status} ${text.slice(0, 300)}`);
  return { outcome, text };
}

/** Pages of the set-up have no door of the staff's in front, so nobody is sent to sign in there: a form of nobody's is refused. */
const refusalOfStrangers = (route: Route): Outcome =>
  route.door === "open" && route.method === "POST" ? "forbidden" : "sign in";

/** How a person is turned away whom the table does not name for a route. */
function refusal(route: Route, kind: "staff" | "client"): Outcome {
  const { isClients } = accessTo(route);
  if (kind === "staff") return isClients ? "sign in" : "forbidden";
  return isPage(route) && route.door !== "open" && !isClients ? "sign in" : "forbidden";
}

/** An address that names nothing, so that those who get in change nothing; where a form can be refused, the real one. */
function harmless(route: Route): string {
  const isForm = route.method === "POST" && routes.some(({ method, path }) => method === "GET" && path === route.path);
  if (route.method === "GET" || (isForm && isPage(route))) return addressOf(route.path, e.ids);
  return route.path.replaceAll(/:(\w+_)?id\b/g, noId).replaceAll(/:\w+/g, "up");
}

/** Looked at by the address of a real record: whoever may look sees it, and is not told that there is nothing. */
function isShown(route: Route): boolean {
  return route.method === "GET" && !notMade.has(route.path);
}

/**
 * The address names nothing without a query (`permissions.test.ts` asks for each list), or what whoever walks through all routes
 * has removed on the way.
 */
const notMade = new Set([
  "/lists/columns",
  "/lists/counts",
  "/lists/export",
  "/lists/views/new",
  "/api/v1/organization/logo/content",
]);

/** What belongs to whoever comes in, and to the log of it. */
const personal = [
  "audit_log",
  "events",
  "event_deliveries",
  "mails",
  "passkey_challenges",
  "recovery_codes",
  "sessions",
  "totp_factors",
  "users",
];

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

test("the server answers at no address beside: only the files of the pages, and what is asked of the program itself", async () => {
  const server = t.program.server({ tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => true });
  const named = new Set([...table.keys(), "GET /assets/*"]);
  expect(server.routes.map(({ method, path }) => `${method} ${path}`).filter((name) => !named.has(name))).toEqual([]);
  expect(server.routes.length).toBe(named.size);
  // Before anything is known of an organization: whether the program lives, and for the proxy which hosts it serves.
  const source = await Bun.file(`${import.meta.dir}/../../src/cli/server.ts`).text();
  const before = [...source.matchAll(/pathname === (\S+?)[)\s]/g)].map(([, what]) => what);
  expect(before.toSorted()).toEqual(['"/livez"', '"/readyz"', '"/up"', "tlsPath"]);
});

test("each route of the API says what it does, for the OpenAPI document (`doc`)", () => {
  const silent = routes.filter(({ path, doc }) => path.startsWith("/api/v1/") && doc === undefined);
  expect(silent.map(nameOf)).toEqual([]);
});

describe("with the addresses of real records,", () => {
  test("somebody who is not signed in gets in by open doors only, and changes nothing", async () => {
    const before = await recordsOf(t);
    const isOpen = (route: Route): boolean => accessTo(route).who === "anybody";
    expect(
      await outcomes(async (route) =>
        isOpen(route) ? null : (await send(route, {}, addressOf(route.path, e.ids))).outcome,
      ),
    ).toEqual(expected((route) => (isOpen(route) ? null : refusalOfStrangers(route))));
    expect(await recordsOf(t)).toEqual(before);
  });

  test("a client of another company gets nothing of this one, and nothing of the staff's, and changes nothing", async () => {
    const before = await recordsOf(t, personal);
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
        if (!isClients) return refusal(route, "client");
        return route.path.includes(":id") ? "not there" : "in";
      }),
    );
    expect(await recordsOf(t, personal)).toEqual(before);
  });

  test("another organization's administrator finds nothing of ours, and changes nothing", async () => {
    const before = await recordsOf(t);
    const headers = {
      page: await browserHeaders(t, await t.mill.as("administrator")),
      api: await keyHeaders(t.mill, "administrator"),
    };
    const isAsked = (route: Route): boolean =>
      accessTo(route).roles.has("administrator") &&
      route.path.includes(":") &&
      !route.path.includes(":token") &&
      !route.path.includes(":provider") &&
      // The same for everybody: what the API can do.
      !route.path.includes(":operation") &&
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
    expect(await recordsOf(t)).toEqual(before);
  });

  test("another organization's key and session are nobody's here, and change nothing", async () => {
    const before = await recordsOf(t);
    const headers = {
      page: await browserHeaders(t, await t.mill.as("administrator")),
      api: await keyHeaders(t.mill, "administrator"),
    };
    const outcome = async (route: Route): Promise<string | null> =>
      accessTo(route).who === "anybody"
        ? null
        : (await send(route, isPage(route) ? headers.page : headers.api, addressOf(route.path, e.ids))).outcome;
    expect(await outcomes(outcome)).toEqual(
      expected((route) => (accessTo(route).who === "anybody" ? null : refusalOfStrangers(route))),
    );
    expect(await recordsOf(t)).toEqual(before);
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
        return one === "not there" && !isShown(route) ? "in" : one;
      };
      expect(await outcomes(outcome)).toEqual(
        expected((route) =>
          !isAsked(route)
            ? null
            : !accessTo(route).roles.has(role)
              ? refusal(route, "client")
              : role === "client_user" && isShown(route) && route.path.includes("/tickets/:id")
                ? // The request is a colleague's, and the lesser role sees its own.
                  "not there"
                : role === "client_user" && ownOfClients.has(nameOf(route)) && route.method === "GET"
                  ? "not there"
                  : "in",
        ),
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
        return one === "not there" && !isShown(route) ? "in" : one;
      };
      expect(await outcomes(outcome)).toEqual(
        expected((route) => {
          if (!isAsked(route)) return null;
          if (!accessTo(route).roles.has(role)) return refusal(route, "staff");
          return ownOfStaff.has(nameOf(route)) && route.method === "GET" && role !== "administrator"
            ? "not there"
            : "in";
        }),
      );
    });
  }
});
