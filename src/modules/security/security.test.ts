import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserHeaders } from "../../../tests/support/everything.ts";
import { makeStaff, password } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { StandardRole } from "../../platform/module.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { inUnit } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { organizations } from "../../platform/tenants.ts";
import { runJob } from "../../platform/jobs/jobs.ts";
import { forgetRequests } from "./jobs.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const api = (method: string, path: string, given: Parameters<TestProgram["api"]>[2] = {}) =>
  t.api(method, `/api/v1/${path}`, { key, ...given });
const document = (type: string, attributes: object): unknown => ({ data: { type, attributes } });
const from = (ip: string): { headers: Record<string, string> } => ({ headers: { "x-forwarded-for": ip } });
/** Somebody of the staff at a browser. */
async function signedIn(role: StandardRole): Promise<Visitor> {
  const visitor = t.browser();
  const [name = "", value = ""] = ((await browserHeaders(t, await t.harbor.as(role)))["cookie"] ?? "").split("=");
  visitor.cookies.set(name, value);
  return visitor;
}
const makeCompany = async (name: string): Promise<string> =>
  (await api("POST", "companies", { body: document("companies", { name }) })).body.data.id as string;

describe("the audit log", () => {
  test("says who changed what, with the values before and after", async () => {
    const id = await makeCompany("Quayside Foods");
    await api("PATCH", `companies/${id}`, {
      ...from("203.0.113.5"),
      body: { data: { type: "companies", id, attributes: { name: "Quayside Food", status: "inactive" } } },
    });
    const { body } = await api("GET", `audit-log?filter[entity_id]=${id}&filter[action]=update`);
    expect(body.data).toHaveLength(1);
    expect(body.data[0].attributes).toMatchObject({
      entity_type: "companies",
      old_values: { name: "Quayside Foods", status: "active" },
      new_values: { name: "Quayside Food", status: "inactive" },
      ip_address: "203.0.113.5",
      actor_name: "Administrator of Harbor IT (API key test)",
    });
  });

  test("is searched by names, values and ids, and narrowed by who, what and when", async () => {
    const id = await makeCompany("Pier Seven");
    const person = await signedIn("administrator");
    const page = async (query: string): Promise<string> => (await person.open(`/settings/audit?${query}`)).html;
    expect(await page("q=pier+seven")).toContain("Company: Pier Seven");
    expect(await page(`q=${id}`)).toContain("Company: Pier Seven");
    expect(await page("q=pier+seven&action=delete")).not.toContain("Pier Seven</");
    expect(await page("q=pier+seven&from=2026-11-21&to=2026-11-21")).toContain("Company: Pier Seven");
    expect(await page("q=pier+seven&from=2026-11-22")).not.toContain("Company: Pier Seven");
    expect(await page("q=100%25_of_nothing")).toContain("Nothing matches");
  });

  test("is searched by what a record is called as well, by those who see the record", async () => {
    const { company_id } = await makeClient(t, "Käserei Nordkai");
    const ticket = await api("POST", "tickets", {
      body: document("tickets", { company_id, title: "Zentrifuge steht" }),
    });
    const id = ticket.body.data.id as string;
    for (const attributes of [{ title: "Zentrifuge läuft" }, { is_billable: false }]) {
      const changed = await api("PATCH", `tickets/${id}`, { body: { data: { type: "tickets", id, attributes } } });
      expect(changed.status).toBe(200);
    }
    const found = async (text: string, as = key): Promise<string[]> =>
      (
        await t.api("GET", `/api/v1/audit-log?filter[action]=update&filter[q]=${encodeURIComponent(text)}`, { key: as })
      ).body.data.map(({ attributes }: { attributes: { entity_id: string } }) => attributes.entity_id);
    // What it is called now finds both changes, what it was called the one that says so.
    expect(await found("zentrifuge lauft")).toEqual([id, id]);
    expect(await found("Zentrifuge steht")).toEqual([id]);
    expect(await found("zentrifuge lauft", await t.harbor.key("administrator", ["audit.read"]))).toEqual([]);
    const person = await signedIn("administrator");
    expect((await person.open("/settings/audit?q=zentrifuge+lauft&action=update")).html).toContain("Ticket:");
  });

  test("keeps the prices from those who may not see them, in the log as on the record", async () => {
    const { company_id } = await makeClient(t, "Dear Contracts Ltd");
    const contract = await api("POST", "contracts", {
      body: document("contracts", {
        company_id,
        name: "Care",
        contract_type: "managed_services",
        start_date: "2026-01-01",
        billing_cycle: "monthly",
        billing_amount: "8765.43",
      }),
    });
    const id = contract.body.data.id as string;
    const all = await api("GET", `audit-log?filter[entity_id]=${id}`);
    expect(all.body.data[0].attributes.new_values.billing_amount).toBe(876543);
    const scoped = await t.harbor.key("administrator", ["audit.read"]);
    const some = await t.api("GET", `/api/v1/audit-log?filter[entity_id]=${id}`, { key: scoped });
    expect(some.body.data[0].attributes.new_values.billing_amount).toBe("(hidden)");
    expect(JSON.stringify(some.body)).not.toContain("876543");
  });

  test("is searched over the API as on its page, and for values only by who may see them all", async () => {
    const id = await makeCompany("Pier 100%_Nine");
    const found = async (text: string, as = key): Promise<unknown[]> =>
      (await t.api("GET", `/api/v1/audit-log?filter[q]=${encodeURIComponent(text)}`, { key: as })).body.data.map(
        ({ attributes }: { attributes: { entity_id: string } }) => attributes.entity_id,
      );
    expect([await found("pier 100%_nine"), await found("pier 1000_nine"), await found(id)]).toEqual([[id], [], [id]]);
    expect(await found("pier 100%_nine", await t.harbor.key("administrator", ["audit.read"]))).toEqual([]);
  });

  test("goes out as CSV, and that it did is an entry itself", async () => {
    await makeCompany("=HYPERLINK(1)");
    const person = await signedIn("administrator");
    const file = await person.open("/settings/audit/export.csv?what=companies");
    expect(file.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const lines = file.html.split("\r\n");
    expect(lines[0]).toBe(
      "timestamp,user_id,actor_name,action,entity_type,entity_id,old_values,new_values,ip_address,user_agent",
    );
    expect(lines.filter((line) => line.includes(",companies,")).length).toBe(lines.length - 2);
    const { body } = await api("GET", "audit-log?filter[action]=export");
    expect(body.data[0].attributes).toMatchObject({
      entity_type: "audit_log",
      new_values: { what: "companies", row_count: lines.length - 2 },
    });
  });

  test("goes out over the API with the columns that were asked for, or says which it has", async () => {
    const id = await makeCompany("Column Quay");
    const file = (columns: string): Promise<Response> =>
      t.fetch(`/api/v1/audit-log?filter[entity_id]=${id}&fields[audit_log]=${columns}`, {
        headers: { authorization: `Bearer ${key}`, accept: "text/csv" },
      });
    const lines = (await (await file("entity_id,user_id,action")).text()).replace("\uFEFF", "").split("\r\n");
    expect(lines[0]).toBe("entity_id,user,action");
    expect(lines[1]).toBe(`${id},administrator@harbor.test,create`);
    const refused = await file("entity_id,shoe_size");
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { errors: { detail: string }[] }).errors[0]?.detail).toContain('"shoe_size"');
  });

  test("calls people by their names, and says what was deleted", async () => {
    const company_id = await makeCompany("Gone Quay");
    const made = await api("POST", "contacts", {
      body: document("contacts", { company_id, first_name: "Ann", last_name: "Lee", title: "CEO" }),
    });
    const person = await signedIn("administrator");
    const list = async (): Promise<string> => (await person.open("/settings/audit")).html;
    expect(await list()).toContain("Contact: Ann Lee");
    await api("DELETE", `contacts/${made.body.data.id}`);
    await api("DELETE", `companies/${company_id}`);
    const html = await list();
    expect(html.match(/Contact: Ann Lee/g)).toHaveLength(2);
    expect(html.match(/Company: Gone Quay/g)).toHaveLength(2);
    // Nothing of a record stands in a sign-in: it is called as it is called now.
    expect((await person.open("/settings/audit?action=login")).html).toContain("User: Administrator of Harbor IT");
  });

  test("says of a change which record it was, and what of it", async () => {
    const change = (type: string, id: string, attributes: object): Promise<{ status: number }> =>
      api("PATCH", `${type}/${id}`, { body: { data: { type, id, attributes } } });
    expect((await change("companies", await makeCompany("Changed Quay"), { phone: "+1 555 0100" })).status).toBe(200);
    const { id } = await makeStaff(t.harbor, "technician", "Mia Moved");
    expect((await change("users", id, { email: "mia.new@harbor.test" })).status).toBe(200);
    const { text } = await (await signedIn("administrator")).open("/settings/audit");
    expect(text).toContain("Company: Changed Quay – Phone");
    expect(text).toContain("User: Mia Moved – E-mail");
  });

  test("can be added to and nothing else: neither changed nor emptied", async () => {
    const { body } = await api("GET", "audit-log");
    const { id } = body.data[0] as { id: string };
    for (const method of ["PATCH", "PUT", "DELETE", "POST"])
      expect([404, 405]).toContain((await api(method, method === "POST" ? "audit-log" : `audit-log/${id}`)).status);
  });
});

