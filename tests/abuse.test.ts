import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
import type { Route } from "../src/platform/http/route.ts";
import { makeClient, signedIn } from "./support/desk.ts";
import {
  addressOf,
  browserHeaders,
  type Everything,
  keyHeaders,
  makeEverything,
  marker,
} from "./support/everything.ts";
import {
  dice,
  hostileBodies,
  hostileDocuments,
  hostileHeaders,
  hostileIds,
  hostileQueries,
  hostileValues,
  some,
} from "./support/hostile.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

/** Whatever is sent to any route: a clear answer, nothing half done, never a defect. The dice fall the same each time. */

type Sender = Readonly<Record<string, string>>;

let t: TestProgram;
let e: Everything;
let routes: Route[];
let api: Route[];
let pages: Route[];
let senders: { admin: Sender; staffPage: Sender; client: Sender; others: Sender[] };

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  routes = moduleRoutes(t.app.registry);
  // OAuth speaks in forms and in errors of its own (RFC 6749); its own tests send it hostile ones.
  api = routes.filter(
    ({ door, path }) => (door === "api" || door === "hook") && !/^\/(oauth|\.well-known)\//.test(path),
  );
  pages = routes.filter(({ door }) => door !== "api" && door !== "hook");
});
afterAll(() => t.close());

// Some of what is sent signs people out or takes their access away, so each test has people of its own.
beforeEach(async () => {
  const client = await browserHeaders(t, (await makeClient(t, `${marker} ${Bun.randomUUIDv7()}`)).portal);
  senders = {
    admin: await keyHeaders(t.harbor, "administrator"),
    staffPage: await browserHeaders(t, await t.harbor.as("administrator")),
    client,
    others: [
      {},
      client,
      await keyHeaders(t.harbor, "technician"),
      await keyHeaders(t.harbor, "finance"),
      await keyHeaders(t.harbor, "administrator", ["companies.read"]),
      await keyHeaders(t.mill, "administrator"),
      { authorization: "Bearer nonsense" },
      { authorization: "Basic bm9ib2R5Og==", "x-api-key": "\u00ff" },
    ],
  };
});

/** Signing out asks nothing of its body. */
const asksNothing = ({ path }: Route): boolean => path.endsWith("/auth/logout");
const isChange = ({ method }: Route): boolean => method !== "GET" && method !== "DELETE";
const isClients = ({ door, path }: Route): boolean => door === "portal" || path.startsWith("/api/v1/portal/");
/** Somebody who may come in by this route. */
const guest = (route: Route): Sender =>
  isClients(route) ? senders.client : route.door === "api" || route.door === "hook" ? senders.admin : senders.staffPage;

interface Answered {
  status: number;
  text: string;
}

/** Sends, and holds every answer to what all answers owe: no defect, and over the API the form of errors. */
async function send(route: Route, path: string, init: RequestInit, what: string): Promise<Answered> {
  const answer = await t.fetch(path, { method: route.method, ...init });
  const text = await answer.text();
  const problem = problemWith(route, answer, text);
  if (problem !== null)
    expect({ route: `${route.method} ${route.path}`, what, status: answer.status, text: text.slice(0, 500) }).toBe(
      problem as never,
    );
  return { status: answer.status, text };
}

interface ErrorDocument {
  errors: { status: string; code: string; title: string; detail: string; source?: { pointer: string } }[];
}

/** What is wrong with an answer, or null. */
function problemWith(route: Route, { status, headers }: Response, text: string): string | null {
  if (status >= 500) return "a defect";
  if (status < 400 || (route.door !== "api" && route.door !== "hook")) return null;
  if (headers.get("content-type") !== "application/vnd.api+json") return "no JSON:API document";
  const { errors } = JSON.parse(text) as ErrorDocument;
  if (errors.length === 0 || errors.length > 60) return "no errors, or far too many";
  for (const { code, title, detail, source, ...error } of errors) {
    if (error.status !== String(status) || title === "" || detail === "") return "an error without its parts";
    if (!/^[a-z][a-z0-9_]+$/.test(code)) return "an error without a code";
    if (status === 422 && !/^\/data(\/|$)/.test(source?.pointer ?? "")) return "a 422 without a pointer";
  }
  return null;
}

