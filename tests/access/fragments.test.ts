import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Glob } from "bun";
import type { Ctx } from "../../src/platform/context.ts";
import { moduleRoutes } from "../../src/platform/http/module-routes.ts";
import type { Route } from "../../src/platform/http/route.ts";
import {
  addressOf,
  browserHeaders,
  type Everything,
  type Headers,
  makeEverything,
  marker,
} from "../support/everything.ts";
import { startTestProgram, type TestProgram, type TestTenant } from "../support/program.ts";
import { asFragment, fragments, targetOf } from "./fragments.ts";
import { multiTenantAccess } from "./multitenant.ts";
import { pageAccess } from "./pages.ts";
import { accessOf, portalRoles, type Role, staffRoles } from "./table.ts";

/** Parts of pages are guarded just as the pages are: each part that there is, for each kind of actor. */

setDefaultTimeout(180_000);

const table = accessOf(pageAccess, ...(MULTI_TENANT ? [multiTenantAccess] : []));

let t: TestProgram;
let e: Everything;
let pages: Route[];
let parts: Route[];

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  pages = moduleRoutes(t.app.registry).filter(
    ({ method, door, path }) => method === "GET" && (door === "staff" || door === "portal") && !path.endsWith("/live"),
  );
  parts = pages.filter(({ path }) => targetOf.has(path));
});
afterAll(() => t.close());

/** Lists are named in the query of the routes that serve all of them. */
const pathOf = ({ path }: Route): string =>
  addressOf(path, e.ids) + (/^\/lists\/(columns|counts)$|^\/lists\/views\/new$/.test(path) ? "?list=/tickets" : "");

interface Answered {
  outcome: "part" | "page" | "sign in" | "forbidden" | "not there" | "elsewhere" | "other";
  text: string;
}

async function ask(route: Route, target: string, headers: Headers, tenant: TestTenant = t.harbor): Promise<Answered> {
  const answer = await t.fetch(pathOf(route), { headers: { ...headers, ...asFragment(target) } }, tenant);
  const text = await answer.text();
  const to = answer.headers.get("hx-redirect");
  const outcome =
    to !== null
      ? to.includes("/sign-in")
        ? "sign in"
        : "elsewhere"
      : answer.status === 403
        ? "forbidden"
        : answer.status === 404
          ? "not there"
          : answer.headers.get("content-type")?.startsWith("text/html") !== true || answer.status !== 200
            ? "other"
            : text.includes("<html")
              ? "page"
              : "part";
  return { outcome, text };
}

async function outcomes(who: Headers, tenant?: TestTenant): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const route of parts) {
    const { outcome, text } = await ask(route, targetOf.get(route.path) ?? "", who, tenant);
    found[route.path] = text.includes(marker) && tenant === t.mill ? "leaks" : outcome;
  }
  return found;
}

const expected = (of: (route: Route) => string): Record<string, string> =>
  Object.fromEntries(parts.map((route) => [route.path, of(route)]));
const rolesOf = ({ path }: Route): ReadonlySet<Role> => table.get(`GET ${path}`)?.roles ?? new Set();

test("the table names every element that handlers tell apart", async () => {
  const root = `${import.meta.dir}/../../src`;
  const told = new Set<string>();
  for await (const file of new Glob("**/*.ts").scan(root)) {
    const text = await Bun.file(`${root}/${file}`).text();
    for (const [, target = ""] of text.matchAll(/fragmentTarget\.includes\("([^"]+)"\)/g)) told.add(target);
    const others = [...text.matchAll(/\.fragmentTarget\b(?!\.includes\(")/g)];
    expect({ file, others: others.length }).toEqual({ file, others: 0 });
  }
  expect(["", ...told].toSorted()).toEqual(Object.keys(fragments).toSorted());
});

test("the table names every part of a page, by the element that it goes into, and no other", async () => {
  const headers = {
    staff: await browserHeaders(t, await t.harbor.as("administrator")),
    portal: await browserHeaders(t, e.client),
  };
  const found: Record<string, string> = {};
  for (const route of pages) {
    const [any, ...named] = Object.keys(fragments);
    for (const target of [any ?? "", ...named]) {
      const { outcome } = await ask(route, target, headers[route.door === "portal" ? "portal" : "staff"]);
      if (outcome !== "part") continue;
      found[route.path] = target;
      break;
    }
  }
  expect(found).toEqual(Object.fromEntries(targetOf));
});

describe("each part of a page answers", () => {
  test("nobody with the way to the sign-in", async () => {
    expect(await outcomes({})).toEqual(expected(() => "sign in"));
  });

  for (const role of staffRoles)
    test(`a ${role} as the page does`, async () => {
      const own = new Set(["/account/api-keys/:id"]);
      expect(await outcomes(await browserHeaders(t, await t.harbor.as(role)))).toEqual(
        expected((route) =>
          route.door === "portal"
            ? "sign in"
            : !rolesOf(route).has(role)
              ? "forbidden"
              : own.has(route.path) && role !== "administrator"
                ? "not there"
                : "part",
        ),
      );
    });

  for (const role of portalRoles)
    test(`a ${role.replace("_", " ")} as the page does`, async () => {
      const who: Ctx = role === "client_admin" ? e.client : e.colleague;
      expect(await outcomes(await browserHeaders(t, who))).toEqual(
        expected((route) => (route.door !== "portal" ? "sign in" : rolesOf(route).has(role) ? "part" : "forbidden")),
      );
    });

  test("a client of another company with nothing of this one", async () => {
    const headers = await browserHeaders(t, e.otherClient);
    for (const route of parts) {
      const { outcome, text } = await ask(route, targetOf.get(route.path) ?? "", headers);
      const refused = route.door === "portal" ? (route.path.includes(":id") ? "not there" : "part") : "sign in";
      expect({ path: route.path, outcome, leaks: text.includes(marker) }).toEqual({
        path: route.path,
        outcome: refused,
        leaks: false,
      });
    }
  });

  test("another organization's administrator with nothing of ours", async () => {
    const headers = await browserHeaders(t, await t.mill.as("administrator"));
    expect(await outcomes(headers, t.mill)).toEqual(
      expected(({ door, path }) => (door === "portal" ? "sign in" : /:(\w+_)?id\b/.test(path) ? "not there" : "part")),
    );
    expect(await outcomes(headers)).toEqual(expected(() => "sign in"));
  });
});
