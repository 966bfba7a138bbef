import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "kysely";
import { catalogs } from "#generated/languages.ts";
import { sendLink } from "../../src/modules/staff/index.ts";
import { type Ctx, inUnit, reading, systemContext } from "../../src/platform/context.ts";
import { allTables } from "../../src/platform/database/columns.ts";
import { moduleRoutes } from "../../src/platform/http/module-routes.ts";
import type { Route } from "../../src/platform/http/route.ts";
import { loadTenant } from "../../src/platform/tenants.ts";
import { pageAccess } from "../access/pages.ts";
import { accessOf } from "../access/table.ts";
import {
  addressOf,
  browserHeaders,
  type Everything,
  type Headers,
  makeEverything,
  marker,
} from "../support/everything.ts";
import { startTestProgram, type TestProgram } from "../support/program.ts";
import { piecesOf, pseudo, speakPseudo, untranslated } from "./pseudo.ts";

setDefaultTimeout(180_000);

/** What may stand on a page without having come through a catalog, and why. */
const allowed: readonly [what: RegExp, why: string][] = [
  [/^[A-Z][A-Za-z]+(\/[A-Za-z0-9_ +-]+)+$/, "time zones have one name"],
  [/^[A-Z]{3} – /, "currencies are named by Intl, which does not know the test's language"],
  [/^– \p{L}[\p{L} ]+$/u, "the same, where the organization's own currency is data"],
  [/^[A-Z]{2}$/, "initials"],
  [/^Zanzibar$/, "the last of the time zones that have one name"],
  [/^Name$/, "a column of the file whose import waits"],
  [/^(English|Deutsch|Français|Polski|Xx)( \(\s*\p{L}[\p{L} ]+\))?$/u, "a language is called by its own name"],
  [/^[a-z_]*(\.[a-z_]+)+$/, "events, actions and permissions are called as the API calls them"],
  [/^: Ping( ·)?$/, "the word of the trade"],
  [/^\{ "/, "what programs send and get is shown as it is"],
  [/^[a-z0-9_/:{}.?=&-]*[_/:{}.?=&][a-z0-9_/:{}.?=&-]*$/, "names of the API: columns, paths, parameters"],
];

/** The API and its documents are English. */
const isDocument = (path: string): boolean => /^\/api(\/|$)/.test(path);

let t: TestProgram;
let e: Everything;
let pages: Route[];
let data: string[];

beforeAll(async () => {
  await speakPseudo();
  t = await startTestProgram();
  await inUnit(t.harbor.system, ({ db }) =>
    db
      .updateTable("organizations")
      .set({ locale: `${pseudo}-US` })
      .execute(),
  );
  Object.assign(t.harbor.tenant, { organization_locale: `${pseudo}-US` });
  e = await makeEverything(t);
  const table = accessOf(pageAccess);
  pages = moduleRoutes(t.app.registry).filter(
    ({ method, path }) =>
      table.has(`${method} ${path}`) && !/sign-out|:token|:provider/.test(path) && !isDocument(path),
  );
  data = await writtenByPeople();
});
afterAll(async () => {
  delete catalogs[pseudo];
  await t.close();
});

/** Every text that stands in the database, the longest first: what a page shows of it is data. */
async function writtenByPeople(): Promise<string[]> {
  // The import that waits has its rows in a file still.
  const found = new Set<string>(["Purser", `${marker} Import`]);
  const take = (value: unknown): void => {
    // What was made of the catalogs' own texts is none of it.
    if (typeof value === "string" && !value.includes("⟦")) {
      for (const line of [value, ...value.split(/\n|<[^>]*>/)]) if (line.trim().length > 1) found.add(line.trim());
    } else if (Array.isArray(value)) value.forEach(take);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(take);
  };
  await reading(t.harbor.system, async ({ db }) => {
    for (const table of allTables().filter(({ isPlatform }) => !isPlatform))
      for (const row of (await db
        .selectFrom(sql.table(table.name).as("all_rows") as never)
        .selectAll()
        .execute()) as object[])
        take(row);
  });
  return [...found].toSorted((a, b) => b.length - a.length);
}

/** The words of an answer that came through no catalog. */
function foreign(html: string): string[] {
  const found = piecesOf(html).map((piece) => untranslated(piece, data));
  return [...new Set(found)].filter((words) => words !== "" && !allowed.some(([what]) => what.test(words)));
}

type Page = Pick<Route, "method" | "path">;

async function foreignOn(routes: readonly Page[], headers: Headers, body?: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const route of routes) {
    const type: Headers = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
    const answer = await t.fetch(addressOf(route.path, e.ids), {
      method: route.method,
      headers: { ...headers, ...type, "accept-language": pseudo },
      ...(body === undefined ? {} : { body }),
    });
    if (answer.headers.get("content-type")?.startsWith("text/html") !== true) {
      await answer.body?.cancel();
      continue;
    }
    const words = foreign(await answer.text());
    if (words.length > 0) found[`${route.method} ${route.path}`] = words;
  }
  return found;
}

/** Pages that are something else with a question in their address. */
const asked: Page[] = [
  "/search?q=an",
  "/search?q=a",
  "/search?q=zzz",
  "/palette?q=new",
  "/tickets?q=zzz",
  "/companies?q=zzz",
].map((path) => ({ method: "GET", path }));

const gets = (door: Route["door"]): Route[] => pages.filter((route) => route.method === "GET" && route.door === door);
/** Forms that can be sent wrongly: their address shows them, too. */
const forms = (door: Route["door"]): Route[] =>
  pages.filter(
    ({ method, path, door: own }) => method === "POST" && own === door && gets(door).some((one) => one.path === path),
  );

const staff = (role: "administrator" | "technician"): Promise<Ctx> => t.harbor.as(role);

test("every page of the staff speaks the language of whoever reads it", async () => {
  for (const role of ["administrator", "technician"] as const)
    expect(await foreignOn([...gets("staff"), ...asked], await browserHeaders(t, await staff(role)))).toEqual({});
});

test("every page of the portal speaks the client's language", async () => {
  expect(await foreignOn(gets("portal"), await browserHeaders(t, e.client))).toEqual({});
});

test("every page in front of the doors speaks the browser's language", async () => {
  expect(await foreignOn(gets("open"), {})).toEqual({});
});

test("what is wrong with a form is said in the reader's language", async () => {
  const body = "no_such_field=1&name=&email=x&date=never&duration=0";
  expect(await foreignOn(forms("staff"), await browserHeaders(t, await staff("administrator")), body)).toEqual({});
  expect(await foreignOn(forms("portal"), await browserHeaders(t, e.client), body)).toEqual({});
});

test("every mail speaks the language of its reader", async () => {
  const { actor } = await staff("technician");
  const tenant = await t.app.database.read(t.harbor.id, (db) => loadTenant(t.app, db, t.harbor.id));
  await inUnit(systemContext(t.app, tenant), async (work) => {
    await sendLink(
      work,
      { id: actor.user_id ?? "", name: actor.name, email: actor.email, user_type: "staff" },
      "reset",
    );
    await sendLink(
      work,
      { id: e.client.actor.user_id ?? "", name: "Ana", email: e.client.actor.email, user_type: "portal" },
      "invite",
    );
  });
  await t.settle();
  const mails = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("mails").select(["subject", "text_body"]).execute(),
  );
  expect(mails.length).toBeGreaterThan(4);
  const found = mails.flatMap(({ subject, text_body }) =>
    // A ticket's mail is called by the ticket.
    [subject.replace(/^\[#\d+\]/, ""), ...text_body.replaceAll("\n", "\u0001").split(/(?<=⟧)\u0001/)]
      .map((line) => untranslatedLine(line.replaceAll("\u0001", " ")))
      .filter((words) => words !== ""),
  );
  expect([...new Set(found)]).toEqual([]);
});

/** Mails stand in the database themselves, so only what people wrote counts as data here. */
function untranslatedLine(line: string): string {
  return untranslated(
    line,
    data.filter((value) => !value.includes("⟦") && value.length < 200 && value !== line),
  );
}
