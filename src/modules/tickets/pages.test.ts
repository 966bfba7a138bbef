import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import { addNoteAsClient, openTicket, type TicketRow, updateTicket } from "./index.ts";
import { ticketCategories } from "./schema.ts";

let t: TestProgram;
let technician: Ctx;
let browser: Visitor;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.as("technician");
  client = await makeClient(t, "Prairie Printing");
  browser = await signedIn(t, technician);
});
afterAll(() => t.close());

const open = (title: string, more: Record<string, unknown> = {}): Promise<TicketRow> =>
  perform(technician, openTicket, { title, company_id: client.company_id, ...more });
const named = async (table: "ticket_statuses" | "ticket_priorities", name: string): Promise<string> =>
  (
    await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom(table).select("id").where("name", "=", name).executeTakeFirstOrThrow(),
    )
  ).id;

describe("the form for a new ticket", () => {
  test("opens one, with the standard lists and the files that were added", async () => {
    await browser.open(`/tickets/new?company_id=${client.company_id}`);
    const page = await browser.submit("/tickets/new", {
      title: "Toner <empty>",
      description: "Line one\nLine two",
      contact_id: client.contact_id,
    });
    expect(page.status).toBe(200);
    expect(page.text).toContain("Toner <empty>");
    expect(page.html).toContain("Line one<br />Line two");
  });

  test("offers the categories and what stands below them as one choice, which says both", async () => {
    const [hardware, printer, software] = await inUnit(t.harbor.system, async (work) => {
      const above = await insert(work, ticketCategories, { name: "Hardware" });
      const below = await insert(work, ticketCategories, { name: "Printer", parent_category_id: above.id });
      return [above.id, below.id, (await insert(work, ticketCategories, { name: "Software" })).id];
    });
    const { html } = await browser.open("/tickets/new");
    const chosen = (page: string): string => /name="category_id"[^]*?<\/select>/.exec(page)?.[0] ?? "";
    for (const label of ["Hardware", "Hardware › Printer", "Software"]) expect(chosen(html)).toContain(`>${label}<`);
    const page = await browser.submit("/tickets/new", {
      title: "It is out of toner",
      contact_id: client.contact_id,
      category_id: printer,
    });
    const id = page.url.split("/")[2] ?? "";
    const stored = () => reading(t.harbor.system, (reader) => find(reader, "tickets", id));
    expect(await stored()).toMatchObject({ category_id: hardware, subcategory_id: printer });
    expect(chosen(page.html)).toContain(`<option value="${printer}" selected>Hardware › Printer</option>`);
    // Another category takes the old one's subcategory along.
    await browser.submit(`/tickets/${id}`, { category_id: software });
    expect(await stored()).toMatchObject({ category_id: software, subcategory_id: null });
    await browser.submit(`/tickets/${id}`, { category_id: printer });
    expect(await stored()).toMatchObject({ category_id: hardware, subcategory_id: printer });
    await browser.submit(`/tickets/${id}`, { category_id: "" });
    expect(await stored()).toMatchObject({ category_id: null, subcategory_id: null });
  });

  test("offers the contacts of the company, and everybody's while there is none", async () => {
    expect((await browser.open("/tickets/new")).text).toContain("Ana of Prairie Printing · Prairie Printing");
    expect((await browser.open(`/tickets/new?contact_id=${client.contact_id}`)).html).toMatch(
      new RegExp(`<option value="${client.contact_id}" selected>`),
    );
    expect((await browser.open("/tickets/new?company_id=nonsense&contact_id=x")).status).toBe(200);
  });

  test("shows the contacts of another company without JavaScript and forgets nothing", async () => {
    await browser.open("/tickets/new");
    const page = await browser.submit("/tickets/new", {
      _contacts: "show",
      company_id: client.company_id,
      title: "Half typed",
    });
    expect(page.html).toContain('value="Half typed"');
    expect(page.text).toContain("Nobody in particular");
  });

  test("keeps what was typed when something is missing, and opens nothing", async () => {
    await browser.open("/tickets/new");
    const page = await browser.submit("/tickets/new", {
      title: "",
      description: "All my words",
      company_id: client.company_id,
    });
    expect(page.status).toBe(422);
    expect(page.text).toContain("All my words");
    expect(page.text).toContain("Title is required.");
  });
});

