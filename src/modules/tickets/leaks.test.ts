import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  addressOf,
  browserHeaders,
  type Everything,
  type Headers,
  makeEverything,
  marker,
} from "../../../tests/support/everything.ts";
import { makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { grantsOf, writeGrant } from "../../platform/access/grants.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { moduleRoutes } from "../../platform/http/module-routes.ts";
import { makeApiKey, setRoles } from "../staff/index.ts";

/** A technician who sees only their own tickets: nothing that they can open says what other tickets are called. */

const title = `${marker} is down`;
let t: TestProgram;
let e: Everything;
let headers: Headers;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  const admin = await t.harbor.key("administrator");
  const permissions = await reading(t.harbor.system, async (ctx) => {
    const role = await ctx.db
      .selectFrom("roles")
      .select("id")
      .where("role_key", "=", "technician")
      .executeTakeFirstOrThrow();
    return (await grantsOf(ctx, [role.id]))
      .map(writeGrant)
      .map((one) => (one === "tickets.read" ? "tickets.read:own" : one));
  });
  const { body } = await t.api("POST", "/api/v1/roles", {
    key: admin,
    body: { data: { type: "roles", attributes: { name: "Own tickets", permissions } } },
  });
  const kim = await makeStaff(t.harbor, "technician", "Kim");
  await inUnit(t.harbor.system, (work) => setRoles(work, kim.id, [body.data.id]));
  headers = await browserHeaders(t, await t.harbor.actorContext(kim.id));
  key = (await inUnit(t.harbor.system, (work) => makeApiKey(work, kim.id, { name: "k" }))).key;
});
afterAll(() => t.close());

/** The GET addresses that say the title, of those that open at all. */
async function telling(door: "staff" | "api", query: string, who: Headers): Promise<string[]> {
  const found: string[] = [];
  let opened = 0;
  for (const route of moduleRoutes(t.app.registry)) {
    if (route.method !== "GET" || route.door !== door || route.path.startsWith("/api/v1/portal")) continue;
    const answer = await t.fetch(addressOf(route.path, e.ids) + query, { headers: who });
    if (answer.status !== 200) continue;
    if (answer.headers.get("content-type")?.includes("event-stream") === true) {
      await answer.body?.cancel();
      continue;
    }
    opened += 1;
    if ((await answer.text()).includes(title)) found.push(route.path);
  }
  expect(opened).toBeGreaterThan(20);
  return found;
}

test("no page says the title of a ticket out of reach", async () => {
  expect(await telling("staff", "", headers)).toEqual([]);
});

test("no list answers a search with it, and no export holds it", async () => {
  expect(
    await telling("staff", `?q=${marker}`, headers).then((all) => all.filter((path) => path !== "/search")),
  ).toEqual([]);
  const csv = await t.fetch("/tickets", { headers: { ...headers, accept: "text/csv" } });
  expect(await csv.text()).not.toContain(title);
});

test("no answer of the API says it, included records among them", async () => {
  const bearer = { authorization: `Bearer ${key}` };
  expect(await telling("api", "", bearer)).toEqual([]);
  const included = await t.api("GET", `/api/v1/time-entries/${e.ids["time-entries"]}?include=ticket`, { key });
  expect(included.status).toBe(200);
  expect(JSON.stringify(included.body)).not.toContain(title);
});

test("and whoever sees all tickets is told, so that this can fail", async () => {
  const boss = await browserHeaders(t, await t.harbor.as("technician"));
  expect(await telling("staff", "", boss)).toContain("/tickets");
  const all = { authorization: `Bearer ${await t.harbor.key("technician")}` };
  expect(await telling("api", "", all)).toContain("/api/v1/tickets");
});
