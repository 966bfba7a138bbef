import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { makeClient, type Client } from "../../../tests/support/desk.ts";
import { browserHeaders, type Headers } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { openTicket } from "../tickets/index.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let admin: Headers;
let technician: Headers;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  client = await makeClient(t, "Prairie Printing");
  const who = await t.harbor.as("technician");
  for (const [title, assigned_to_id] of [
    ["Toner is low", who.actor.user_id],
    ["Printer jams", null],
    ["Scanner is slow", null],
  ] as const)
    await perform(who, openTicket, { title, company_id: client.company_id, assigned_to_id });
  admin = await browserHeaders(t, await t.harbor.as("administrator"));
  technician = await browserHeaders(t, who);
});
afterAll(() => t.close());

const open = async (path: string, headers = technician): Promise<string> => (await t.fetch(path, { headers })).text();
const post = (path: string, fields: Record<string, string>, headers = technician): Promise<Response> =>
  t.fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) });

/** What the page calls the current tab, and the titles that stand in the list. */
async function seen(path: string, headers = technician): Promise<{ tab: string; titles: string[] }> {
  const html = await open(path, headers);
  const tab =
    /<a href="[^"]*" aria-current="page"><span class="tab-label">([^<]*)/.exec(
      html.slice(html.indexOf("list-tabs")),
    )?.[1] ?? "";
  const titles = ["Toner is low", "Printer jams", "Scanner is slow"].filter((title) => html.includes(title));
  return { tab, titles };
}

