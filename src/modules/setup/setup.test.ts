import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { password } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Page } from "../../../tests/support/visitor.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { perform } from "../../platform/action.ts";
import { mintOneTime } from "../staff/index.ts";
import { createFirstAdministrator } from "./actions.ts";

let t: TestProgram;
let link: string;

beforeEach(async () => {
  t = await startTestProgram({ isSetUp: false });
  link = `/setup/start/${await mint()}`;
});
afterEach(() => t.close());

const mint = (): Promise<string> => inUnit(t.harbor.system, (work) => mintOneTime(work, "setup", null));
const person = { name: "Alma Boss", email: "Alma@Harbor.test", password };
const staff = () => reading(t.harbor.system, ({ db }) => db.selectFrom("users").select(["name", "email"]).execute());

describe("the first visitor", () => {
  test("without the link gets nothing, wherever they knock", async () => {
    for (const path of [
      "/",
      "/sign-in",
      "/companies",
      "/setup",
      "/setup/organization",
      "/setup/done",
      "/setup/start/nonsense",
      `/setup/start/${link.slice(-87, -1)}x`,
      "/settings/staff",
    ]) {
      const page = await t.browser().open(path);
      expect({ path, isRefused: [404, 503].includes(page.status) }).toEqual({ path, isRefused: true });
    }
    const browser = t.browser();
    await browser.open(link);
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await browser.open(link)).html)?.[1] ?? "";
    expect((await browser.post("/setup/start/nonsense", { ...person, _csrf: csrf })).status).toBe(404);
    expect((await browser.post("/setup/organization", { name: "Mine", _csrf: csrf })).status).toBe(503);
    expect(await staff()).toEqual([]);
  });

  test("with the link makes the administrator, is signed in, and goes on with the wizard", async () => {
    const browser = t.browser();
    await browser.open(link);
    const next = await browser.submit(link, person);
    expect([next.url, next.status]).toEqual(["/setup/organization", 200]);
    expect(await staff()).toEqual([{ name: "Alma Boss", email: "alma@harbor.test" }]);
    expect((await browser.open("/settings/staff")).status).toBe(200);
  });

  test("with a link that is too old gets none the wiser", async () => {
    t.clock.advance(30 * 60_000 + 1);
    const page = await t.browser().open(link);
    expect([page.status, page.text.includes('The command "purser setup-url" prints a new one.')]).toEqual([404, true]);
    expect((await t.browser().open("/")).text).toContain("purser setup-url");
    expect(await staff()).toEqual([]);
  });

  test("has to use the newest link", async () => {
    const newer = `/setup/start/${await mint()}`;
    expect((await t.browser().open(link)).status).toBe(404);
    expect((await t.browser().open(newer)).status).toBe(200);
  });

  test("is shown what is wrong, keeps what was typed, and can try again", async () => {
    const browser = t.browser();
    await browser.open(link);
    const page = await browser.submit(link, { ...person, email: "no address", password: "short" });
    expect([page.status, page.html.includes('value="Alma Boss"'), page.html.includes('short"')]).toEqual([
      422,
      true,
      false,
    ]);
    // All of it at once, and not the password in a second round.
    expect([page.text.includes("an e-mail address such as"), page.text.includes("Use at least 12 characters")]).toEqual(
      [true, true],
    );
    expect(await staff()).toEqual([]);
    expect((await browser.submit(link, person)).url).toBe("/setup/organization");
  });

  test("of another organization's host cannot use the link", async () => {
    expect((await t.browser(t.mill).open(link)).url).toBe("/sign-in?next=%2F");
    expect(await staff()).toEqual([]);
  });
});

describe("the link", () => {
  test("works once", async () => {
    const browser = t.browser();
    await browser.open(link);
    await browser.submit(link, person);
    const late = t.browser();
    expect((await late.open(link)).url).toBe("/sign-in?next=%2F");
    expect(await staff()).toHaveLength(1);
  });

  test("used by two at the same moment makes one administrator", async () => {
    const visitors = [t.browser(), t.browser(), t.browser()];
    for (const visitor of visitors) await visitor.open(link);
    const pages = await Promise.all(
      visitors.map((visitor, index): Promise<Page> =>
        visitor.submit(link, { ...person, email: `boss${index}@harbor.test` }),
      ),
    );
    expect(pages.filter((page) => page.url === "/setup/organization" && page.status === 200)).toHaveLength(1);
    expect(pages.filter((page) => page.status >= 500)).toEqual([]);
    expect(await staff()).toHaveLength(1);
  });
});

describe("the set-up", () => {
  test("is shut once there is an administrator, also to a link that is good", async () => {
    const late = t.browser();
    const good = `/setup/start/${await mint()}`;
    await late.open(good);
    await t.app.database.write(t.harbor.id, (db) => db.updateTable("organizations").set({ locale: "de-AT" }).execute());
    await inUnit(t.harbor.system, (work) =>
      perform(work, createFirstAdministrator, {
        token: null,
        name: "Alma",
        email: "alma@harbor.test",
        password_hash: "x",
      }),
    );
    const page = await late.submit(good, { ...person, email: "second@harbor.test" });
    expect(page.url).not.toBe("/setup/organization");
    expect((await late.open(`/setup/start/${await mint()}`)).url).toBe("/sign-in?next=%2F");
    expect(await staff()).toEqual([{ name: "Alma", email: "alma@harbor.test" }]);
    // Made without a browser, she has no session anywhere, and the language stays the one that was chosen.
    expect(await reading(t.harbor.system, ({ db }) => db.selectFrom("sessions").select("id").execute())).toEqual([]);
    expect(
      await reading(t.harbor.system, ({ db }) => db.selectFrom("organizations").select("locale").execute()),
    ).toEqual([{ locale: "de-AT" }]);
  });
});