describe("looking at something sensitive", () => {
  test("is written down once, for an invoice and not for a company", async () => {
    const { company_id } = await makeClient(t, "Looked At Ltd");
    const lines = [{ line_type: "service", description: "Cabling", quantity: "1", unit_price: "10" }];
    const invoice = await api("POST", "invoices", { body: document("invoices", { company_id, lines }) });
    const { id } = invoice.body.data as { id: string };
    const person = await signedIn("finance");
    for (const path of [`/invoices/${id}`, `/invoices/${id}`, `/companies/${company_id}`])
      expect((await person.open(path)).status).toBe(200);
    await t.app.journal.flush();
    const { body } = await api("GET", "audit-log?filter[action]=view");
    const seen = (body.data as { attributes: { entity_id: string; actor_name: string } }[]).filter(
      ({ attributes }) => attributes.actor_name === "Finance of Harbor IT",
    );
    expect(seen.map(({ attributes }) => attributes.entity_id)).toEqual([id]);
    const { text } = await person.open(`/invoices/${id}`);
    expect([text.includes("Viewed"), text.includes("Acknowledged")]).toEqual([true, false]);
  });
});

describe("requests to the API", () => {
  test("are searched by path, person, key and address: on the page, over the API and in the file", async () => {
    await api("GET", "companies?filter[name]=Sought", from("198.51.100.31"));
    await api("GET", "tickets", from("198.51.100.32"));
    await t.app.journal.flush();
    const person = await signedIn("administrator");
    for (const [text, count] of [
      ["198.51.100.31", 1],
      ["198.51.100.3", 2],
      ["API key test", 2],
      ["v1/tickets", 1],
      ["sought", 0],
    ] as const) {
      const asked = `&filter[q]=${encodeURIComponent(text)}&page[size]=200`;
      const { body } = await api("GET", `api-requests?filter[ip_address][like]=198.51.100.3${asked}`);
      expect([text, body.data.length]).toEqual([text, count]);
      const file = await person.open(`/settings/api-requests/export.csv?q=${encodeURIComponent(text)}`);
      const page = await person.open(`/settings/api-requests?q=${encodeURIComponent(text)}`);
      expect([text, file.text.includes("198.51.100.3")]).toEqual([text, count > 0]);
      expect([text, page.text.includes("198.51.100.3")]).toEqual([text, count > 0]);
    }
    expect((await api("GET", "security-alerts?filter[q]=x")).status).toBe(400);
    expect((await api("GET", "api-requests?filter[q]=%00")).status).toBe(400);
  });

  test("are written down with who, what and how it was answered, without queries and bodies", async () => {
    await t.app.journal.flush();
    await api("GET", "companies?filter[name]=Secret", from("198.51.100.7"));
    await t.api("GET", "/api/v1/companies", { key: "pk_wrong", ...from("198.51.100.8") });
    await t.app.journal.flush();
    const { body } = await api("GET", "api-requests?filter[ip_address]=198.51.100.7,198.51.100.8&sort=ip_address");
    expect(
      (body.data as { attributes: Record<string, unknown> }[]).map(({ attributes }) => [
        attributes["method"],
        attributes["path"],
        attributes["status_code"],
        attributes["actor_name"],
      ]),
    ).toEqual([
      ["GET", "/api/v1/companies", 200, "Administrator of Harbor IT (API key test)"],
      ["GET", "/api/v1/companies", 401, "Nobody"],
    ]);
    expect(JSON.stringify(body)).not.toContain("Secret");
  });

  test("that let somebody in are theirs: they were nobody before", async () => {
    const name = "Ada Quay";
    const { email } = await makeStaff(t.harbor, "technician", name);
    await t.app.journal.flush();
    const send = (path: string, type: string, attributes: object) =>
      t.api("POST", `/api/v1/auth/${path}`, { body: document(type, attributes), ...from("198.51.100.9") });
    await send("login", "credentials", { email, password: "not the right one" });
    const { body } = await send("login", "credentials", { email, password });
    await send("refresh", "refresh_tokens", { refresh_token: body.data.attributes.refresh_token });
    await t.app.journal.flush();
    const asked = await api("GET", "api-requests?filter[ip_address]=198.51.100.9&sort=requested_at");
    const who = (asked.body.data as { attributes: { actor_name: string } }[]).map((one) => one.attributes.actor_name);
    expect(who.toSorted()).toEqual([name, name, "Nobody"].toSorted());
  });

  test("of nobody cannot fill the disk: some of each round are kept", async () => {
    await t.app.journal.flush();
    for (let at = 0; at < 80; at += 1) await t.api("GET", "/api/v1/tickets", from("198.51.100.99"));
    await t.app.journal.flush();
    const { body } = await api("GET", "api-requests?filter[ip_address]=198.51.100.99&page[size]=200");
    expect(body.data).toHaveLength(50);
  });

  test("are forgotten after as many days as the organization says", async () => {
    await api("GET", "contacts", from("198.51.100.20"));
    await t.app.journal.flush();
    const left = async (): Promise<number> =>
      (await api("GET", "api-requests?filter[ip_address]=198.51.100.20")).body.data.length as number;
    t.clock.advance(89 * 24 * 3600_000);
    await runJob(t.app, t.harbor.tenant, forgetRequests);
    expect(await left()).toBe(1);
    t.clock.advance(2 * 24 * 3600_000);
    await runJob(t.app, t.harbor.tenant, forgetRequests);
    expect(await left()).toBe(0);
    t.clock.set("2026-11-21T09:00:00.000Z");
  });

  test("of another organization are its own", async () => {
    const { body } = await t.api("GET", "/api/v1/api-requests?page[size]=200", {
      key: await t.mill.key("administrator"),
      tenant: t.mill,
    });
    expect(JSON.stringify(body)).not.toContain("Harbor");
  });
});

