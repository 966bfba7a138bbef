import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Ctx } from "../../src/platform/context.ts";
import { moduleRoutes } from "../../src/platform/http/module-routes.ts";
import type { Route } from "../../src/platform/http/route.ts";
import { noId } from "../../src/platform/ids.ts";
import { makeApiKey } from "../../src/modules/staff/index.ts";
import { inUnit } from "../../src/platform/context.ts";
import {
  addressOf,
  browserHeaders,
  type Everything,
  type Headers,
  makeEverything,
  words,
} from "../support/everything.ts";
import { startTestProgram, type TestProgram } from "../support/program.ts";
import { personWith } from "./actors.ts";
import { askedForSending, multiTenantPermissions, permissionsOfRoutes } from "./permissions.ts";
import { addressesOf } from "./variants.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;
let routes: Route[];
let staffPermissions: string[];

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  routes = moduleRoutes(t.app.registry);
  staffPermissions = [...t.app.registry.permissions.keys()].filter(
    (name) => !name.startsWith("portal.") || name === "portal.manage",
  );
});
afterAll(() => t.close());

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
const isOfStaff = ({ door, path }: Route): boolean =>
  door === "staff" || (door === "api" && !path.startsWith("/api/v1/portal/"));

/** `GET /companies` → `companies.read`, as the tables state it. */
function stated(): Map<string, string> {
  const all = new Map<string, string>();
  for (const table of [permissionsOfRoutes, ...(MULTI_TENANT ? [multiTenantPermissions] : [])])
    for (const [permission, lines] of Object.entries(table))
      for (const line of lines.trim().split(/\n\s*/)) {
        const parts = line.split(" ");
        for (const method of parts.slice(0, -1)) all.set(`${method} ${parts.at(-1) ?? ""}`, permission);
      }
  return all;
}

/** How somebody signs in to pages and to the API. */
interface Doors {
  page: Headers;
  api: Headers;
}

async function doorsOf(who: Ctx, owner: Ctx, scopes: readonly string[]): Promise<Doors> {
  const { key } = await inUnit(t.harbor.system, (work) =>
    makeApiKey(work, owner.actor.user_id ?? "", { name: "test", scopes: [...scopes] }),
  );
  return { page: await browserHeaders(t, who), api: { authorization: `Bearer ${key}` } };
}

/** Whether somebody is let in by a route: an address of nothing is asked for, so that whoever gets in changes nothing. */
async function isLetIn(route: Route, doors: Doors): Promise<boolean> {
  const path = route.path.replaceAll(/:(\w+_)?id\b/g, noId).replaceAll(/:\w+/g, "up");
  const hasBody = route.method !== "GET" && route.method !== "DELETE";
  const { status } = await t.fetch(path, {
    method: route.method,
    headers:
      route.door === "api" ? { ...doors.api, ...(hasBody ? { "content-type": "application/json" } : {}) } : doors.page,
    ...(hasBody ? { body: route.door === "api" ? "[]" : new URLSearchParams({ no_such_field: "1" }) } : {}),
  });
  if (status === 401 || status >= 500) throw new Error(`${nameOf(route)}: ${status}`);
  return status !== 403;
}

/** In eight lanes side by side. */
async function inLanes<T>(list: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...list];
  const lane = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

test("each route asks for the permission that the table states, and no other", () => {
  const asked = routes.flatMap((route) => (route.permission === null ? [] : [[nameOf(route), route.permission]]));
  expect(Object.fromEntries([...stated()].toSorted())).toEqual(Object.fromEntries(asked.toSorted()));
});

test("each permission that there is is stated for some route, or is one that handlers ask for", () => {
  const named = new Set(stated().values());
  const others = staffPermissions.filter((name) => !named.has(name));
  expect(others).toEqual(["time.manage", "views.share"].filter((name) => staffPermissions.includes(name)));
});

test("whoever has one permission only gets in by the routes that ask for it; whoever has all but that one does not", async () => {
  const administrator = await t.harbor.as("administrator");
  const wrong: string[] = [];
  for (const permission of new Set(stated().values())) {
    if (!staffPermissions.includes(permission)) continue;
    const others = staffPermissions.filter((name) => name !== permission);
    const also = [...new Set(Object.values(askedForSending))].filter((name) => name !== permission);
    // Pages are for people, so it is their role that is narrow; over the API it is the scope of an administrator's key.
    const [having, lacking] = [
      await doorsOf(await personWith(t.harbor, [permission, ...also]), administrator, [permission, ...also]),
      await doorsOf(await personWith(t.harbor, others), administrator, others),
    ];
    const only = await doorsOf(await personWith(t.harbor, [permission]), administrator, [permission]);
    const asking = routes.filter((route) => isOfStaff(route) && stated().get(nameOf(route)) === permission);
    await inLanes(asking, async (route) => {
      const name = nameOf(route);
      if (!(await isLetIn(route, name in askedForSending ? having : only)))
        wrong.push(`${name}: shut with ${permission}`);
      // What any single one of the others opened would be open to all of them together.
      if (await isLetIn(route, lacking)) wrong.push(`${name}: open without ${permission}`);
    });
    await t.app.journal.flush();
  }
  expect(wrong).toEqual([]);
});

test("whoever lacks a permission sees nothing of what it is for: on no page, in no part of one, search, list, file or document", async () => {
  const administrator = await t.harbor.as("administrator");
  const seen: Record<string, string[]> = {};
  for (const [index, kept] of groupsOfPermissions().entries()) {
    const doors = await doorsOf(await personWith(t.harbor, kept), administrator, kept);
    const foreign = Object.entries(words).filter(([name]) => !kept.includes(name));
    const looks = routes
      .filter((route) => route.method === "GET" && isOfStaff(route) && route.path !== "/live")
      .flatMap((route) =>
        addressesOf(t.app.registry, route, addressOf(route.path, e.ids)).map((one) => ({ route, one })),
      );
    let shown = 0;
    await inLanes(looks, async ({ route, one: { path, headers } }) => {
      const own = route.door === "api" ? doors.api : doors.page;
      const answer = await t.fetch(path, { headers: { ...own, ...headers } });
      const text = await answer.text();
      if (answer.status === 200) shown += 1;
      for (const [name, all] of foreign)
        if (all.some((word) => text.includes(word)))
          (seen[`${name}, by group ${index}`] ??= []).push(path.replaceAll(/[0-9a-f-]{36}/g, "ID"));
    });
    expect(shown).toBeGreaterThan(100);
    await t.app.journal.flush();
  }
  expect(seen).toEqual({});
});

/**
 * Five sets of permissions, so that for any two kinds of records somebody sees the one and not the other: each kind is in
 * two of the five, no two kinds in the same two. The logs and the mails that were sent hold all kinds, so nobody has those.
 */
function groupsOfPermissions(): string[][] {
  const logs = ["audit.read", "settings.manage"];
  const pairs = [0, 1, 2, 3, 4].flatMap((one) => [0, 1, 2, 3, 4].filter((two) => two > one).map((two) => [one, two]));
  const kinds = Object.keys(words).filter((name) => !logs.includes(name));
  const plain = staffPermissions.filter((name) => !(name in words) && !logs.includes(name));
  return [0, 1, 2, 3, 4].map((group) => [...plain, ...kinds.filter((_, at) => pairs[at]?.includes(group) === true)]);
}
