import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram, type TestTenant } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { createClient, revokeClient } from "./clients.ts";

/** Pages of other origins at the API: only those where a registered public app lives, and never with cookies (PRD 8.2). */

let t: TestProgram;
const home = "https://board.example";

beforeAll(async () => {
  t = await startTestProgram();
  const admin = await t.harbor.as("administrator");
  const scopes = ["companies.read"];
  await perform(admin, createClient, {
    name: "Wall board",
    scopes,
    redirect_uris: [`${home}/signed-in`, "http://localhost:4100/cb", "com.example.board:/cb"],
    is_confidential: false,
  });
  await perform(admin, createClient, { name: "Server", scopes, redirect_uris: ["https://server.example/cb"] });
  const gone = await perform(admin, createClient, {
    name: "Gone",
    scopes,
    redirect_uris: ["https://gone.example/cb"],
    is_confidential: false,
  });
  await perform(admin, revokeClient, { id: gone.client.id });
});
afterAll(() => t.close());

interface Responding {
  responses: Record<string, { headers?: object }>;
}

interface Described {
  components: Responding;
  paths: Record<string, Record<string, Responding>>;
}

interface Told {
  status: number;
  origin: string | null;
  methods: string | null;
  credentials: string | null;
  vary: string;
}

async function ask(
  path: string,
  origin: string | null,
  init: RequestInit & { method?: string } = {},
  tenant: TestTenant = t.harbor,
): Promise<Told> {
  const headers = new Headers(init.headers);
  if (origin !== null) headers.set("origin", origin);
  const answer = await t.fetch(path, { ...init, headers }, tenant);
  return {
    status: answer.status,
    origin: answer.headers.get("access-control-allow-origin"),
    methods: answer.headers.get("access-control-allow-methods"),
    credentials: answer.headers.get("access-control-allow-credentials"),
    vary: answer.headers.get("vary") ?? "",
  };
}

const preflight = { method: "OPTIONS", headers: { "access-control-request-method": "POST" } };

describe("a page at home of a public app", () => {
  test("may read every header that the document names", async () => {
    const { components, paths } = (await t.api("GET", "/api/v1/openapi.json")).body as Described;
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const responses = [components, ...operations].flatMap((one) => Object.values(one.responses));
    const named = new Set(responses.flatMap(({ headers = {} }) => Object.keys(headers)));
    expect([...named]).toContain("RateLimit-Remaining");
    const answer = await t.fetch("/api/v1/companies", { headers: { origin: home } });
    const shared = (answer.headers.get("access-control-expose-headers") ?? "").split(", ");
    expect([...named].filter((name) => !shared.includes(name))).toEqual([]);
  });

  test.each(["/api/v1/companies", "/oauth/token", "/oauth/revoke"])("may ask whether it may call %s", async (path) => {
    const told = await ask(path, home, preflight);
    expect(told).toMatchObject({ status: 204, origin: home, credentials: null });
    expect(told.methods).toContain("POST");
    expect(told.vary).toContain("Origin");
  });

  test("reads answers, refusals among them, and what the app may see at most", async () => {
    expect(await ask("/api/v1/companies", home)).toMatchObject({ status: 401, origin: home, credentials: null });
    const authorization = `Bearer ${await t.harbor.key("administrator")}`;
    const read = await ask("/api/v1/companies", "http://localhost:4100", { headers: { authorization } });
    expect(read).toMatchObject({ status: 200, origin: "http://localhost:4100", credentials: null });
    expect(read.vary).toContain("Accept");
    const refused = await ask("/oauth/token", home, { method: "POST", body: new URLSearchParams({}) });
    expect(refused).toMatchObject({ status: 401, origin: home });
    expect(await ask("/.well-known/oauth-authorization-server", home)).toMatchObject({ status: 200, origin: home });
  });
});

describe("nobody else", () => {
  test.each([
    ["an origin that nobody knows", "https://evil.example"],
    ["one that only looks like it", "https://board.example.evil.test"],
    ["another scheme of the same host", "http://board.example"],
    ["an app that keeps a secret: its server calls", "https://server.example"],
    ["an app that was taken out of use", "https://gone.example"],
    ["a page of no origin", "null"],
    ["the scheme of an app on a device", "com.example.board:"],
  ])("reads anything: %s", async (_what, origin) => {
    const told = [await ask("/api/v1/companies", origin, preflight), await ask("/oauth/token", origin, preflight)];
    expect(told.map((one) => [one.origin, one.methods])).toEqual([
      [null, null],
      [null, null],
    ]);
    const authorization = `Bearer ${await t.harbor.key("administrator")}`;
    expect((await ask("/api/v1/companies", origin, { headers: { authorization } })).origin).toBeNull();
  });

  test("reads pages, whatever their origin; nor does an app of one organization at another", async () => {
    for (const path of ["/sign-in", "/oauth/authorize", "/companies", "/oauth/introspect"])
      expect({ path, origin: (await ask(path, home)).origin }).toEqual({ path, origin: null });
    expect((await ask("/api/v1/companies", home, preflight, t.mill)).origin).toBeNull();
  });
});
