import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserHeaders, type Headers } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { openTicket, type TicketRow } from "../tickets/index.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let technician: Headers;
let finance: Headers;
let ticket: TicketRow;

beforeAll(async () => {
  t = await startTestProgram();
  const who = await t.harbor.as("technician");
  const { company_id } = await makeClient(t, "Prairie Printing");
  ticket = await perform(who, openTicket, { title: "Printer jams", company_id });
  technician = await browserHeaders(t, who);
  finance = await browserHeaders(t, await t.harbor.as("finance"));
});
afterAll(() => t.close());

/** What the palette offers, as "label → address"; buttons with a star. */
async function offered(q: string, headers = technician, path = "/"): Promise<string[]> {
  const html = await (await t.fetch(`/palette?${new URLSearchParams({ q, path }).toString()}`, { headers })).text();
  return [
    ...html.matchAll(/<(a|button) class="hit"[^>]*?(?:href|formaction)="([^"]*)"[\s\S]*?hit-title">([^<]*)/g),
  ].map((match) =>
    `${match[3] ?? ""} → ${match[2] ?? ""}${match[1] === "button" ? " *" : ""}`.replaceAll("&#x3D;", "="),
  );
}

describe("the command palette", () => {
  test("goes to pages, views and settings that one may open", async () => {
    expect(await offered("tick")).toContain("Tickets → /tickets");
    expect(await offered("unass tick")).toContain("Unassigned → /tickets?view=unassigned");
    expect(await offered("invoices")).not.toContain("Invoices → /invoices");
    expect(await offered("invoices", finance)).toContain("Invoices → /invoices");
    expect(await offered("overdue", finance)).toContain("Overdue → /invoices?view=overdue");
    expect(await offered("overdue")).toEqual([]);
  });

  test("offers what can be done here, and with > nothing else", async () => {
    expect(await offered(">")).toContain("New: Ticket → /tickets/new");
    expect(await offered(">")).not.toContain("Tickets → /tickets");
    expect(await offered("> timer")).toEqual(["Start timer → /timer/start *"]);
    const here = await offered("assign", technician, `/tickets/${ticket.id}`);
    expect(here).toContain(`Assign this ticket to me → /tickets/${ticket.id}/take *`);
    expect(await offered("assign this", finance, `/tickets/${ticket.id}`)).toEqual([]);
  });

  test("looks for nothing by a single letter, which nearly everything has, and says so", async () => {
    const page = await (await t.fetch("/search?q=q", { headers: technician })).text();
    expect(page).toContain("Type one more.");
    expect(await (await t.fetch("/search?q=ja", { headers: technician })).text()).toContain("Printer jams");
  });

  test("says of results that are more than it shows that they are, and leads to the list that has them all", async () => {
    const who = await t.harbor.as("technician");
    for (let number = 1; number <= 21; number++)
      await perform(who, openTicket, { title: `Plotter ${number} is slow`, company_id: ticket.company_id });
    const open = async (words: string): Promise<string> =>
      (await t.fetch(`/search?q=${words}`, { headers: technician })).text();
    const page = (await open("plotter")).replaceAll("&#x3D;", "=").replaceAll("&amp;", "&");
    expect([page.includes("More than 20 results"), page.includes('href="/tickets?view=all&q=plotter"')]).toEqual([
      true,
      true,
    ]);
    expect((await open("jams")).includes("Show all")).toBe(false);
  });

  test("goes to one's own saved views, each of its list, and not to those of others", async () => {
    const key = await t.harbor.key("technician");
    const idOf = async (list_key: string, name: string): Promise<string> => {
      const attributes = { list_key, name, view_query: "q=x" };
      const made = await t.api("POST", "/api/v1/saved-views", {
        key,
        body: { data: { type: "saved_views", attributes } },
      });
      return made.body.data.id;
    };
    const [ofTickets, ofCompanies] = [
      await idOf("/tickets", "Quayside jobs"),
      await idOf("/companies", "Quayside firms"),
    ];
    expect(await offered("quayside")).toEqual([
      `Quayside firms → /companies?view=${ofCompanies}`,
      `Quayside jobs → /tickets?view=${ofTickets}`,
    ]);
    const search = await t.fetch("/search?q=quayside", { headers: technician });
    expect(await search.text()).toContain(ofCompanies);
    expect(await offered("quayside", finance)).toEqual([]);
  });

  test("finds records within reach, and a ticket by its number", async () => {
    expect(await offered("jams")).toContain(`#${ticket.ticket_number} Printer jams → /tickets/${ticket.id}`);
    expect(await offered(`#${ticket.ticket_number}`)).toEqual([
      `#${ticket.ticket_number} Printer jams → /tickets/${ticket.id}`,
    ]);
    expect(await offered("$mine")).toEqual(["My work → /my-work"]);
    const mill = await browserHeaders(t, await t.mill.as("administrator"));
    const html = await (await t.fetch("/palette?q=jams", { headers: mill }, t.mill)).text();
    expect(html).not.toContain("Printer jams");
  });

  test("finds sites by their name, their address and what was noted about them, on the search page too", async () => {
    const key = await t.harbor.key("technician");
    const send = (path: string, type: string, attributes: Record<string, unknown>): ReturnType<typeof t.api> =>
      t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
    const company = await send("companies", "companies", { name: "Kiln & Co" });
    const { id } = (
      await send("sites", "sites", {
        company_id: company.body.data.id,
        name: "Lager West",
        address: { line1: "Speicherweg 4", city: "Kiel" },
      })
    ).body.data;
    await send(`sites/${id}/notes`, "record_notes", { content: "<p>The key hangs behind the boiler</p>" });
    for (const words of ["lager", "speicherweg kiel", "boiler"]) {
      expect(await offered(words)).toContain(`Lager West → /sites/${id}`);
      const page = await (await t.fetch(`/search?q=${encodeURIComponent(words)}`, { headers: technician })).text();
      expect(page).toContain(`/sites/${id}`);
      const found = await t.api("GET", `/api/v1/sites?filter[q]=${encodeURIComponent(words)}`, { key });
      expect(found.body.data).toHaveLength(1);
    }
  });

  test("speaks German, and finds German words", async () => {
    const headers = await browserHeaders(t, await t.harbor.as("dispatcher"));
    const save = { method: "POST", headers, body: new URLSearchParams({ language: "de", is_shortcuts_on: "true" }) };
    expect((await t.fetch("/account/appearance", save)).status).toBe(303);
    expect(await offered("darst", headers)).toContain("Darstellung → /account/appearance");
  });

  test("has the same places on the search page, for browsers without scripts", async () => {
    const html = await (await t.fetch("/search?q=unassigned", { headers: technician })).text();
    expect(html).toContain('href="/tickets?view&#x3D;unassigned"');
  });
});

describe("the keyboard map", () => {
  test("shows the keys that one may use, and the frame carries those that lead somewhere", async () => {
    const html = await (await t.fetch("/keyboard", { headers: technician })).text();
    expect(html).toContain("Internal note");
    expect(html).toContain('data-keys="g t"');
    expect(html).not.toContain('data-keys="g i"');
    expect(await (await t.fetch("/keyboard", { headers: finance })).text()).toContain('data-keys="g i"');
  });

  test("says so where single keys are switched off, and shows what is left", async () => {
    const headers = await browserHeaders(t, await t.harbor.as("sales"));
    await t.fetch("/account/appearance", { method: "POST", headers, body: new URLSearchParams({ theme: "system" }) });
    const html = await (await t.fetch("/keyboard", { headers })).text();
    expect(html).toContain("switched off");
    expect(html).toContain('data-shortcuts="off"');
    const shown = [...html.matchAll(/data-shortcut="([^"]+)"/g)].map(([, keys]) => keys);
    expect(shown).toEqual(["Control+k", "Enter", "Control+Enter", "Control+s", "Escape"]);
  });
});
