import { afterAll, beforeAll, expect, test } from "bun:test";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
import type { StandardRole } from "../src/platform/module.ts";
import { standardRoles } from "../src/platform/access/roles.ts";
import { clientOf } from "./support/clients.ts";
import { browserOf, makeStaff } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** The cards under Settings and on one's own account are what one may open there: no more, so that none is a dead end, and no less. */

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

/** Addresses of Settings without a part that names a record: `/settings/tax-rates`, but not `/settings/tax-rates/new`. */
function settingsPages(): string[] {
  const pages = moduleRoutes(t.app.registry)
    .filter(({ method, door, path }) => method === "GET" && door === "staff" && /^\/settings\/[a-z-]+$/.test(path))
    .map(({ path }) => path);
  return [...new Set(pages)].toSorted();
}

const cardsOf = (html: string): string[] =>
  [...html.matchAll(/<a class="settings-card" href="([^"]+)"/g)].map(([, href = ""]) => href);

const staffRoles = (Object.keys(standardRoles) as StandardRole[]).filter(
  (key) => standardRoles[key].user_type === "staff",
);

test.each(staffRoles)("%s has a card for each page of Settings that opens, and no other", async (role) => {
  const browser = await browserOf(t, await makeStaff(t.harbor, role));
  const opens: string[] = [];
  for (const path of settingsPages()) if ((await browser.open(path)).status === 200) opens.push(path);
  const overview = await browser.open("/settings");
  const cards = cardsOf(overview.html);
  expect(cards.filter((href) => href.startsWith("/settings/")).toSorted()).toEqual(opens);
  for (const href of cards) expect({ href, status: (await browser.open(href)).status }).toEqual({ href, status: 200 });
  expect((await browser.open("/")).html.includes('href="/settings"')).toBe(cards.length > 0);
});

/** Pages of one's own account that are no step of something else. */
function accountPages(home: string): string[] {
  const steps = ["two-step", "passkeys"];
  const pages = moduleRoutes(t.app.registry)
    .filter(({ method, path }) => method === "GET" && path.startsWith(`${home}/`))
    .map(({ path }) => path.slice(home.length + 1));
  return [...new Set(pages)]
    .filter((page) => /^[a-z-]+$/.test(page) && !steps.includes(page))
    .map((page) => `${home}/${page}`)
    .toSorted();
}

test.each(staffRoles)("%s finds each page of the own account that opens on the account's first page", async (role) => {
  const browser = await browserOf(t, await makeStaff(t.harbor, role));
  const opens: string[] = [];
  for (const path of accountPages("/account")) if ((await browser.open(path)).status === 200) opens.push(path);
  expect(opens.length).toBeGreaterThan(2);
  expect(cardsOf((await browser.open("/account")).html).toSorted()).toEqual(opens);
});

test("a client's people find theirs in the portal", async () => {
  const { browser } = await clientOf(t, "Card Mill", "ana@card-mill.example");
  expect(cardsOf((await browser.open("/portal/account")).html).toSorted()).toEqual(accountPages("/portal/account"));
});
