import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, makeStaff, password, type Person, signIn } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { inUnit } from "../context.ts";
import { update } from "../database/records.ts";
import { organizations } from "../tenants.ts";
import { mostUploadBytes } from "./route.ts";
import { moduleRoutes } from "./module-routes.ts";
import { createServer } from "./server.ts";

let t: TestProgram;
let robin: Person;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  robin = await makeStaff(t.harbor, "administrator");
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const tokenIn = (html: string): string => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? "";

describe("a change from a page", () => {
  let browser: Visitor;
  let csrf: string;
  const locale = { timezone: "Europe/Paris", currency: "EUR", locale: "fr-CA", payment_terms: "net_15" };
  const zone = async (): Promise<string> =>
    (await browser.open("/settings/locale")).html.match(/value="([^"]+)" selected/)?.[1] ?? "";

  beforeAll(async () => {
    browser = await browserOf(t, robin);
    csrf = tokenIn((await browser.open("/settings/locale")).html);
  });

  test("without a token, with a wrong one or with one of another session is refused", async () => {
    const other = await browserOf(t, robin);
    const foreign = tokenIn((await other.open("/settings/locale")).html);
    expect(foreign).not.toBe(csrf);
    for (const wrong of [undefined, "", "nonsense", foreign, `${csrf}x`]) {
      const answer = await browser.post("/settings/locale", {
        ...locale,
        ...(wrong === undefined ? {} : { _csrf: wrong }),
      });
      expect({ wrong, status: answer.status }).toEqual({ wrong, status: 403 });
    }
    expect(await zone()).toBe("UTC");
  });

  test("from another site is refused, whatever else it has", async () => {
    const fields = { ...locale, _csrf: csrf };
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "http://mill.test" },
      { origin: "null" },
      { origin: "http://harbor.test.evil.example" },
      { origin: "http://harbor.test", "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign)
      expect({ headers, status: (await browser.post("/settings/locale", fields, headers)).status }).toEqual({
        headers,
        status: 403,
      });
    expect(await zone()).toBe("UTC");
  });

  test("over the API with nothing but the cookie needs the token as well", async () => {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = { data: { type: "companies", attributes: { name: "By cookie" } } };
    expect((await t.api("POST", "/api/v1/companies", { body, headers: { cookie } })).status).toBe(403);
    expect((await t.api("POST", "/api/v1/companies", { body, headers: { cookie, "x-csrf-token": csrf } })).status).toBe(
      201,
    );
  });

  test("from the page itself is done", async () => {
    await browser.open("/settings/locale");
    const answer = await browser.submit("/settings/locale", locale, {
      origin: "http://harbor.test",
      "sec-fetch-site": "same-origin",
    });
    expect(answer.text).toContain("Settings saved.");
    expect(await zone()).toBe("Europe/Paris");
  });

  test("needs a token before anybody has signed in, too", async () => {
    expect((await t.browser().post("/sign-in", { email: robin.email, password })).status).toBe(403);
  });
});

describe("the session's cookie", () => {
  test("is for this site only and out of reach of scripts", async () => {
    const browser = await browserOf(t, robin);
    const line = browser.setCookies.find((one) => one.startsWith("purser="));
    expect(line).toMatch(/^purser=ps_[0-9a-f]{32}_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=7776000$/);
  });

  test("is only sent over encrypted connections where the public address is https", async () => {
    const mia = await makeStaff(t.mill, "administrator");
    await publicUrlOf("https://desk.mill.test");
    const browser = t.browser(t.mill);
    expect((await signIn(browser, mia)).status).toBe(200);
    const line = browser.setCookies.find((one) => one.startsWith("__Host-purser="));
    expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Secure; /);
    expect((await browser.open("/")).headers.get("strict-transport-security")).toBe("max-age=31536000");
    await publicUrlOf("http://mill.test");
  });

  async function publicUrlOf(public_url: string): Promise<void> {
    await inUnit(t.mill.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, id, { public_url });
    });
  }

  test("of one organization opens nothing at another", async () => {
    const browser = await browserOf(t, robin);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await t.fetch("/", { headers: { cookie } }, t.mill);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?next=%2F"]);
  });
});