describe("the wizard", () => {
  test("leads through all of its steps to the dashboard, and each is kept", async () => {
    const browser = t.browser();
    await browser.open(link);
    await browser.submit(link, person);
    expect((await browser.submit("/setup/organization", { name: "Harbor & Söhne", "address.city": "Łódź" })).url).toBe(
      "/setup/address",
    );
    expect((await browser.submit("/setup/address", { public_url: "http://harbor.test" })).url).toBe("/setup/locale");
    const refused = await browser.submit("/setup/locale", {
      timezone: "Mars/Olympus",
      currency: "EUR",
      locale: "pl-PL",
      payment_terms: "net_15",
    });
    expect(refused.status).toBe(422);
    expect(
      (
        await browser.submit("/setup/locale", {
          timezone: "Europe/Warsaw",
          currency: "EUR",
          locale: "pl-PL",
          payment_terms: "net_15",
        })
      ).url,
    ).toBe("/setup/mail");
    // Mail can be skipped.
    await browser.open("/setup/reference");
    const done = await browser.submit("/setup/reference");
    expect([done.url, done.text.includes("Purser is ready")]).toEqual(["/setup/done", true]);
    expect((await browser.open("/")).status).toBe(200);
    const row = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("organizations")
        .select(["name", "address", "timezone", "currency", "locale", "payment_terms"])
        .executeTakeFirstOrThrow(),
    );
    expect(row).toEqual({
      name: "Harbor & Söhne",
      address: { city: "Łódź" },
      timezone: "Europe/Warsaw",
      currency: "EUR",
      locale: "pl-PL",
      payment_terms: "net_15",
    });
  });

  test("speaks its reader's language on every step", async () => {
    const browser = t.browser();
    const german = { "accept-language": "de" };
    await browser.open(link, german);
    await browser.submit(link, person, german);
    const titleAt = async (step: string): Promise<(string | undefined)[]> => {
      const { html } = await browser.open(`/setup/${step}`, german);
      return [step, /<h1[^>]*>\s*([^<]*?)\s*</.exec(html)?.[1]];
    };
    for (const [step, title] of [
      ["organization", "Ihre Organisation"],
      ["address", "Wo Sie erreichbar sind"],
      ["locale", "Zeit und Währung"],
      ["mail", "Ausgehende E-Mail"],
      ["reference", "Standarddaten"],
    ] as const)
      expect(await titleAt(step)).toEqual([step, title]);
    await browser.submit("/setup/reference", {}, german);
    expect(await titleAt("done")).toEqual(["done", "Purser ist bereit"]);
  });

  test("is not done before its steps are, and says of mail that was left out that it is", async () => {
    const browser = t.browser();
    await browser.open(link);
    await browser.submit(link, person);
    expect((await browser.open("/setup/done")).url).toBe("/setup/organization");
    await browser.submit("/setup/organization", { name: "Harbor IT" });
    expect((await browser.open("/setup/done")).url).toBe("/setup/address");
    await browser.open("/setup/reference");
    expect((await browser.submit("/setup/reference")).text).toContain("Outgoing mail Not connected yet");
    // Who goes back to a step has not undone those after it.
    await browser.open("/setup/organization");
    await browser.submit("/setup/organization", { name: "Harbor and Sons" });
    expect((await browser.open("/")).text).not.toContain("Finish setting up");
    expect((await browser.open("/setup/done")).text).toContain("Harbor and Sons");
  });

  test("leads back step by step to what was entered, and never to a second administrator", async () => {
    const browser = t.browser();
    const back = (html: string): string | undefined => /wizard-back" href="([^"]+)"/.exec(html)?.[1];
    await browser.open(link);
    await browser.submit(link, person);
    await browser.submit("/setup/organization", { name: "Harbor IT" });
    const third = await browser.submit("/setup/address", { public_url: "http://harbor.test" });
    expect([third.url, back(third.html)]).toEqual(["/setup/locale", "/setup/address"]);
    const second = await browser.open("/setup/address");
    expect(second.html).toContain('value="http://harbor.test"');
    expect(back(second.html)).toBe("/setup/organization");
    const first = await browser.open("/setup/organization");
    expect(first.html).toContain('value="Harbor IT"');
    expect(back(first.html)).toBeUndefined();
    // Sent again it goes on as before, and nothing is there twice.
    expect((await browser.submit("/setup/organization", { name: "Harbor IT" })).url).toBe("/setup/address");
    await browser.open("/setup/reference");
    const done = await browser.submit("/setup/reference");
    expect([done.url, back(done.html)]).toEqual(["/setup/done", undefined]);
    const sets = (): Promise<number> =>
      reading(t.harbor.system, async ({ db }) => (await db.selectFrom("ticket_types").select("id").execute()).length);
    const before = await sets();
    await browser.open("/setup/reference");
    await browser.submit("/setup/reference");
    expect([await sets(), (await staff()).length]).toEqual([before, 1]);
  });

  test("can be left and taken up again where it was left", async () => {
    const browser = t.browser();
    await browser.open(link);
    await browser.submit(link, person);
    await browser.submit("/setup/organization", { name: "Harbor IT" });
    const home = await browser.open("/");
    expect(home.text).toContain("Finish setting up");
    expect(home.html).toContain('href="/setup/address"');
  });
});
