import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../tests/support/desk.ts";
import { makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { document } from "../../../tests/support/record-api.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const api = (method: string, path: string, given: Parameters<TestProgram["api"]>[2] = {}) =>
  t.api(method, `/api/v1/${path}`, { key, ...given });
const from = (ip: string): { headers: Record<string, string> } => ({ headers: { "x-forwarded-for": ip } });
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
    const person = await signedIn(t, await t.harbor.as("administrator"));
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
    const person = await signedIn(t, await t.harbor.as("administrator"));
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
    const person = await signedIn(t, await t.harbor.as("administrator"));
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
    const person = await signedIn(t, await t.harbor.as("administrator"));
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
    const { text } = await (await signedIn(t, await t.harbor.as("administrator"))).open("/settings/audit");
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
    const person = await signedIn(t, await t.harbor.as("finance"));
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