describe("the list", () => {
  test("has its whole state in the address", async () => {
    const high = await named("ticket_priorities", "High");
    await open("Find me high", { priority_id: high });
    await open("Find me low");
    const page = await browser.open(`/tickets?priority=${high}&q=find`);
    expect(page.text).toContain("Find me high");
    expect(page.text).not.toContain("Find me low");
    for (const filter of ["queue", "status", "priority", "type", "assignee", "company"]) {
      expect((await browser.open(`/tickets?${filter}=nonsense`)).text).toContain("Nothing matches");
    }
    for (const sort of ["number", "-title", "company", "priority", "-updated_at", "nonsense"])
      expect((await browser.open(`/tickets?sort=${sort}`)).status).toBe(200);
  });

  test("tells open, unassigned, waiting and closed tickets apart", async () => {
    const waiting = await open("Waiting one", {
      assigned_to_id: technician.actor.user_id,
      status_id: await named("ticket_statuses", "Waiting on client"),
    });
    const closed = await open("Closed one", { status_id: await named("ticket_statuses", "Closed") });
    const seen = async (view: string): Promise<string> => (await browser.open(`/tickets?view=${view}`)).text;
    expect(await seen("waiting")).toContain(waiting.title);
    expect(await seen("open")).toContain(waiting.title);
    expect(await seen("open")).not.toContain(closed.title);
    expect(await seen("closed")).toContain(closed.title);
    expect(await seen("unassigned")).not.toContain(waiting.title);
  });

  test("keeps the view when filters are applied", async () => {
    expect((await browser.open("/tickets?view=closed")).html).toContain(
      '<input type="hidden" name="view" value="closed">',
    );
  });
});

describe("my work", () => {
  test("begins with the client who waits, then goes by priority and age", async () => {
    const mine = { assigned_to_id: technician.actor.user_id, contact_id: client.contact_id };
    const [critical, low] = [await named("ticket_priorities", "Critical"), await named("ticket_priorities", "Low")];
    await open("W second", { ...mine, priority_id: critical });
    t.clock.advance(60_000);
    await open("W third", { ...mine, priority_id: critical });
    const waits = await open("W first", { ...mine, priority_id: low });
    await perform(client.portal, addNoteAsClient, { ticket_id: waits.id, content: "Hello?" });
    const done = await open("W closed", mine);
    await perform(technician, updateTicket, { id: done.id, status_id: await named("ticket_statuses", "Resolved") });
    const { text } = await browser.open("/my-work");
    expect([...text.matchAll(/W (first|second|third|closed)/g)].map((match) => match[1])).toEqual([
      "first",
      "second",
      "third",
    ]);
  });
});

describe("elsewhere", () => {
  test("tickets stand on the pages of company and contact, and on the dashboard", async () => {
    const { title } = await open("Seen everywhere", {
      contact_id: client.contact_id,
      assigned_to_id: technician.actor.user_id,
    });
    for (const path of [`/companies/${client.company_id}`, `/contacts/${client.contact_id}`, "/"]) {
      const page = await browser.open(path);
      expect([path, page.status, page.text.includes(title)]).toEqual([path, 200, true]);
    }
  });

  test("in the list of categories each stands behind the one that it is below, whatever their positions", async () => {
    await inUnit(t.harbor.system, async (work) => {
      const make = (
        name: string,
        sort_order: number,
        parent_category_id: string | null = null,
      ): Promise<{ id: string }> => insert(work, ticketCategories, { name, sort_order, parent_category_id });
      const hardware = await make("Zz hardware", 920);
      const software = await make("Zz software", 910);
      await make("Zz printers", 5, hardware.id);
      await make("Zz office", 990, software.id);
      await make("Zz mail", -3, software.id);
    });
    const admin = await signedIn(t, await t.harbor.as("administrator"));
    const { html } = await admin.open("/settings/ticket-categories");
    expect(html.match(/Zz \w+/g)?.filter((name, at, all) => all.indexOf(name) === at)).toEqual([
      "Zz software",
      "Zz mail",
      "Zz office",
      "Zz hardware",
      "Zz printers",
    ]);
  });

  test("the lists of a ticket are changed in the settings, by those who may", async () => {
    expect((await browser.open("/settings/ticket-queues")).status).toBe(403);
    const admin = await signedIn(t, await t.harbor.as("administrator"));
    for (const list of ["queues", "statuses", "priorities", "types", "categories"]) {
      expect((await admin.open(`/settings/ticket-${list}`)).status).toBe(200);
      expect((await admin.open(`/settings/ticket-${list}/new`)).status).toBe(200);
    }
    await admin.open("/settings/ticket-queues/new");
    expect((await admin.submit("/settings/ticket-queues/new", { name: "Night shift" })).text).toContain("Night shift");
    expect((await admin.open("/settings")).text).toContain("Statuses");
  });
});
