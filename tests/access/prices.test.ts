import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { moduleRoutes } from "../../src/platform/http/module-routes.ts";
import type { Route } from "../../src/platform/http/route.ts";
import {
  addressOf,
  amounts,
  browserHeaders,
  type Everything,
  keyHeaders,
  makeEverything,
  marker,
} from "../support/everything.ts";
import { startTestProgram, type TestProgram } from "../support/program.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  await t.api("POST", `/api/v1/contracts/${e.ids["contracts"] ?? ""}/activate`, {
    key: await t.harbor.key("administrator"),
  });
});
afterAll(() => t.close());

/** Every address that shows something, and the searches that find all of it. */
function looks(): { route: Route; path: string }[] {
  const routes = moduleRoutes(t.app.registry).filter(({ method }) => method === "GET");
  return [
    ...routes.map((route) => ({ route, path: addressOf(route.path, e.ids) })),
    ...routes
      .filter(({ path }) => path.startsWith("/search"))
      .map((route) => ({ route, path: `${route.path}?q=${marker}` })),
  ];
}

/** The amounts that somebody gets to see, by address. */
async function amountsSeenBy(role: "technician" | "finance"): Promise<Record<string, string[]>> {
  const page = await browserHeaders(t, await t.harbor.as(role));
  const api = await keyHeaders(t.harbor, role);
  const seen: Record<string, string[]> = {};
  for (const { route, path } of looks()) {
    const answer = await t.fetch(path, { headers: route.door === "api" ? api : page });
    const text = (await answer.text()).replaceAll(/(?<=\d),(?=\d{3}\.)/g, "");
    const found = amounts.filter((amount) => text.includes(amount));
    if (found.length > 0) seen[route.path] = found;
  }
  return seen;
}

describe("what things cost", () => {
  test("is nowhere to be seen for a technician: not on pages, in searches, or over the API", async () => {
    expect(await amountsSeenBy("technician")).toEqual({});
  });

  test("is there for finance, on the same addresses", async () => {
    expect(Object.keys(await amountsSeenBy("finance"))).toEqual(
      expect.arrayContaining([
        "/companies/:id",
        "/contracts",
        "/contracts/:id",
        "/rate-cards/:id",
        "/invoices",
        "/billing/aging",
        "/api/v1/contracts",
        "/api/v1/time-entries",
        "/api/v1/contract-items",
      ]),
    );
  });

  test("cannot be asked for by a technician, in no way", async () => {
    const key = await t.harbor.key("technician");
    for (const [query, code] of [
      ["filter[billing_amount][gt]=1", "unknown_filter"],
      ["sort=billing_amount", "bad_sort"],
      ["fields[contracts]=billing_amount", "bad_fields"],
    ]) {
      const answer = await t.api("GET", `/api/v1/contracts?${query}`, { key });
      expect([query, answer.status, answer.body.errors[0].code]).toEqual([query, 400, code]);
    }
    const included = await t.api("GET", "/api/v1/time-entries?include=contract,work_type", { key });
    expect(included.status).toBe(200);
    expect(JSON.stringify(included.body.included ?? [])).not.toMatch(/billing_amount|default_rate/);
  });

  test("cannot be set by a technician, and stays when a technician changes the rest", async () => {
    const key = await t.harbor.key("technician");
    const id = e.ids["time-entries"] ?? "";
    const patch = (attributes: object, as = key) =>
      t.api("PATCH", `/api/v1/time-entries/${id}`, {
        key: as,
        body: { data: { type: "time_entries", id, attributes } },
      });
    const admin = await t.harbor.key("administrator");
    await patch({ user_id: (await t.harbor.as("technician")).actor.user_id }, admin);
    expect((await patch({ hourly_rate: "1" })).status).toBe(403);
    expect((await patch({ hourly_rate: null })).status).toBe(403);
    const changed = await patch({ notes: "Looked again" });
    expect([changed.status, changed.body.data.attributes.notes, changed.body.data.attributes.hourly_rate]).toEqual([
      200,
      "Looked again",
      undefined,
    ]);
    expect((await t.api("GET", `/api/v1/time-entries/${id}`, { key: admin })).body.data.attributes.hourly_rate).toBe(
      "555.44",
    );
  });
});
