import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { isApi } from "../src/platform/http/route.ts";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
import { organizationApi } from "../src/modules/reference/apis.ts";
import { type Json, type ServedDocument, servedDocument } from "./support/document.ts";
import { addressOf, browserHeaders, type Everything, keyHeaders, makeEverything } from "./support/everything.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;
let document: Json;
let compiled: ServedDocument["compiled"];

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  ({ document, compiled } = await servedDocument(t));
});
afterAll(() => t.close());

const apiRoutes = (): ReturnType<typeof moduleRoutes> => moduleRoutes(t.app.registry).filter(({ path }) => isApi(path));

describe("the OpenAPI document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document));
    expect([result.valid, result.valid ? [] : result.errors]).toEqual([true, []]);
    expect(validator.version).toBe("3.1");
  });

  test("can be read without signing in, and is answered once to those who have it", async () => {
    const first = await t.fetch("/api/v1/openapi.json");
    expect([first.status, first.headers.get("content-type")]).toEqual([200, "application/json"]);
    const etag = first.headers.get("etag") ?? "";
    const again = await t.fetch("/api/v1/openapi.json", { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  test("is where the root of the API leads, which strangers can read as well", async () => {
    const { schema } = document.paths["/api/v1"].get.responses["200"].content["application/vnd.api+json"];
    const check = compiled(schema);
    for (const path of ["/api/v1", "/api/v1/"]) {
      const { status, body } = await t.api("GET", path, {});
      expect([path, status, check(body) || check.errors]).toEqual([path, 200, true]);
      expect([body.links.describedby, body.meta.version]).toEqual(["/api/v1/openapi.json", document.info.version]);
    }
    const headers = await browserHeaders(t, await t.harbor.as("technician"));
    const { meta } = (await t.api("GET", "/api/v1", {})).body;
    for (const page of [meta.reference, meta.guide, meta.changelog, meta.authorization_server])
      expect([page, (await t.fetch(page, { headers })).status]).toEqual([page, 200]);
    const method = await t.api("POST", "/api/v1", {});
    expect([method.status, method.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    expect((await t.fetch("/api/v1", { method: "HEAD" })).status).toBe(200);
    expect((await t.api("GET", "/api/v1", { headers: { accept: "text/html" } })).status).toBe(406);
    expect((await t.api("GET", "/api/v1?shoes=1", {})).status).toBe(400);
  });

  test("describes every route of the API: what it needs, takes, answers and how it fails", () => {
    for (const { method, path, permission, doc } of apiRoutes()) {
      const described = document.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
      const name = `${method} ${path}`;
      expect([name, (doc?.summary ?? "").length > 5]).toEqual([name, true]);
      expect([name, described?.["x-permission"]]).toEqual([name, permission ?? undefined]);
      if (permission !== null) expect(described.description).toContain(permission);
      expect([name, Object.keys(described.responses).some((status) => status.startsWith("4"))]).toEqual([name, true]);
    }
  });

  test("knows each resource that a route answers with, and each attribute that one calculates", () => {
    const records = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).flatMap(([method, { responses }]) =>
        Object.values<Json>(responses).flatMap(({ content }) => {
          const data = content?.["application/vnd.api+json"]?.schema?.properties?.data;
          return JSON.stringify(data ?? {}).includes("/resource_object") ? [`${method} ${path}`] : [];
        }),
      ),
    );
    expect(records).toEqual([]);
    for (const { path, type, audience, calculated } of t.app.registry.resources.values()) {
      const name = `${audience === "portal" ? "portal_" : ""}${type}_attributes`;
      for (const attribute of calculated) {
        const { readOnly: _, ...schema } = document.components.schemas[name].properties[attribute];
        expect([path, attribute, Object.keys(schema).length > 0]).toEqual([path, attribute, true]);
      }
    }
  });

  test("names every operation once", () => {
    const ids = Object.values<Json>(document.paths).flatMap((path) =>
      Object.values<Json>(path).map(({ operationId }) => operationId),
    );
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
  });

  test("points to nothing that is not there", () => {
    for (const [, pointer = ""] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = pointer.split("/").reduce<Json>((part, name) => part?.[name], document);
      expect([pointer, typeof target]).toEqual([pointer, "object"]);
    }
  });

  test("says which permission a price needs", () => {
    const { hourly_rate } = document.components.schemas.time_entries_attributes.properties;
    expect(hourly_rate["x-permission"]).toBe("prices.read");
    expect(document.components.schemas.time_entries_attributes.required).not.toContain("hourly_rate");
  });

  test("names the ways in: keys, tokens, and apps by OAuth with the scope that an operation needs", () => {
    const { oauth2, ...others } = document.components.securitySchemes;
    expect(Object.keys(others)).toEqual(["bearer", "api_key"]);
    expect(Object.keys(oauth2.flows)).toEqual(["authorizationCode", "clientCredentials"]);
    const { scopes, authorizationUrl, tokenUrl } = oauth2.flows.authorizationCode;
    expect([authorizationUrl, tokenUrl]).toEqual(["/oauth/authorize", "/oauth/token"]);
    for (const { method, path, permission, door, doc } of apiRoutes()) {
      const { security } = document.paths[path.replace(/:(\w+)/g, "{$1}")][method.toLowerCase()];
      const ways = (security ?? document.security).map((way: Json) => Object.keys(way)[0]);
      const name = `${method} ${path}`;
      if (door === "hook") expect([name, ways]).toEqual([name, []]);
      else if (doc?.isForChallenge === true) expect([name, ways]).toEqual([name, [undefined, "bearer"]]);
      else if (path.includes("/portal/")) expect([name, ways]).toEqual([name, ["bearer"]]);
      else expect([name, ways]).toEqual([name, ["bearer", "api_key", "oauth2"]]);
      if (permission === null || door === "hook" || path.includes("/portal/")) continue;
      expect([name, security[2].oauth2]).toEqual([name, [permission]]);
      expect(scopes).toHaveProperty([permission]);
    }
  });

  test("lets those on the way in show the second step and choose a password without a token", () => {
    for (const door of ["/api/v1/auth", "/api/v1/portal/auth"])
      for (const path of ["mfa/setup", "mfa/verify", "password"])
        expect(document.paths[`${door}/${path}`].post.security).toEqual([{}, { bearer: [] }]);
  });

  test("says how many requests are left, and when there are more", () => {
    const { headers } = document.components.responses.error_429;
    const limits = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];
    expect(Object.keys(headers)).toEqual(expect.arrayContaining([...limits, "Retry-After"]));
    for (const { method, path, door } of apiRoutes()) {
      const { responses } = document.paths[path.replace(/:(\w+)/g, "{$1}")][method.toLowerCase()];
      expect([path, "429" in responses]).toEqual([path, true]);
      if (door === "api" && "200" in responses && responses["200"].headers !== undefined)
        expect(Object.keys(responses["200"].headers)).toEqual(expect.arrayContaining(limits));
    }
  });

  test("tells nothing that the API hides", () => {
    expect(JSON.stringify(document)).not.toMatch(/password_hash|token_hash|tenant_id|config_sealed|name_key/);
  });
});

describe("what the API answers", () => {
  test("to every GET has the form that the document says", async () => {
    const staff = await keyHeaders(t.harbor, "administrator");
    const client = await browserHeaders(t, e.client);
    // Factors and sessions are a person's, not a key's.
    const person = await browserHeaders(t, await t.harbor.as("administrator"));
    const wrong: Record<string, unknown> = {};
    let checked = 0;
    for (const { method, path, doc } of apiRoutes()) {
      if (method !== "GET" || /content$|pdf$|openapi\.json$/.test(path)) continue;
      const answer = await t.fetch(addressOf(path, e.ids), {
        headers: path.includes("/portal/") ? client : path.includes("/auth/") ? person : staff,
      });
      const described = document.paths[path.replace(/:(\w+)/g, "{$1}")].get.responses;
      const success = described[String(answer.status)]?.content?.["application/vnd.api+json"]?.schema;
      const body: Json = await answer.json();
      if (answer.status === 404 && path.endsWith(":id")) {
        // No record of this kind is made by everything; its list says the same of its records.
        continue;
      }
      // What needs a parameter of its own is refused without it, in the form of every error.
      if (answer.status === 400 && doc?.parameters !== undefined) continue;
      if (success === undefined) {
        wrong[path] = answer.status;
        continue;
      }
      const check = compiled(success);
      const isDescribed = "ETag" in (described[String(answer.status)].headers ?? {});
      // What was never chosen has no version yet, although what is chosen has.
      if (answer.headers.has("etag") ? !isDescribed : isDescribed && doc?.hasVersion === undefined)
        wrong[`${path} ETag`] = answer.headers.get("etag");
      checked += 1;
      if (!check(body))
        wrong[path] = check.errors
          ?.slice(0, 5)
          .map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
    }
    expect(wrong).toEqual({});
    expect(checked).toBeGreaterThan(60);
  });

  test("names no address of a record at which it is not", async () => {
    const staff = await keyHeaders(t.harbor, "administrator");
    const client = await browserHeaders(t, e.client);
    const wrong: Record<string, number> = {};
    const asked = new Set<string>();
    for (const { method, path } of apiRoutes()) {
      if (method !== "GET" || /content$|pdf$|openapi\.json$/.test(path)) continue;
      const headers = path.includes("/portal/") ? client : staff;
      const answer = await t.fetch(addressOf(path, e.ids), { headers });
      const { data }: Json = answer.status === 200 ? await answer.json() : {};
      for (const { links } of [data ?? []].flat().slice(0, 1)) {
        if (links?.self === undefined || asked.has(links.self)) continue;
        asked.add(links.self);
        const { status } = await t.fetch(links.self, { headers });
        if (status !== 200) wrong[`${path}: ${links.self}`] = status;
      }
    }
    expect(wrong).toEqual({});
    expect(asked.size).toBeGreaterThan(30);
  });

  test("holds a change to If-Match wherever the document says so", async () => {
    const key = await t.harbor.key("administrator");
    const done: string[] = [];
    for (const { method, path } of apiRoutes()) {
      const { parameters, requestBody } = document.paths[path.replace(/:(\w+)/g, "{$1}")][method.toLowerCase()];
      const isHeld = parameters.some((one: Json) => one.$ref === "#/components/parameters/if_match");
      if (!isHeld || path.startsWith("/api/v1/portal/")) continue;
      const type = requestBody?.content["application/vnd.api+json"]?.schema.properties.data.properties.type.const;
      const body = { data: { type, attributes: {} } };
      const { status } = await t.api(method, addressOf(path, e.ids), {
        key,
        headers: { "if-match": '"999999"' },
        ...(type === undefined ? {} : { body }),
      });
      if (status < 400) done.push(`${method} ${path} ${status}`);
    }
    expect(done).toEqual([]);
  });

  test("when it fails has the form of an error document", async () => {
    const key = await t.harbor.key("administrator");
    const check = compiled(document.components.schemas.error_document);
    const company = `/api/v1/companies/${e.ids["companies"]}`;
    const send = (attributes: object, type = "companies"): object => ({ data: { type, attributes } });
    const failures: [number, string, string, Parameters<TestProgram["api"]>[2]][] = [
      [400, "GET", "/api/v1/companies?shoes=1", { key }],
      [400, "POST", "/api/v1/companies", { key, body: "[" }],
      [401, "GET", "/api/v1/companies", {}],
      [403, "GET", "/api/v1/invoices", { key: await t.harbor.key("technician") }],
      [404, "GET", "/api/v1/companies/0193c2f4-5a6b-7c8d-9e0f-112233445566", { key }],
      [404, "GET", "/api/v1/nothing", { key }],
      [405, "PATCH", "/api/v1/companies", { key, body: send({}) }],
      [406, "GET", "/api/v1/companies", { key, headers: { accept: "text/html" } }],
      [409, "PATCH", company, { key, body: send({}, "contacts") }],
      [412, "PATCH", company, { key, body: send({}), headers: { "if-match": '"99"' } }],
      [415, "PATCH", company, { key, body: "<a/>", headers: { "content-type": "text/xml" } }],
      [422, "POST", "/api/v1/companies", { key, body: send({ shoes: 1 }) }],
    ];
    for (const [status, method, path, given] of failures) {
      const answer = await t.api(method, path, given);
      expect([path, answer.status, check(answer.body) || check.errors]).toEqual([path, status, true]);
      if (status === 422)
        expect(answer.body.errors.map((one: Json) => one.source.pointer)).toContain("/data/attributes/name");
    }
  });

  test("says that credentials and refresh tokens may be wrong", async () => {
    for (const [path, type, attributes] of [
      ["/api/v1/auth/login", "credentials", { email: "nobody@harbor.test", password: "seven quiet harbour lamps" }],
      ["/api/v1/auth/refresh", "refresh_tokens", { refresh_token: "nothing" }],
    ] as const)
      for (const at of [path, path.replace("/auth/", "/portal/auth/")]) {
        const { status } = await t.api("POST", at, { body: { data: { type, attributes } } });
        expect([at, status, String(status) in document.paths[at].post.responses]).toEqual([at, 401, true]);
      }
  });

  test("can be asked for as it was sent", () => {
    // What one may send comes from the very schemas that the actions check, so a sample of each is enough.
    const { schema } = document.paths["/api/v1/companies"].post.requestBody.content["application/vnd.api+json"];
    const check = compiled(schema);
    expect(check({ data: { type: "companies", attributes: { name: "Harbor Cafe" } } })).toBe(true);
    expect(check({ data: { type: "companies", attributes: {} } })).toBe(false);
    expect(check({ data: { type: "contacts", attributes: { name: "Harbor Cafe" } } })).toBe(false);
  });
});

test("the document is the same for everybody", () => {
  expect(document).toEqual(JSON.parse(organizationApi.describe(t.app.registry).text));
});
