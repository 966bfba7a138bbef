import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserHeaders, type Headers } from "../../../tests/support/everything.ts";
import { manyCompanies } from "../../../tests/support/many.ts";
import { makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { companies, contacts } from "../../modules/companies/index.ts";
import { setRoles } from "../../modules/staff/index.ts";
import { createRole } from "../../modules/staff/roles.ts";
import { openTicket } from "../../modules/tickets/index.ts";
import { perform } from "../action.ts";
import { type Ctx, inUnit, reading } from "../context.ts";
import { update } from "../database/records.ts";

setDefaultTimeout(120_000);

/** Fields of many records write what is chosen; the other choices come when they are asked for. */

let t: TestProgram;
let administrator: Ctx;
let headers: Headers;
let ids: string[];

beforeAll(async () => {
  t = await startTestProgram();
  administrator = await t.harbor.as("administrator");
  headers = await browserHeaders(t, administrator);
  ids = await manyCompanies(t.harbor);
  await makeClient(t, "Käserei Süd");
  await makeClient(t, "Łódź Reiser");
  await manyCompanies(t.mill, "Mill Client");
});
afterAll(() => t.close());

async function get(path: string, who = headers, isFragment = false): Promise<string> {
  const answer = await t.fetch(path, { headers: isFragment ? { ...who, "hx-request": "true" } : who });
  return answer.text();
}

async function post(path: string, fields: Record<string, string>, who = headers, isFragment = true): Promise<Response> {
  const sent = isFragment ? { ...who, "hx-request": "true" } : who;
  return t.fetch(path, { method: "POST", headers: sent, body: new URLSearchParams(fields) });
}

const names = (html: string): string[] =>
  [...html.matchAll(/data-label="([^"]+)"/g)].map(([, name]) => name ?? "").filter((name) => /Client|ser/.test(name));

describe("a filter of many companies", () => {
  test("writes none of them, and the one that is chosen with its name in the chip", async () => {
    const bare = await get("/sites");
    expect(bare).toContain('role="combobox"');
    expect(bare).not.toContain("Harbour Client");
    const chosen = await get(`/sites?company=${ids[6] ?? ""}`);
    expect(chosen).toContain(`<option value="${ids[6] ?? ""}" selected>Harbour Client 07</option>`);
    expect(chosen).toContain("<strong>Harbour Client 07</strong>");
    expect(chosen).not.toContain("Harbour Client 08");
  });

  test("answers the list's own page with what fits, those first that begin with the words", async () => {
    const found = await get("/sites?_choices=company&_words=client+1", headers, true);
    expect(names(found)).toEqual([
      "Harbour Client 01",
      ...Array.from({ length: 10 }, (_, at) => `Harbour Client 1${at}`),
      ...["21", "31", "41", "51"].map((number) => `Harbour Client ${number}`),
    ]);
    expect(names(await get("/sites?_choices=company&_words=kase", headers, true))).toEqual(["Käserei Süd"]);
    expect(names(await get("/sites?_choices=company&_words=lodz", headers, true))).toEqual(["Łódź Reiser"]);
    expect(await get("/sites?_choices=company&_words=nobody", headers, true)).toContain("Nothing has these words.");
  });

  test("sends fifty at once and says how many more there are", async () => {
    const found = await get("/sites?_choices=company", headers, true);
    expect(names(found).length).toBeLessThanOrEqual(50);
    expect(found).toMatch(/\d+ more: type to find them/);
  });

  test("is written out in full for a browser without JavaScript that asks for it", async () => {
    expect(await get("/sites")).toContain('name="_choices" value="all"');
    const whole = await get("/sites?_choices=all");
    for (const number of ["01", "60"]) expect(whole).toContain(`>Harbour Client ${number}</option>`);
    expect(whole).not.toContain('name="_choices" value="all"');
  });

  test("offers no other organization's companies, and none that are archived", async () => {
    const archived = ids[59] ?? "";
    const change = (archived_at: string | null): Promise<unknown> =>
      inUnit(t.harbor.system, (work) => update(work, companies, archived, { archived_at }));
    await change("2026-11-01T00:00:00.000Z");
    expect(names(await get("/sites?_choices=company&_words=client+60", headers, true))).toEqual([]);
    await change(null);
    expect(names(await get("/sites?_choices=company&_words=client+60", headers, true))).toEqual(["Harbour Client 60"]);
    expect(names(await get("/sites?_choices=company&_words=mill", headers, true))).toEqual([]);
  });
});

describe("a form with many companies", () => {
  test("writes what is chosen, answers what fits, and does nothing meanwhile", async () => {
    const company = ids[2] ?? "";
    const shown = await get(`/contacts/new?company_id=${company}`);
    expect(shown).toContain(`<option value="${company}" selected>Harbour Client 03</option>`);
    expect(shown).not.toContain("Harbour Client 04");
    const count = (): Promise<number> =>
      reading(t.harbor.system, async ({ db }) => (await db.selectFrom("contacts").select("id").execute()).length);
    const before = await count();
    const typed = { first_name: "Ida", last_name: "Wells", company_id: company };
    const answer = await post("/contacts/new", { ...typed, _choices: "company_id", _words: "client 04" });
    expect(answer.status).toBe(200);
    expect(names(await answer.text())).toEqual(["Harbour Client 04"]);
    expect(await count()).toBe(before);
  });

  test("is shown in full with what was typed when all choices are asked for", async () => {
    const typed = { first_name: "Ida", company_id: ids[2] ?? "", _choices: "all" };
    const whole = await (await post("/contacts/new", typed, headers, false)).text();
    expect(whole).toContain('value="Ida"');
    expect(whole).toContain(`<option value="${ids[2] ?? ""}" selected>Harbour Client 03</option>`);
    expect(whole).toContain(">Harbour Client 60</option>");
  });

  test("keeps a contact that has been archived since it was chosen, and offers it to no other record", async () => {
    const client = await makeClient(t, "Weir Pumps");
    const ticket = await perform(administrator, openTicket, {
      title: "Pump hums",
      company_id: client.company_id,
      contact_id: client.contact_id,
    });
    const other = await perform(administrator, openTicket, { title: "Pump is still", company_id: client.company_id });
    await inUnit(t.harbor.system, (work) =>
      update(work, contacts, client.contact_id, { archived_at: "2026-11-01T00:00:00.000Z" }),
    );
    const chosen = `<option value="${client.contact_id}" selected>`;
    expect(await get(`/tickets/${ticket.id}/edit`)).toContain(chosen);
    expect(await get(`/tickets/${other.id}/edit`)).not.toContain(client.contact_id);
  });

  test("keeps what was chosen when something else is not right", async () => {
    const answer = await post(
      "/contacts/new",
      { first_name: "", last_name: "", company_id: ids[4] ?? "" },
      headers,
      false,
    );
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(`<option value="${ids[4] ?? ""}" selected>Harbour Client 05</option>`);
  });

  test("is every form that names one: ticket, time, contract, invoice, and a ticket's own", async () => {
    const ticket = await perform(administrator, openTicket, { title: "Toner is low", company_id: ids[0] ?? "" });
    for (const path of [
      "/tickets/new",
      `/tickets/${ticket.id}/edit`,
      "/time/new",
      "/contracts/new",
      "/invoices/new",
      "/invoices/from-time",
      "/sites/new",
    ]) {
      expect((await get(path)).match(/Harbour Client/g)?.length ?? 0).toBeLessThanOrEqual(3);
      const found = await (await post(path, { _choices: "company_id", _words: "client 33" })).text();
      expect({ path, names: names(found) }).toEqual({ path, names: ["Harbour Client 33"] });
    }
  });

  test("is closed to whoever may not open its page", async () => {
    const finance = await browserHeaders(t, await t.harbor.as("technician"));
    expect((await post("/invoices/new", { _choices: "company_id", _words: "client" }, finance)).status).toBe(403);
  });

  test("offers only what is within reach: somebody who sees their own tickets finds no others", async () => {
    const { id } = await makeStaff(t.harbor, "technician", "Nora Narrow");
    const role = await perform(administrator, createRole, {
      name: "Own tickets",
      permissions: ["tickets.read:own", "tickets.write", "time.read", "time.write", "companies.read"],
    });
    await inUnit(t.harbor.system, (work) => setRoles(work, id, [role.id]));
    const nora = await t.harbor.actorContext(id);
    for (let number = 1; number <= 60; number += 1)
      await perform(administrator, openTicket, {
        title: `${number <= 55 ? "Hers" : "Theirs"} Client ${number}`,
        company_id: ids[0] ?? "",
        assigned_to_id: number <= 55 ? id : null,
      });
    const asked = { _choices: "ticket_id", _words: "Client 5" };
    const found = (html: string): { hers: boolean; theirs: boolean } => ({
      hers: html.includes("Hers Client 55"),
      theirs: html.includes("Theirs Client 56"),
    });
    expect(found(await (await post("/time/new", asked)).text())).toEqual({ hers: true, theirs: true });
    const narrow = await browserHeaders(t, nora);
    expect(found(await (await post("/time/new", asked, narrow)).text())).toEqual({ hers: true, theirs: false });
  });

  test("finds a ticket by its number, title or company among more than are read at once, and keeps it", async () => {
    const first = await perform(administrator, openTicket, {
      title: "Gärtank Client zeigt nichts an",
      company_id: ids[9] ?? "",
    });
    t.clock.advance(60_000);
    for (let number = 1; number <= 205; number += 1)
      await perform(administrator, openTicket, { title: `Later ${number}`, company_id: ids[1] ?? "" });
    const label = `#${first.ticket_number} Gärtank Client zeigt nichts an – Harbour Client 10`;
    for (const _words of ["gartank", `#${first.ticket_number}`, "zeigt harbour client 10"])
      expect(names(await (await post("/time/new", { _choices: "ticket_id", _words })).text())).toContain(label);
    const again = await post("/time/new", { ticket_id: first.id, duration: "nonsense" }, headers, false);
    expect(again.status).toBe(422);
    expect(await again.text()).toContain(`<option value="${first.id}" selected>${label}</option>`);
  });
});

describe("the details of a ticket", () => {
  test("offer many colleagues on demand, and change nothing meanwhile", async () => {
    const ticket = await perform(administrator, openTicket, { title: "Who takes it", company_id: ids[0] ?? "" });
    for (let number = 10; number < 65; number += 1) await makeStaff(t.harbor, "technician", `Colleague ${number}ser`);
    const path = `/tickets/${ticket.id}`;
    const shown = await get(path);
    expect(shown).not.toContain("Colleague 33");
    const found = await (await post(path, { _choices: "assigned_to_id", _words: "colleague 33" })).text();
    expect(names(found)).toEqual(["Colleague 33ser"]);
    const id = /data-value="([0-9a-f-]{36})"/.exec(found)?.[1] ?? "";
    const whole = await (await post(path, { _choices: "all" }, headers, false)).text();
    expect(whole).toContain(">Colleague 64ser</option>");
    expect((await post(path, { assigned_to_id: id })).status).toBe(200);
    expect(await get(path)).toContain(`<option value="${id}" selected>Colleague 33ser</option>`);
  });
});
