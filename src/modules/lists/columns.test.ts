import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { browserHeaders, makeEverything, marker } from "../../../tests/support/everything.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let technician: Record<string, string>;
let finance: Record<string, string>;
let administrator: Record<string, string>;

beforeAll(async () => {
  t = await startTestProgram();
  await makeEverything(t);
  technician = { ...(await browserHeaders(t, await t.harbor.as("technician"))) };
  finance = { ...(await browserHeaders(t, await t.harbor.as("finance"))) };
  administrator = { ...(await browserHeaders(t, await t.harbor.as("administrator"))) };
});
afterAll(() => t.close());

const open = async (path: string, headers: Record<string, string>): Promise<string> =>
  (await t.fetch(path, { headers })).text();

/** The labels over the columns of a page's first table. */
async function heads(path: string, headers = technician): Promise<string[]> {
  const html = await open(path, headers);
  return [...html.matchAll(/<th (?![^>]*class="pick")[^>]*>([\s\S]*?)<\/th>/g)].map((match) =>
    (match[1] ?? "").replaceAll(/<[^>]+>/g, "").trim(),
  );
}

const send = (fields: [string, string][], headers = technician): Promise<Response> =>
  t.fetch("/lists/columns", { method: "POST", headers, body: new URLSearchParams(fields) });

describe("the columns of a list", () => {
  test("are the usual ones until somebody chooses", async () => {
    expect(await heads("/tickets")).toEqual([
      "Number",
      "Title",
      "Company",
      "Status",
      "Priority",
      "Queue",
      "Assigned to",
      "Changed",
    ]);
  });

  test("follow the address, in its order, and what it does not know is left out", async () => {
    expect(await heads("/tickets?columns=title,created_at,tags,no_such,contact,title")).toEqual([
      "Title",
      "Opened",
      "Tags",
      "Contact",
    ]);
    expect(await heads("/tickets?columns=no_such")).toContain("Assigned to");
  });

  test("can each be shown, and sorted by where they say so", async () => {
    const readers: Record<string, typeof technician> = { "billing.read": finance, "audit.read": administrator };
    for (const list of t.app.registry.lists.values()) {
      const headers = readers[list.permission] ?? technician;
      for (const { key, sort } of list.list.columns) {
        const order = sort === undefined ? "" : `&sort=-${key}`;
        const answer = await t.fetch(`${list.list.url}?columns=${key}${order}`, { headers });
        expect({ list: list.list.url, key, status: answer.status }).toEqual({ list: list.list.url, key, status: 200 });
      }
    }
  });

  test("are remembered for a person and a list, and given back by a reset", async () => {
    const answer = await send([
      ["list", "/tickets"],
      ["back", "/tickets?sort=title&assignee=me"],
      ["columns", "title"],
      ["columns", "closed_at"],
    ]);
    expect(answer.headers.get("location")).toBe("/tickets?sort=title&assignee=me&columns=title%2Cclosed_at");
    expect(await heads("/tickets")).toEqual(["Title", "Closed"]);
    expect(await heads("/tickets", finance)).toContain("Priority");
    expect(await heads("/tickets?columns=number,title")).toEqual(["Number", "Title"]);
    const reset = await send([
      ["list", "/tickets"],
      ["back", "/tickets?columns=title"],
      ["reset", "yes"],
    ]);
    expect(reset.headers.get("location")).toBe("/tickets");
    expect(await heads("/tickets")).toContain("Priority");
  });

  test("change places by buttons where no script runs", async () => {
    const order: [string, string][] = ["number", "title", "status"].map((key) => ["order", key]);
    const answer = await send([
      ["list", "/tickets"],
      ["back", "/tickets"],
      ...order,
      ["columns", "title"],
      ["move", "up:title"],
    ]);
    const html = await answer.text();
    expect([...html.matchAll(/name="order" value="(\w+)"/g)].slice(0, 3).map((match) => match[1])).toEqual([
      "title",
      "number",
      "status",
    ]);
  });

  test("that somebody may not see are not offered, and not shown when asked for", async () => {
    expect(await open("/lists/columns?list=/contracts", finance)).toContain('value="billing_amount"');
    expect(await open("/lists/columns?list=/contracts", technician)).not.toContain('value="billing_amount"');
    expect(await heads("/contracts?columns=name,billing_amount", technician)).toEqual(["Contract"]);
    expect(await heads("/time?columns=date,hourly_rate,invoice", technician)).toEqual(["Date"]);
  });

  test("lead back to their own list and nowhere else", async () => {
    for (const back of ["https://evil.example/tickets", "//evil.example", "/companies", "javascript:alert(1)"]) {
      const answer = await send([
        ["list", "/tickets"],
        ["back", back],
        ["reset", "yes"],
      ]);
      expect(answer.headers.get("location")).toBe("/tickets");
    }
    expect((await t.fetch("/lists/columns?list=/nowhere", { headers: technician })).status).toBe(404);
    expect((await t.fetch("/lists/columns?list=/settings/staff", { headers: technician })).status).toBe(404);
  });

  test("show the contact, and the hours, of a ticket", async () => {
    const html = await open("/tickets?columns=title,contact,actual_hours,type", technician);
    expect(html).toContain(`${marker} is down`);
    expect(html).toContain("30 min");
  });
});
