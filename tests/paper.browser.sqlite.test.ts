import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { addRecordNote, updateRecordNote } from "../src/modules/journal/actions.ts";
import { addNote, openTicket } from "../src/modules/tickets/index.ts";
import { startSession } from "../src/platform/access/sessions.ts";
import { perform } from "../src/platform/action.ts";
import { type Ctx, inUnit } from "../src/platform/context.ts";
import { staffCookieName } from "../src/platform/http/cookies.ts";
import { browserAvailable, openBrowser, type TestBrowser, type TestPage } from "./support/browser.ts";
import { makeClient } from "./support/desk.ts";
import { pdfText, pdftotextAvailable } from "./support/pdf.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

describe.skipIf(!browserAvailable)("a page on paper", () => {
  let t: TestProgram;
  let administrator: Ctx;
  let browser: TestBrowser;
  let server: ReturnType<TestProgram["program"]["server"]>;
  let origin: string;
  let ticketId: string;
  let companyId: string;

  beforeAll(async () => {
    t = await startTestProgram();
    administrator = await t.harbor.as("administrator");
    const { company_id } = await makeClient(t, "Prairie Printing");
    companyId = company_id;
    const note = await perform(administrator, addRecordNote, {
      company_id,
      content: "<p>Ring twice.</p>",
      is_pinned: true,
      is_alert: true,
    });
    await perform(administrator, updateRecordNote, { id: note.id, content: "<p>Ring three times.</p>" });
    for (let number = 1; number <= 50; number++)
      await perform(administrator, openTicket, { title: `Toner ${number} is low`, company_id });
    ({ id: ticketId } = await perform(administrator, openTicket, { title: "Printer jams", company_id }));
    await perform(administrator, addNote, {
      ticket_id: ticketId,
      note_type: "internal",
      content:
        '<p>See <a href="https://help.example/jams/">help.example/jams</a> and <a href="https://help.example/oil">the page on oil</a>.</p>',
    });
    server = t.program.server({ tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => true });
    server.listen({ port: 0, hostname: "127.0.0.1" });
    origin = `http://127.0.0.1:${server.server?.port ?? 0}`;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop(true);
    await t.close();
  });

  /** A page as the printer gets it. */
  async function printed(path: string): Promise<TestPage> {
    const { token } = await inUnit(administrator, (work) => startSession(work, administrator.actor.user_id ?? ""));
    const tab = await browser.newPage({ viewport: { width: 703, height: 900 } });
    await tab.page.context().addCookies([{ name: staffCookieName("http://harbor.test"), value: token, url: origin }]);
    await tab.page.goto(origin + path);
    await tab.page.emulateMedia({ media: "print" });
    return tab;
  }

  test("says when something happened, and not how long ago that was", async () => {
    const company = `/companies/${companyId}`;
    for (const path of [
      "/tickets",
      `/tickets/${ticketId}`,
      company,
      `${company}/notes`,
      "/account",
      "/search?q=toner",
    ]) {
      const tab = await printed(path);
      const times = await tab.page.evaluate<[string, string, string][]>(
        `[...document.querySelectorAll("main time[title]")].map((time) =>
          [time.title, getComputedStyle(time, "::after").content, getComputedStyle(time).fontSize])`,
      );
      expect(times.length).toBeGreaterThan(0);
      for (const [title, shown, size] of times) {
        expect(title).toMatch(/\d{4}, \d/);
        expect([shown, size]).toEqual([JSON.stringify(title), "0px"]);
      }
      const left = await tab.page.evaluate<string[]>(
        `[...document.querySelectorAll("main *")].filter((one) => one.checkVisibility() && getComputedStyle(one).fontSize !== "0px" &&
          [...one.childNodes].some((node) => node.nodeType === 3 && / ago|just now/.test(node.data))).map((one) => one.textContent)`,
      );
      expect([path, left]).toEqual([path, []]);
      await tab.close();
    }
  });

  test("has an address behind each link that does not say it itself", async () => {
    const tab = await printed(`/tickets/${ticketId}`);
    const behind = await tab.page.evaluate<Record<string, string>>(
      `Object.fromEntries([...document.querySelectorAll(".prose a")].map((link) =>
        [link.textContent, getComputedStyle(link, "::after").content]))`,
    );
    expect(behind).toEqual({
      "help.example/jams": "none",
      "the page on oil": expect.stringContaining("https://help.example/oil"),
    });
    await tab.close();
  });

  test.skipIf(!pdftotextAvailable)("repeats a table's head on each sheet and tears no row", async () => {
    const tab = await printed("/tickets");
    const sheets = (await pdfText(await tab.page.pdf({ format: "A4" }))).split("\f").slice(0, -1);
    expect(sheets.length).toBeGreaterThan(1);
    for (const sheet of sheets) expect(sheet).toMatch(/Number\s+Title/);
    const all = sheets.map((sheet) => [...sheet.matchAll(/Toner (\d+) is low/g)].map(([, number]) => number));
    expect(new Set(all.flat()).size).toBe(all.flat().length);
    expect(all.every((numbers) => numbers.length > 0)).toBe(true);
    await tab.close();
  });
});