/** How many changes have been written down so far; every change of a record is. */
async function changes(): Promise<number> {
  const { count } = await t.app.database.read(t.harbor.id, (db) =>
    db
      .selectFrom("audit_log")
      .select((eb) => eb.fn.countAll().as("count"))
      .executeTakeFirstOrThrow(),
  );
  return Number(count);
}

const typed = (headers: Sender, type = "application/vnd.api+json"): Sender => ({ ...headers, "content-type": type });

/** Verbs take the `{}` of clients that always send a body (some begin it with a byte order mark), and do what they are asked. */
const isBodiless = ({ method, doc }: Route): boolean =>
  method === "POST" && (doc?.input === undefined || doc.isInputOptional === true);

/** The type that the documents of a route have: its answer to a wrong one says it. */
async function typeOf(route: Route): Promise<string | null> {
  const { text } = await send(
    route,
    addressOf(route.path, e.ids),
    { headers: typed(guest(route)), body: '{"data":{"type":"nonsense"}}' },
    "a wrong type",
  );
  return /Must be \\"(\w+)\\"/.exec(text)?.[1] ?? null;
}

describe("over the API", () => {
  test("bodies that are no documents change nothing", async () => {
    const roll = dice(1);
    const before = await changes();
    const taken: string[] = [];
    for (const route of api.filter((one) => isChange(one) && !asksNothing(one))) {
      const path = addressOf(route.path, e.ids);
      for (const { name, body, type } of some(roll, hostileBodies.slice(1), 3)) {
        if (isBodiless(route) && (body === "{}" || name === "a byte order mark")) continue;
        const { status } = await send(route, path, { headers: typed(guest(route), type), body }, name);
        if (status < 400) taken.push(`${route.method} ${route.path}: ${name}`);
      }
      for (const headers of some(roll, senders.others, 1))
        await send(
          route,
          path,
          { headers: typed(headers), body: some(roll, hostileBodies.slice(1), 1)[0]?.body ?? "" },
          "from somebody else",
        );
    }
    expect(taken).toEqual([]);
    expect(await changes()).toBe(before);
  });

  test("documents with a broken frame or unknown members change nothing and are not misread", async () => {
    const roll = dice(2);
    const before = await changes();
    const taken: string[] = [];
    for (const route of api.filter((one) => isChange(one) && !asksNothing(one))) {
      const type = await typeOf(route);
      if (type === null) continue;
      for (const body of some(roll, hostileDocuments(type), 3)) {
        const { status } = await send(
          route,
          addressOf(route.path, e.ids),
          { headers: typed(guest(route)), body },
          body.slice(0, 100),
        );
        if (status < 400) taken.push(`${route.method} ${route.path}: ${body.slice(0, 100)}`);
      }
    }
    expect(taken).toEqual([]);
    expect(await changes()).toBe(before);
  });

  test("a body larger than the route takes is refused with 413", async () => {
    const body = JSON.stringify({ data: { type: "companies", attributes: { name: "x".repeat(1024 * 1024) } } });
    const route = api.find(({ method, path }) => method === "POST" && path === "/api/v1/companies");
    if (route === undefined) throw new Error("companies are made over the API");
    expect((await send(route, route.path, { headers: typed(senders.admin), body }, "a large body")).status).toBe(413);
  });

  test("parameters and headers are read or refused by name", async () => {
    const roll = dice(3);
    for (const route of api.filter(({ method }) => method === "GET")) {
      const path = addressOf(route.path, e.ids);
      for (const query of some(roll, hostileQueries, 3))
        await send(route, path + query, { headers: guest(route) }, query.slice(0, 60));
      for (const headers of some(roll, hostileHeaders, 1))
        await send(route, path, { headers: { ...headers, ...guest(route) } }, JSON.stringify(headers).slice(0, 60));
    }
  });

  test("any value in any field is stored or refused with a pointer, never half stored", async () => {
    const roll = dice(4);
    for (const resource of t.app.registry.resources.values()) {
      for (const [method, action] of [
        ["POST", resource.create],
        ["PATCH", resource.update],
      ] as const) {
        if (action === null) continue;
        const path = method === "POST" ? "" : `/${e.ids[resource.path] ?? ""}`;
        const route: Route = {
          method,
          path: `/api/v1/${resource.path}${path}`,
          door: "api",
          permission: null,
          handle: () => Promise.reject(new Error("not called")),
        };
        const shown = JSON.parse(
          (await t.fetch(`/api/v1/${resource.path}/${e.ids[resource.path] ?? ""}`, { headers: senders.admin }))
            .status === 200
            ? await (
                await t.fetch(`/api/v1/${resource.path}/${e.ids[resource.path] ?? ""}`, { headers: senders.admin })
              ).text()
            : '{"data":{"attributes":{}}}',
        ).data.attributes as Record<string, unknown>;
        const known = Object.keys(action.input.properties).filter((name) => name !== "id" && name !== "version");
        const base =
          method === "PATCH"
            ? {}
            : Object.fromEntries(known.flatMap((name) => (shown[name] == null ? [] : [[name, shown[name]]])));
        for (const name of known) {
          for (const value of some(roll, hostileValues, 1)) {
            const before = await changes();
            const body = JSON.stringify({ data: { type: resource.type, attributes: { ...base, [name]: value } } });
            const { status } = await send(
              route,
              route.path,
              { headers: typed(senders.admin), body },
              `${name}: ${String(JSON.stringify(value)).slice(0, 60)}`,
            );
            if (status >= 400)
              expect({ route: route.path, name, changes: await changes() }).toEqual({
                route: route.path,
                name,
                changes: before,
              });
          }
        }
      }
    }
  });
});