describe("every answer", () => {
  test("carries the headers that hold a browser back: pages, fragments, API, errors, assets", async () => {
    const browser = await browserOf(t, robin);
    const answers: [string, Headers][] = [
      ["page", (await browser.open("/")).headers],
      ["fragment", (await browser.open("/search/suggest?q=a", { "hx-request": "true" })).headers],
      ["missing page", (await browser.open("/no-such-page")).headers],
      ["sign-in", (await t.browser().open("/sign-in")).headers],
      ["redirect", (await t.fetch("/")).headers],
      ["API", (await t.api("GET", "/api/v1/companies", { key })).headers],
      ["API error", (await t.api("GET", "/api/v1/nothing", { key })).headers],
      ["unknown host", (await unknownHost("/")).headers],
      ["asset", (await t.fetch("/assets/icon.svg")).headers],
      ["missing asset", (await t.fetch("/assets/nothing.css")).headers],
    ];
    for (const [what, headers] of answers) {
      const policy = headers.get("content-security-policy") ?? "";
      expect({ what, policy }).toEqual({ what, policy: expect.stringContaining("default-src 'self'") });
      expect({ what, policy }).toEqual({ what, policy: expect.not.stringContaining("unsafe") });
      expect({
        what,
        nosniff: headers.get("x-content-type-options"),
        referrer: headers.get("referrer-policy"),
        id: headers.get("x-request-id"),
      }).toEqual({ what, nosniff: "nosniff", referrer: "same-origin", id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    }
    for (const [what, headers] of answers.slice(0, 7))
      expect({ what, cache: headers.get("cache-control") }).toEqual({ what, cache: "no-store" });
  });

  const unknownHost = (path: string): Promise<Response> => t.fetch(path, {}, { ...t.harbor, host: "nobody.test" });

  test("to a host name that nobody has is a 404 that names no organization", async () => {
    const page = await unknownHost("/sign-in");
    expect(page.status).toBe(404);
    const html = await page.text();
    expect(html).not.toContain("Harbor IT");
    expect(html).not.toContain("Mill IT");
    expect((await unknownHost("/api/v1/companies")).status).toBe(404);
  });

  test("to an address that is not there is a 404 in the form that was asked for, to a method that it has not a 405", async () => {
    const browser = await browserOf(t, robin);
    const page = await browser.open("/no-such-page");
    expect([page.status, page.text.includes("There is nothing here")]).toEqual([404, true]);
    const api = await t.api("GET", "/api/v1/no-such-thing", { key });
    expect([api.status, api.body.errors[0].code]).toEqual([404, "not_found"]);
    expect(api.body.errors[0].detail).toBe("This address was not found.");
    const verb = await t.api("DELETE", "/api/v1/auth/login", { key });
    expect([verb.status, verb.body.errors[0].status]).toEqual([405, "405"]);
    expect(verb.headers.get("allow")).toBe("OPTIONS, POST");
    for (const path of [
      "/settings/mails/nonsense",
      `/settings/mails/${crypto.randomUUID()}`,
      "/account/api-keys/nonsense",
      "/settings/staff/nonsense",
      `/companies/${crypto.randomUUID()}`,
      "/companies/%00",
    ]) {
      expect({ path, status: (await browser.open(path)).status }).toEqual({ path, status: 404 });
    }
  });
});

describe("a body", () => {
  const post = (
    body: string | Uint8Array<ArrayBuffer> | ReadableStream,
    headers: Record<string, string> = { "content-type": "application/vnd.api+json" },
  ): Promise<Response> =>
    t.fetch("/api/v1/companies", { method: "POST", headers: { authorization: `Bearer ${key}`, ...headers }, body });

  test("that is too large is refused, also when it does not say so beforehand", async () => {
    const large = JSON.stringify({ data: { type: "companies", attributes: { name: "x".repeat(1100 * 1024) } } });
    expect((await post(large)).status).toBe(413);
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let index = 0; index < 20; index += 1) controller.enqueue(new Uint8Array(100 * 1024).fill(32));
        controller.close();
      },
    });
    expect((await post(stream)).status).toBe(413);
  });

  test("that is not JSON, not UTF-8 or not a document is a 400", async () => {
    for (const body of ["{", "", "nonsense", "[]", "null", "7", '{"data": []}', new Uint8Array([0x22, 0xff, 0x22])]) {
      const answer = await post(body);
      expect({ body, status: answer.status }).toEqual({ body, status: 400 });
      expect(((await answer.json()) as { errors: { code: string }[] }).errors[0]?.code).toMatch(
        /^(malformed|bad_document)$/,
      );
    }
  });

  test("of another type is a 415", async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/xml",
    ]) {
      expect({ type, status: (await post("{}", { "content-type": type })).status }).toEqual({ type, status: 415 });
    }
    const browser = await browserOf(t, robin);
    const csrf = tokenIn((await browser.open("/settings/locale")).html);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const form = await t.fetch("/settings/locale", {
      method: "POST",
      headers: { cookie, "x-csrf-token": csrf, "content-type": "application/json" },
      body: "{}",
    });
    expect(form.status).toBe(415);
  });

  test("with characters that cannot be stored is a 422 on the field", async () => {
    for (const attributes of [{ name: "a\u0000b" }, { name: "a", address: { city: "a\u0000" } }, { name: "\ud800" }]) {
      const answer = await t.api("POST", "/api/v1/companies", {
        key,
        body: { data: { type: "companies", attributes } },
      });
      expect({ attributes, status: answer.status }).toEqual({ attributes, status: 422 });
    }
  });
});