describe("allowed networks", () => {
  const set = (attributes: object, ip = "203.0.113.7") =>
    api("PATCH", "allowed-networks", { ...from(ip), body: document("allowed_networks", attributes) });
  const freed = (): Promise<unknown> =>
    inUnit(t.harbor.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      return update(work, organizations, id, { allowed_networks: {} });
    });

  test("let in whom they name, by each door of its own", async () => {
    const office = [{ network: "203.0.113.0/24", note: "Office" }, { network: "2001:db8::/32" }];
    expect((await set({ api: office, staff: office })).status).toBe(200);
    const status = async (path: string, ip: string): Promise<number> => (await t.fetch(path, from(ip))).status;
    expect((await api("GET", "companies", from("203.0.113.9"))).status).toBe(200);
    expect((await api("GET", "companies", from("2001:db8::1"))).status).toBe(200);
    const refused = await api("GET", "companies", from("198.51.100.1"));
    expect([refused.status, refused.body.errors[0].code]).toEqual([403, "address_not_allowed"]);
    expect(await status("/sign-in", "203.0.113.9")).toBe(200);
    expect(await status("/sign-in", "198.51.100.1")).toBe(403);
    expect(await status("/portal/sign-in", "198.51.100.1")).toBe(200);
    const login = await t.api("POST", "/api/v1/auth/login", {
      ...from("198.51.100.1"),
      body: document("credentials", { email: "administrator@harbor.test", password: "x" }),
    });
    expect([login.status, login.body.errors[0].code]).toEqual([403, "address_not_allowed"]);
    await freed();
    expect((await api("GET", "companies", from("198.51.100.1"))).status).toBe(200);
  });

  test("nobody shuts themselves out", async () => {
    const answer = await set({ api: [{ network: "192.0.2.0/24" }] });
    expect([answer.status, answer.body.errors[0].code]).toEqual([422, "own_address"]);
    expect(answer.body.errors[0].detail).toContain("203.0.113.7");
    // Whoever has signed in over the API comes in by it as well.
    const person = await makeStaff(t.harbor, "administrator");
    const login = await t.api("POST", "/api/v1/auth/login", {
      ...from("203.0.113.7"),
      body: document("credentials", { email: person.email, password }),
    });
    const refused = await t.api("PATCH", "/api/v1/allowed-networks", {
      ...from("203.0.113.7"),
      key: login.body.data.attributes.access_token,
      body: document("allowed_networks", { api: [{ network: "192.0.2.0/24" }] }),
    });
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, "own_address"]);
    // Nor do they shut their own door to the pages from where nobody sees it.
    const staff = await set({ staff: [{ network: "192.0.2.0/24" }] });
    expect([staff.status, staff.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/staff"]);
    expect((await set({ staff: [{ network: "192.0.2.0/24" }, { network: "203.0.113.7" }] })).status).toBe(200);
    expect((await set({ staff: [] })).status).toBe(200);
  });

  test("what is no network is named", async () => {
    const answer = await set({ portal: [{ network: "10.0.0.0/40" }] });
    expect([answer.status, answer.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/portal"]);
    const person = await signedIn("administrator");
    await person.open("/settings/allowed-networks");
    const page = await person.submit("/settings/allowed-networks", { portal: "203.0.113.7 Office\nnonsense" });
    expect(page.status).toBe(422);
    expect(page.text).toContain("“nonsense” is neither an address nor a network");
    expect(page.html).toContain("203.0.113.7 Office\nnonsense");
    const several = await person.submit("/settings/allowed-networks", { portal: "nonsense\n203.0.113.7\n10.0.0.0/40" });
    expect(several.text).toContain("such as 203.0.113.0/24: nonsense, 10.0.0.0/40");
  });

  test("the change is in the audit log", async () => {
    await set({ portal: [{ network: "192.0.2.0/24", note: "Client" }] });
    const { body } = await api("GET", "audit-log?filter[entity_type]=organizations");
    expect(body.data[0].attributes.new_values).toEqual({
      allowed_networks: expect.objectContaining({ portal: [{ network: "192.0.2.0/24", note: "Client" }] }),
    });
    await freed();
  });
});
