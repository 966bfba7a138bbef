import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { openApiDocument } from "../../openapi/document.ts";
import { moduleRoutes } from "../module-routes.ts";
import type { Route } from "../route.ts";
import { createServer } from "../server.ts";

const going = { since: "2026-11-21", sunset: "2027-05-31", instead: "/api/v1/companies" };

let t: TestProgram;
let routes: Route[];
let server: ReturnType<typeof createServer>;
let authorization: string;

beforeAll(async () => {
  t = await startTestProgram();
  authorization = `Bearer ${await t.harbor.key("administrator")}`;
  routes = moduleRoutes(t.app.registry).map((route) =>
    route.path === "/api/v1/sites" && route.doc !== undefined
      ? { ...route, doc: { ...route.doc, deprecated: going } }
      : route,
  );
  server = createServer(t.app, routes, {
    tenantOf: async () => t.harbor.id,
    trustedProxies: [],
    isOpen: () => true,
  });
});
afterAll(() => t.close());

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  server.handle(new Request(`http://harbor.test${path}`, { ...init, headers: { authorization, host: "harbor.test" } }));
const announced = ({ headers }: Response): (string | null)[] =>
  ["deprecation", "sunset", "link"].map((name) => headers.get(name));

describe("a route that goes away", () => {
  const expected = ["@1795219200", "Mon, 31 May 2027 00:00:00 GMT", '</api/v1/companies>; rel="successor-version"'];

  test("says so in each answer, a refusal included: since when, until when, and what to use instead", async () => {
    const answer = await ask("/api/v1/sites");
    expect([answer.status, ...announced(answer)]).toEqual([200, ...expected]);
    const refused = await ask("/api/v1/sites?shoes=1");
    expect([refused.status, ...announced(refused)]).toEqual([400, ...expected]);
    expect(Date.parse(`${going.since}T00:00:00Z`) / 1000).toBe(1_795_219_200);
  });

  test("says it of itself only", async () => {
    expect(announced(await ask("/api/v1/companies"))).toEqual([null, null, null]);
  });

  test("is marked in the document, with its headers", () => {
    // The document is looked at as what it is: JSON.
    // oxlint-disable-next-line no-explicit-any
    const { paths } = openApiDocument(t.app.registry, routes, [...t.app.registry.resources.values()]) as any;
    const { deprecated, description, responses } = paths["/api/v1/sites"].get;
    expect(deprecated).toBe(true);
    expect(description).toContain("Deprecated since 2026-11-21, stops to work on 2027-05-31: use `/api/v1/companies`.");
    expect(Object.keys(responses["200"].headers)).toEqual(expect.arrayContaining(["Deprecation", "Sunset", "Link"]));
    expect(paths["/api/v1/companies"].get.deprecated).toBeUndefined();
  });
});

test("an attribute that goes away is marked in the document and answered until then", () => {
  const resources = [...t.app.registry.resources.values()].map((one) =>
    one.type === "sites" ? { ...one, deprecated: { phone: { ...going, instead: "contacts.phone" } } } : one,
  );
  // oxlint-disable-next-line no-explicit-any
  const { components } = openApiDocument(t.app.registry, [], resources) as any;
  const { phone, name } = components.schemas.sites_attributes.properties;
  expect([phone.deprecated, name.deprecated]).toEqual([true, undefined]);
  expect(phone.description).toBe("Deprecated since 2026-11-21, goes on 2027-05-31: use `contacts.phone`.");
  expect(components.schemas.sites_attributes.required).toContain("phone");
});