describe("a question", () => {
  const ask = async (query: string): Promise<[number, string]> => {
    const { status, body } = await t.api("GET", `/api/v1/companies?${query}`, { key });
    return [status, body.errors?.[0]?.code ?? ""];
  };

  test("with a parameter twice, or one that nobody knows, is a 400 that names it", async () => {
    expect(await ask("page[size]=1&page[size]=2")).toEqual([400, "repeated_parameter"]);
    expect(await ask("colour=red")).toEqual([400, "unknown_parameter"]);
  });

  test("with a value that no row can have is a 400 or finds nothing, and never a defect", async () => {
    const cursor = (...values: unknown[]): string =>
      `page[after]=${Buffer.from(JSON.stringify(values)).toString("base64url")}`;
    const odd = [
      "filter[q]=nothing-is-called-this",
      "filter[q]=%00",
      "filter[q]=':*&!|",
      "filter[name]=%00",
      "filter[name][like]=%00",
      "filter[name][like]=%25",
      "filter[created_at]=2026-02-31",
      "filter[created_at]=2026-02-31T00:00:00Z",
      "filter[created_at][gt]=0000-00-00",
      "filter[id]=7",
      "filter[version]=99999999999",
      cursor("x"),
      cursor(7),
      cursor("%", "\u0000"),
      "sort=created_at&" + cursor("nonsense", crypto.randomUUID()),
      "page[after]=%F0%9F",
    ];
    for (const query of odd) {
      const [status] = await ask(query);
      expect({ query, isDefect: status !== 200 && status !== 400 }).toEqual({ query, isDefect: false });
    }
    const browser = await browserOf(t, robin);
    for (const query of [
      "q=%00",
      "q=':*",
      "after=nonsense",
      "sort=nonsense",
      "company=nonsense",
      "status=nonsense&type=%00",
    ]) {
      const { status } = await browser.open(`/companies?${query}`);
      expect({ query, isDefect: status !== 200 && status !== 400 }).toEqual({ query, isDefect: false });
    }
    for (const path of ["/search?q=%00", "/search?q=%F0%9F%92%A9", "/search/suggest?q=a%00b"])
      expect((await browser.open(path)).status).toBe(200);
  });
});

describe("after signing in", () => {
  test("one comes to the page that was asked for", async () => {
    const browser = t.browser();
    const door = await browser.open("/companies?q=a");
    expect(door.url).toBe("/sign-in?next=%2Fcompanies%3Fq%3Da");
    expect((await browser.submit("/sign-in", { email: robin.email, password })).url).toBe("/companies?q=a");
  });

  test("one never leaves for another site", async () => {
    for (const next of [
      "https://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "javascript:alert(1)",
      "/\t/evil.example",
      " //evil.example",
    ]) {
      const browser = t.browser();
      await browser.open(`/sign-in?next=${encodeURIComponent(next)}`);
      const page = await browser.submit("/sign-in", { email: robin.email, password });
      expect({ next, url: page.url }).toEqual({ next, url: "/" });
      const again = await browser.open(`/sign-in?next=${encodeURIComponent(next)}`);
      expect({ next, url: again.url }).toEqual({ next, url: "/" });
    }
  });
});

test("an organization that is not set up answers 503 to everything but its set-up", async () => {
  const fresh = await startTestProgram({ isSetUp: false });
  const page = await fresh.browser().open("/");
  expect([page.status, page.text.includes("Not set up yet")]).toEqual([503, true]);
  const api = await fresh.api("GET", "/api/v1/companies", { key: await fresh.harbor.key("administrator") });
  expect([api.status, api.body.errors[0].code]).toEqual([503, "not_set_up"]);
  expect((await fresh.browser(fresh.mill).open("/sign-in")).status).toBe(200);
  await fresh.close();
});

test("a route that takes more than the server does stops the start with its name", () => {
  const [route] = moduleRoutes(t.app.registry);
  if (route === undefined) throw new Error("there is no route");
  const gate = { tenantOf: async () => null, trustedProxies: [], isOpen: () => true };
  const start = (maxBytes: number) => () => createServer(t.app, [{ ...route, maxBytes }], gate);
  expect(start(mostUploadBytes)).not.toThrow();
  expect(start(mostUploadBytes + 1)).toThrow(`${route.path} takes more than the server does`);
});