test("an address with an id that is none is not found", async () => {
  const roll = dice(5);
  for (const route of routes.filter(({ path }) => /:(\w+_)?id\b/.test(path))) {
    for (const id of some(roll, hostileIds, 2)) {
      const headers = isChange(route)
        ? typed(guest(route), route.door === "api" ? undefined : "application/x-www-form-urlencoded")
        : guest(route);
      const { status } = await send(
        route,
        route.path.replaceAll(/:\w+/g, id),
        { headers, ...(isChange(route) ? { body: "" } : {}) },
        `id ${id.slice(0, 60)}`,
      );
      expect({
        route: `${route.method} ${route.path}`,
        id,
        isRefused: [400, 404, 415].includes(status) || (route.path.includes("/move/") && status === 303),
      }).toEqual({ route: `${route.method} ${route.path}`, id, isRefused: true });
    }
  }
});

describe("on pages", () => {
  test("any query and any header gets a page", async () => {
    const roll = dice(6);
    for (const route of pages.filter(({ method }) => method === "GET")) {
      const path = addressOf(route.path, e.ids);
      for (const query of some(roll, hostileQueries, 2))
        await send(route, path + query, { headers: guest(route) }, query.slice(0, 60));
      for (const headers of some(roll, hostileHeaders, 1))
        await send(route, path, { headers: { ...headers, ...guest(route) } }, JSON.stringify(headers).slice(0, 60));
    }
    const ticket = pages.find(({ method, path }) => method === "GET" && path === "/tickets/:id");
    if (ticket === undefined) throw new Error("tickets have a page");
    for (const from of [
      "x",
      "//evil.example/tickets",
      "/tickets?after=x&sort=constructor",
      "/tickets/1?from=x",
      "%00",
    ]) {
      const { status, text } = await send(
        ticket,
        `/tickets/${e.ids["tickets"] ?? ""}?from=${encodeURIComponent(from)}`,
        { headers: senders.staffPage },
        from,
      );
      expect({ from, status, isTrusted: text.includes('evil.example/tickets"') }).toEqual({
        from,
        status: 200,
        isTrusted: false,
      });
    }
  });

  test("a form without the token of its page is refused, whoever sends it", async () => {
    for (const route of pages.filter(isChange)) {
      const { "x-csrf-token": _, ...headers } = guest(route);
      const { status } = await send(
        route,
        addressOf(route.path, e.ids),
        { headers, body: new URLSearchParams({ name: "x" }) },
        "no token",
      );
      expect({ route: route.path, status }).toEqual({ route: route.path, status: 403 });
    }
  });

  test("bodies that are no forms, and forms of somebody else's making, meet no defect", async () => {
    const roll = dice(7);
    for (const route of pages.filter(
      (one) => isChange(one) && !/sign-out|sessions|password|deactivate/.test(one.path),
    )) {
      for (const { name, body, type } of some(roll, hostileBodies, 2))
        await send(
          route,
          addressOf(route.path, e.ids),
          { headers: typed(guest(route), type ?? "application/x-www-form-urlencoded"), body },
          name,
        );
      const fields = some(roll, fieldNames, 5).map((name): [string, string] => [
        name,
        String(some(roll, hostileValues, 1)[0]),
      ]);
      await send(
        route,
        addressOf(route.path, e.ids),
        {
          headers: guest(route),
          body: new URLSearchParams([
            ...fields,
            ["constructor", "x"],
            ["__proto__.x", "y"],
            ["a[]", "1"],
            ["a.b.c", "2"],
          ]),
        },
        JSON.stringify(fields).slice(0, 200),
      );
    }
  });

  test("a form that cannot be taken comes back with every word that was typed", async () => {
    const own = await makeClient(t, `${marker} forms`);
    const [staff, client] = [await signedIn(t, await t.harbor.as("administrator")), await signedIn(t, own.portal)];
    let kept = 0;
    const lost: object[] = [];
    for (const route of pages.filter(
      ({ method, path }) => method === "GET" && pages.some((other) => other.method === "POST" && other.path === path),
    )) {
      const path = addressOf(route.path, e.ids);
      const browser = isClients(route) ? client : staff;
      const page = await browser.open(path);
      if (page.status !== 200) continue;
      const words = Object.fromEntries(
        (await textFields(page.html, path)).map((name, at) => [name, `${marker} <${at}> "typed"`]),
      );
      if (Object.keys(words).length === 0) continue;
      const answer = await browser.submit(path, { ...words, no_such_field: "x" });
      if (answer.status !== 422) continue;
      kept += 1;
      const back = await typedInto(answer.html, path);
      for (const [name, word] of Object.entries(words))
        if (back.get(name) !== word) lost.push({ path, name, word, back: back.get(name) });
    }
    expect(lost).toEqual([]);
    expect(kept).toBeGreaterThan(20);
  });
});

