import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Ctx } from "../src/platform/context.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { type Everything, makeEverything } from "./support/everything.ts";
import { makeOverfull, type Overfull } from "./support/overfull.ts";
import { checkMail, checkPlaces, type Findings, type Place, type Reader, type Seen } from "./support/page-check.ts";
import { listen, newShapes, placesOf, readerOf } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

// Some hundred pages in four looks each: a minute or two, and more where others use the machine.
setDefaultTimeout(900_000);

/** Every page of the server's own list, as each kind of user sees it (docs/pages.md). */
describe.skipIf(!browserAvailable)("every page", () => {
  let t: TestProgram;
  let e: Everything;
  let overfull: Overfull;
  let browser: TestBrowser;
  let harbor: Awaited<ReturnType<typeof listen>>;
  let mill: Awaited<ReturnType<typeof listen>>;
  const seen: Seen = new Set();
  const weights: Record<string, number> = {};
  let openedCount = 0;

  beforeAll(async () => {
    t = await startTestProgram();
    e = await makeEverything(t);
    overfull = await makeOverfull(t);
    harbor = await listen(t, t.harbor);
    mill = await listen(t, t.mill);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await harbor.stop();
    await mill.stop();
    await t.close();
    await Bun.write("tmp/pages.json", JSON.stringify({ weights, opened: openedCount }, null, 1));
  });

  async function check(reader: Reader, places: readonly Place[], isWhole = true): Promise<Findings> {
    const findings = await checkPlaces(browser, reader, places, seen, isWhole);
    Object.assign(weights, findings.weights);
    openedCount += findings.opened.length;
    return findings;
  }

  const found = { name: "search with hits", path: "/search?q=an" };
  const missing = { name: "no such page", path: "/no/such/page" };

  test("is whole, light and usable for an administrator, with everything open that can be opened", async () => {
    const reader = await readerOf(harbor.origin, await t.harbor.as("administrator"));
    const places = await newShapes(reader, [...placesOf(t, e.ids, "staff"), found, missing], seen);
    const { problems, opened } = await check(reader, places);
    expect(problems).toEqual({});
    expect(places.length).toBeGreaterThan(80);
    expect(opened.length).toBeGreaterThan(10);
  });

  for (const role of ["technician", "dispatcher", "finance", "manager", "sales"] as const)
    test(`is so for ${role} as well, where it looks different from what others see`, async () => {
      const reader = await readerOf(harbor.origin, await t.harbor.as(role));
      const { problems } = await check(reader, await newShapes(reader, placesOf(t, e.ids, "staff"), seen), false);
      expect(problems).toEqual({});
    });

  test("is so for a client's people", async () => {
    for (const who of [e.client, e.colleague] satisfies Ctx[]) {
      const reader = await readerOf(harbor.origin, who);
      const { problems } = await check(
        reader,
        await newShapes(reader, [...placesOf(t, e.ids, "portal"), missing], seen),
      );
      expect(problems).toEqual({});
    }
  });

  test("is so for somebody who has not signed in", async () => {
    const reader = { origin: harbor.origin };
    const { problems } = await check(reader, await newShapes(reader, [...placesOf(t, e.ids, "open"), missing], seen));
    expect(problems).toEqual({});
  });

  test("holds 400 contacts, 60 tags and titles of 200 characters", async () => {
    for (const [who, places] of [
      [await t.harbor.as("administrator"), overfull.staff],
      [overfull.client, overfull.portal],
    ] as const) {
      const { problems } = await check(await readerOf(harbor.origin, who), places);
      expect(problems).toEqual({});
    }
  });

  test("has mails beside it that fit and can be read in both themes", async () => {
    const visitor = t.browser();
    await visitor.open("/forgot");
    await visitor.submit("/forgot", { email: "administrator@harbor.test" });
    await t.settle();
    const mails = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("mails").select(["subject", "html_body", "text_body"]).execute(),
    );
    expect(mails.filter(({ html_body, text_body }) => html_body === null || text_body === "")).toEqual([]);
    const byShape = new Map(mails.map((mail) => [mail.subject.replaceAll(/\d+|Zanzibar\S*/g, ""), mail]));
    expect(byShape.size).toBeGreaterThan(3);
    const problems: Record<string, string[]> = {};
    for (const mail of byShape.values()) {
      const found = await checkMail(browser, mail.subject, mail.html_body ?? "");
      if (found.length > 0) problems[mail.subject] = found;
    }
    expect(problems).toEqual({});
  });

  test("says what to do where there is nothing yet", async () => {
    const reader = await readerOf(mill.origin, await t.mill.as("administrator"));
    const places = placesOf(t, e.ids, "staff").filter(({ name }) => !name.includes(":"));
    const { problems } = await check(reader, await newShapes(reader, places, seen));
    expect(problems).toEqual({});
  });
});
