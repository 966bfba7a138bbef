import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Ctx } from "../src/platform/context.ts";
import type { Door } from "../src/platform/http/route.ts";
import { browserHeaders, type Everything, type Headers, makeEverything } from "./support/everything.ts";
import { unreachable, type Walk, walkLinks } from "./support/links.ts";
import { placesOf } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

/** Every link of every page leads somewhere, and nobody is shown the way to what they may not see. */
let t: TestProgram;
let e: Everything;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
});
afterAll(() => t.close());

/** Opens every page that the reader may see and follows each of its links once. */
async function walk(who: Ctx | null, ...doors: Door[]): Promise<Walk> {
  const headers: Headers = who === null ? {} : await browserHeaders(t, who);
  return walkLinks((path) => t.fetch(path, { headers }), placesOf(t, e.ids, ...doors));
}

/** Pages whose way opens with a state that the example records are not in. */
const laterPages = [
  // Some time after signing in: until then a button does it.
  "/account/two-step/start",
  "/portal/account/two-step/start",
  // Where what is shown once leads to by itself.
  "/shown-once",
  "/portal/shown-once",
  // Once two-step sign-in is on.
  "/account/two-step/recovery-codes",
  "/account/two-step/remove",
  "/portal/account/two-step/recovery-codes",
  "/portal/account/two-step/remove",
  // Of a draft, of an invoice that was sent, of a contact without an account.
  "/invoices/:id/lines/new",
  "/invoices/:id/payment",
  "/contacts/:id/portal-access",
  // Where a change of many records leads to by itself.
  "/bulk/:id",
];

test("to every page of the staff leads a way from the start", async () => {
  const without = unreachable(await walk(await t.harbor.as("administrator"), "staff"), "/");
  expect(without.filter((name) => !laterPages.includes(name))).toEqual([]);
});

test("to every page of the portal leads a way from the start", async () => {
  const without = unreachable(await walk(e.client, "portal"), "/portal");
  expect(without.filter((name) => !laterPages.includes(name))).toEqual([]);
});

for (const role of ["administrator", "manager", "technician", "dispatcher", "sales", "finance"] as const) {
  test(`every link that is shown to the role ${role} leads somewhere`, async () => {
    const { count, problems } = await walk(await t.harbor.as(role), "staff", "open");
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });
}

test("every link that a client is shown leads somewhere, whatever they may do", async () => {
  for (const who of [e.client, e.colleague]) {
    const { count, problems } = await walk(who, "portal");
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(10);
  }
});

test("every link that a stranger is shown leads somewhere", async () => {
  const { problems } = await walk(null, "open");
  expect(problems).toEqual([]);
});