const fieldNames = [
  "name",
  "title",
  "content",
  "company_id",
  "status_id",
  "amount",
  "duration",
  "date",
  "month",
  "lines",
  "invoice_ids",
  "mode",
  "time",
  "contract_id",
  "work_type_id",
  "version",
  "email",
  "address.city",
];

/** The names of the fields of a form that take any text. */
async function textFields(html: string, action: string): Promise<string[]> {
  return [...(await typedInto(html, action)).keys()];
}

/** What stands in the text fields of a form. */
async function typedInto(html: string, action: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let isInside = false;
  let area = "";
  await new HTMLRewriter()
    .on("form", {
      element(form) {
        isInside = form.getAttribute("action") === action;
        form.onEndTag(() => {
          isInside = false;
        });
      },
    })
    .on('input[type="text"][name]', {
      element(input) {
        if (isInside) found.set(input.getAttribute("name") ?? "", plain(input.getAttribute("value") ?? ""));
      },
    })
    .on("textarea[name]", {
      element(element) {
        area = isInside ? (element.getAttribute("name") ?? "") : "";
        if (area !== "") found.set(area, "");
      },
      text({ text }) {
        if (area !== "") found.set(area, plain((found.get(area) ?? "") + text).trimStart());
      },
    })
    .transform(new Response(html))
    .text();
  return found;
}

const plain = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&");
