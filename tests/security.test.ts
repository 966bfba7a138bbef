import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { staffCookieName } from "../src/platform/http/cookies.ts";
import { contacts } from "../src/modules/companies/index.ts";
import { inUnit } from "../src/platform/context.ts";
import { update } from "../src/platform/database/records.ts";
import { makeClient, signedIn } from "./support/desk.ts";
import { browserHeaders, type Everything, keyHeaders, makeEverything, marker } from "./support/everything.ts";
import { browserOf, makeStaff, signIn } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** What went wrong elsewhere in the field, each held here; what single modules hold is in their own tests. */

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
});
afterAll(() => t.close());

describe("a file that a browser could run", () => {
  const bad = [
    ["page.html", "text/html", "<script>alert(1)</script>"],
    ["image.svg", "image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ["x.xml", "application/xhtml+xml", "<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>"],
  ] as const;

  test("is saved and never shown, whoever attached it and by whichever address it is fetched", async () => {
    const staff = await keyHeaders(t.harbor, "technician");
    const [page, client] = [
      await browserHeaders(t, await t.harbor.as("technician")),
      await browserHeaders(t, e.client),
    ];
    const ticket = (
      await t.api("POST", "/api/v1/portal/tickets", {
        headers: client,
        body: { data: { type: "tickets", attributes: { title: "Files" } } },
      })
    ).body.data.id as string;
    for (const [name, type, text] of bad) {
      const file = {
        type: "ticket_attachments",
        attributes: { file_name: name, mime_type: type, content: btoa(text) },
      };
      const made = await t.api("POST", `/api/v1/portal/tickets/${ticket}/attachments`, {
        headers: client,
        body: { data: file },
      });
      const id = made.body.data.id as string;
      for (const [path, headers] of [
        [`/tickets/${ticket}/attachments/${id}`, page],
        [`/portal/tickets/${ticket}/attachments/${id}`, client],
        [`/api/v1/tickets/${ticket}/attachments/${id}/content`, staff],
        [`/api/v1/portal/tickets/${ticket}/attachments/${id}/content`, client],
      ] as const) {
        const answer = await t.fetch(path, { headers });
        expect({
          path,
          status: answer.status,
          disposition: answer.headers.get("content-disposition")?.split(";")[0],
          sniff: answer.headers.get("x-content-type-options"),
          csp: answer.headers.get("content-security-policy"),
        }).toEqual({
          path,
          status: 200,
          disposition: "attachment",
          sniff: "nosniff",
          csp: expect.stringContaining("sandbox"),
        });
      }
    }
  });
});

describe("the search", () => {
  test("finds no more than the lists do", async () => {
    const number = (
      await t.api("GET", `/api/v1/invoices/${e.ids["sent-invoices"] ?? ""}`, { key: await t.harbor.key("finance") })
    ).body.data.attributes.invoice_number as string;
    for (const path of ["/search", "/search/suggest"]) {
      const found = async (
        who: Readonly<Record<string, string>>,
        words: string,
        tenant = t.harbor,
      ): Promise<string[]> => {
        const html = await (
          await t.fetch(`${path}?q=${encodeURIComponent(words)}`, { headers: { ...who, "hx-request": "true" } }, tenant)
        ).text();
        return Object.values(e.ids).filter((id) => html.includes(`/${id}`));
      };
      const [finance, technician] = [
        await browserHeaders(t, await t.harbor.as("finance")),
        await browserHeaders(t, await t.harbor.as("technician")),
      ];
      expect(await found(finance, number)).toContain(e.ids["sent-invoices"] ?? "");
      expect(await found(technician, number)).toEqual([]);
      expect(await found(technician, marker)).toContain(e.ids["tickets"] ?? "");
      expect(await found(await browserHeaders(t, await t.mill.as("administrator")), marker, t.mill)).toEqual([]);
    }
    const client = await browserHeaders(t, e.client);
    expect((await t.api("GET", `/api/v1/portal/tickets?filter[q]=${marker}`, { headers: client })).status).toBe(400);
  });
});

describe("a session", () => {
  test("is a new one with each signing in, whatever cookie came along", async () => {
    const [victim, attacker] = [await makeStaff(t.harbor, "technician"), await makeStaff(t.harbor, "technician")];
    const name = staffCookieName(t.harbor.tenant.public_url);
    const planted = (await browserOf(t, attacker)).cookies.get(name) ?? "";
    const browser = t.browser();
    browser.cookies.set(name, planted);
    await browser.open("/account");
    await browser.submit("/sign-out");
    await signIn(browser, victim);
    const first = browser.cookies.get(name);
    await browser.open("/account");
    await browser.submit("/sign-out");
    await signIn(browser, victim);
    expect(new Set([planted, first, browser.cookies.get(name)]).size).toBe(3);
    for (const old of [planted, first ?? ""]) {
      const thief = t.browser();
      thief.cookies.set(name, old);
      expect((await thief.open("/account")).url).toContain("/sign-in");
    }
  });

  test("of a client's person opens nothing once the contact is no portal user any more, however that came about", async () => {
    const { portal, contact_id } = await makeClient(t, "Leaving Client");
    const headers = await browserHeaders(t, portal);
    const ask = async (): Promise<number[]> => [
      (await t.fetch("/portal/tickets", { headers })).status,
      (await t.fetch("/api/v1/portal/tickets", { headers })).status,
    ];
    expect(await ask()).toEqual([200, 200]);
    await inUnit(t.harbor.system, (work) => update(work, contacts, contact_id, { is_portal_user: false }));
    expect(await ask()).toEqual([303, 401]);
  });

  test("of a client is none of the staff's, and the other way round", async () => {
    const [staff, client] = [await signedIn(t, await t.harbor.as("technician")), await signedIn(t, e.client)];
    const [own, portal] = [staff.cookies.get("purser") ?? "", client.cookies.get("purser_portal") ?? ""];
    const thief = t.browser();
    thief.cookies.set("purser", portal);
    thief.cookies.set("purser_portal", own);
    expect((await thief.open("/tickets")).url).toContain("/sign-in");
    expect((await thief.open("/portal/tickets")).url).toContain("/portal/sign-in");
  });
});