async function save(
  name: string,
  back: string,
  headers = technician,
  more: Record<string, string> = {},
): Promise<string> {
  const form = await open(`/lists/views/new?list=/tickets&back=${encodeURIComponent(back)}`, headers);
  const query =
    /name="view_query"[^>]*value="([^"]*)"/.exec(form)?.[1] ?? /value="([^"]*)"[^>]*name="view_query"/.exec(form)?.[1];
  const answer = await post(
    "/lists/views/new",
    {
      list_key: "/tickets",
      view_query: (query ?? "").replaceAll("&amp;", "&").replaceAll("&#x3D;", "="),
      name,
      is_pinned: "true",
      ...more,
    },
    headers,
  );
  return new URL(answer.headers.get("location") ?? "", "http://harbor.test").searchParams.get("view") ?? "";
}

describe("views that come with a list", () => {
  test("are addresses, and the list's own one stands under the bare address", async () => {
    expect(await seen("/tickets")).toEqual({
      tab: "All open",
      titles: ["Toner is low", "Printer jams", "Scanner is slow"],
    });
    expect((await seen("/tickets?view=unassigned")).titles).toEqual(["Printer jams", "Scanner is slow"]);
    expect((await seen("/tickets?view=no_such")).tab).toBe("All open");
  });

  test("can be narrowed, and overruled by a blank", async () => {
    expect((await seen("/tickets?view=unassigned&q=jams")).titles).toEqual(["Printer jams"]);
    expect((await seen("/tickets?view=unassigned&assignee=")).titles).toHaveLength(3);
  });

  test("have their tab marked while what they say holds, and the tab of what is shown once it does not", async () => {
    const tab = async (query: string): Promise<string> => (await seen(`/tickets?${query}`)).tab;
    expect(await tab("view=unassigned&q=jams")).toBe("Unassigned");
    expect(await tab("view=unassigned&sort=title")).toBe("Unassigned");
    expect(await tab(`view=unassigned&company=${client.company_id}`)).toBe("Unassigned");
    expect(await tab("view=unassigned&assignee=")).toBe("All open");
    expect(await tab("view=open&state=closed")).toBe("Closed");
    expect(await tab("view=open&state=closed&q=jams")).toBe("Closed");
    expect(await tab("view=unassigned&assignee=me")).toBe("All open");
    expect(await tab("view=unassigned&assignee=me&state=")).toBe("");
    // Then chips say all that is set.
    expect(await open("/tickets?view=unassigned&assignee=me")).toContain("Ticket state: <strong>Open</strong>");
    const counts = await open("/lists/counts?list=/tickets&view=unassigned&shown=");
    expect([counts.includes("Unassigned"), counts.includes("aria-current")]).toEqual([true, false]);
  });

  test("are recognized by what an old address says", async () => {
    expect((await seen("/tickets?state=open&assignee=none")).tab).toBe("Unassigned");
  });

  test("show a chip for each filter beside their own, which leads to the list without it", async () => {
    const html = await open("/tickets?view=unassigned&state=waiting");
    expect(html).toContain('href="/tickets?view&#x3D;unassigned&amp;state&#x3D;"');
    expect(html).toContain("Ticket state: <strong>Waiting</strong>");
    // What the tab says needs no chip; once the view's filter is changed, no tab says it.
    expect(html).toContain("Assigned to: <strong>Nobody</strong>");
    const narrower = await open(`/tickets?view=unassigned&company=${client.company_id}`);
    expect(narrower).toContain("Company: <strong>Prairie Printing</strong>");
    expect(narrower).not.toContain("Assigned to: <strong>");
    expect(await open("/tickets?view=all&assignee=none")).toContain("Assigned to: <strong>Nobody</strong>");
  });

  test("count on request, and no further than 999", async () => {
    const html = await open("/lists/counts?list=/tickets&view=open");
    expect(
      html
        .replaceAll(/<[^>]+>/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
    ).toBe("My work 1 Unassigned 2 All open 3 Client replied 0 Waiting 0 Closed");
    expect(await open("/tickets")).not.toContain('class="count">3');
  });
});

describe("filters of several values", () => {
  test("let any of them through, by commas or repeated", async () => {
    expect((await seen("/tickets?assignee=me,none")).titles).toHaveLength(3);
    expect((await seen("/tickets?assignee=me&assignee=none")).titles).toHaveLength(3);
    expect((await seen("/tickets?assignee=me")).titles).toEqual(["Toner is low"]);
  });

  test("find what was opened in a period", async () => {
    expect((await seen("/tickets?opened=today")).titles).toHaveLength(3);
    expect((await seen("/tickets?opened=last_month")).titles).toHaveLength(0);
  });
});

describe("saved views", () => {
  test("keep filters, words, order and columns under a name, as a tab with its count", async () => {
    const id = await save("Jams", "/tickets?assignee=none&q=jams&sort=title&columns=title,created_at");
    expect(await seen(`/tickets?view=${id}`)).toEqual({ tab: "Jams", titles: ["Printer jams"] });
    expect(await open(`/tickets?view=${id}`)).toContain("Opened");
    expect(await open(`/lists/counts?list=/tickets&view=${id}`)).toContain('Jams</span><span class="count">1</span>');
    expect((await seen(`/tickets?view=${id}&q=`)).titles).toEqual(["Printer jams", "Scanner is slow"]);
  });

  test("say that nothing fits them, and not that there are no records at all", async () => {
    const view = await save("Gone", "/tickets?q=tractor");
    const html = await open(`/tickets?view=${view}`);
    expect(html).toContain("No record fits this view.");
    expect(html).not.toContain("No tickets yet");
  });

  test("are one's own until they are shared, and sharing needs the permission", async () => {
    const own = await save("Mine", "/tickets?assignee=me");
    expect((await t.fetch(`/tickets?view=${own}`, { headers: admin })).headers.get("location")).toBe("/tickets");
    expect((await t.fetch(`/lists/views/${own}`, { headers: admin })).status).toBe(404);
    const refused = await post("/lists/views/new", { list_key: "/tickets", name: "All", is_shared: "true" });
    expect(refused.status).toBe(403);
    const shared = await save("Nobody's", "/tickets?view=unassigned", admin, { is_shared: "true" });
    expect((await seen(`/tickets?view=${shared}`)).tab).toBe("Nobody&#x27;s");
    expect((await post(`/lists/views/${shared}`, { name: "Taken over" })).status).toBe(403);
    expect((await post(`/lists/views/${shared}/delete`, {})).status).toBe(403);
  });

  test("mean whoever looks when they say me", async () => {
    const shared = await save("On my desk", "/tickets?assignee=me", admin, { is_shared: "true" });
    expect((await seen(`/tickets?view=${shared}`)).titles).toEqual(["Toner is low"]);
    expect((await seen(`/tickets?view=${shared}`, admin)).titles).toEqual([]);
  });

  test("are renamed, take over what stands on the page, and are deleted", async () => {
    const id = await save("Short-lived", "/tickets?assignee=none");
    await post(`/lists/views/${id}`, { name: "Renamed", is_pinned: "true" });
    await post(`/lists/views/${id}/update`, { back: `/tickets?view=${id}&q=slow` });
    expect(await seen(`/tickets?view=${id}`)).toEqual({ tab: "Renamed", titles: ["Scanner is slow"] });
    await post(`/lists/views/${id}/delete`, {});
    // Whoever still has it open is told, and goes on with what they have set besides.
    const answer = await t.fetch(`/tickets?view=${id}&q=jams`, { headers: technician });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/tickets?q=jams"]);
    const flash = /purser_flash=([^;]*)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
    expect(Buffer.from(flash, "base64url").toString()).toContain("This view is not there any more");
  });

  test("can be what the list opens with; addresses that say more are not touched by that", async () => {
    const id = await save("Start here", "/tickets?q=slow");
    await post("/lists/views/default", { list: "/tickets", view: id });
    expect(await seen("/tickets")).toEqual({ tab: "Start here", titles: ["Scanner is slow"] });
    expect((await seen("/tickets?assignee=me")).titles).toEqual(["Toner is low"]);
    expect((await seen("/tickets?view=open")).titles).toHaveLength(3);
    await post("/lists/views/default", { list: "/tickets", view: "" });
    expect((await seen("/tickets")).tab).toBe("All open");
  });

  test("are a resource of the API with the same rules", async () => {
    const key = await t.harbor.key("technician");
    const body = (attributes: object): object => ({ data: { type: "saved_views", attributes } });
    const made = await t.api("POST", "/api/v1/saved-views", {
      key,
      body: body({ list_key: "/tickets", name: "By key", view_query: "?state=open&after=x&view=y&q=" }),
    });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({ name: "By key", view_query: "state=open", is_shared: false });
    const none = await t.api("POST", "/api/v1/saved-views", { key, body: body({ list_key: "/none", name: "x" }) });
    expect(none.status).toBe(404);
    const closed = await t.api("POST", "/api/v1/saved-views", {
      key,
      body: body({ list_key: "/invoices", name: "x" }),
    });
    expect(closed.status).toBe(403);
    const other = await t.api("GET", `/api/v1/saved-views/${made.body.data.id}`, {
      key: await t.harbor.key("administrator"),
    });
    expect(other.status).toBe(404);
  });
});

describe("names of views", () => {
  const make = async (name: string, headers = technician, more: Record<string, string> = {}): Promise<Response> =>
    post("/lists/views/new", { list_key: "/tickets", view_query: "q=x", name, is_pinned: "true", ...more }, headers);

  test("are each one's own only once in a list, and the form keeps what was typed", async () => {
    expect((await make("Twice")).status).toBe(303);
    const again = await make(" twice ");
    const text = await again.text();
    expect([again.status, text.includes("There is a view “Twice” of this list already.")]).toEqual([422, true]);
    expect(text).toContain('value=" twice "');
    // Of another list it is another one.
    expect((await make("Twice", technician, { list_key: "/companies" })).status).toBe(303);
    const other = await save("Once", "/tickets?q=x");
    await open(`/lists/views/${other}`);
    expect((await post(`/lists/views/${other}`, { name: "TWICE", is_pinned: "true" })).status).toBe(422);
    expect((await post(`/lists/views/${other}`, { name: "once", is_pinned: "true" })).status).toBe(303);
  });

  test("of shared ones are there once; one's own of the same name stands beside it, told apart", async () => {
    await save("Common", "/tickets?q=x", admin, { is_shared: "true" });
    const manager = await browserHeaders(t, await t.harbor.as("manager"));
    const shared = await make("common", manager, { is_shared: "true" });
    expect([shared.status, (await shared.text()).includes("which is shared")]).toEqual([422, true]);
    expect((await make("Common")).status).toBe(303);
    const tabs = [...(await open("/tickets")).matchAll(/<span class="tab-label">([^<]*)/g)].map(([, label]) => label);
    expect(tabs.filter((label) => label?.startsWith("Common")).toSorted()).toEqual(["Common", "Common (shared)"]);
  });
});
