import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Everything, makeEverything, marker } from "../../../../tests/support/everything.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { find } from "../../access/reach.ts";
import { reading } from "../../context.ts";
import type { TableName } from "../../database/tables.ts";

let t: TestProgram;
let e: Everything;
let admin: string;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  admin = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const get = (path: string, key = admin): Promise<ApiAnswer> => t.api("GET", `/api/v1/${path}`, { key });
const id = (name: string): string => e.ids[name] ?? "";
const company = (name: string): unknown => ({ data: { type: "companies", attributes: { name } } });

describe("a document", () => {
  test("holds only the fields asked for", async () => {
    const { body } = await get("companies?fields[companies]=name,tags");
    for (const { attributes, relationships } of body.data)
      expect([Object.keys(attributes).toSorted(), relationships]).toEqual([["name", "tags"], {}]);
    const one = await get(`tickets/${id("tickets")}?fields[tickets]=title,company`);
    expect(one.body.data.attributes).toEqual({ title: `${marker} is down` });
    expect(one.body.data.relationships).toEqual({ company: { data: { type: "companies", id: id("companies") } } });
  });

  test("brings the records along that it refers to, each once", async () => {
    const { body } = await get("tickets?include=company,contact&fields[companies]=name");
    expect(body.included.map((one: { type: string; id: string }) => `${one.type} ${one.id}`).toSorted()).toEqual([
      `companies ${id("companies")}`,
      `contacts ${id("contacts")}`,
    ]);
    expect(body.included.find((one: { type: string }) => one.type === "companies").attributes).toEqual({
      name: `${marker} Trading`,
    });
    expect((await get("tickets?sort=title")).body).not.toHaveProperty("included");
  });

  test("brings along what those refer to, one relationship deeper and no further", async () => {
    const { body } = await get(
      `time-entries/${id("time-entries")}?include=ticket.company,ticket.contact&fields[tickets]=title`,
    );
    expect(body.included.map((one: { type: string; id: string }) => `${one.type} ${one.id}`).toSorted()).toEqual([
      `companies ${id("companies")}`,
      `contacts ${id("contacts")}`,
      `tickets ${id("tickets")}`,
    ]);
    const answer = await get("time-entries?include=ticket.company.parent_company");
    expect([answer.status, answer.body.errors[0].code]).toEqual([400, "bad_include"]);
    expect(answer.body.errors[0].detail).toContain("2 relationships deep");
    const list = await get("time-entries?include=ticket.company");
    expect([list.status, list.body.included.length]).toEqual([200, 2]);
  });

  test("brings along the lists under a single record, the first hundred of each", async () => {
    const path = `companies/${id("companies")}`;
    const { body } = await get(`${path}?include=contacts.site,sites,tickets&fields[contacts]=first_name`);
    const { contacts, sites, tickets, parent_company } = body.data.relationships;
    expect(contacts.data.map((one: { id: string }) => one.id)).toContain(id("contacts"));
    expect([sites.data, tickets.data, parent_company]).toEqual([
      [{ type: "sites", id: id("sites") }],
      [{ type: "tickets", id: id("tickets") }],
      { data: null },
    ]);
    expect([contacts.links.related, contacts.meta]).toEqual([`/api/v1/${path}/contacts`, { has_more: false }]);
    expect((await get(contacts.links.related.replace("/api/v1/", ""))).body.data).toHaveLength(contacts.data.length);
    const { data } = (await get(`${path}?include=contacts&fields[companies]=name,contacts`)).body;
    expect([Object.keys(data.attributes), Object.keys(data.relationships)]).toEqual([["name"], ["contacts"]]);

    const many = (await t.api("POST", "/api/v1/companies", { key: admin, body: company("Many") })).body.data
      .id as string;
    for (let at = 0; at < 101; at += 1)
      await t.api("POST", "/api/v1/sites", {
        key: admin,
        body: { data: { type: "sites", attributes: { company_id: many, name: `Site ${at}` } } },
      });
    const capped = (await get(`companies/${many}?include=sites`)).body;
    expect([capped.included.length, capped.data.relationships.sites.meta]).toEqual([100, { has_more: true }]);

    const refused = await get("companies?include=contacts");
    expect([refused.status, refused.body.errors[0].code]).toEqual([400, "bad_include"]);
    expect(refused.body.errors[0].detail).toContain("single record");
    const narrow = await t.harbor.key("administrator", ["companies.read"]);
    expect((await get(`${path}?include=contacts`, narrow)).status).toBe(200);
    expect((await get(`${path}?include=tickets`, narrow)).status).toBe(403);
    expect(
      (await get(`time-entries?include=ticket.company`, await t.harbor.key("administrator", ["time.read"]))).status,
    ).toBe(403);
  });

  test("is held to If-Match by verbs as well, also by those that change nothing in its own row", async () => {
    const user = (await get("users?page[size]=1")).body.data[0].id as string;
    for (const path of [
      `users/${user}/end-sessions`,
      `users/${user}/require-new-password`,
      `users/${user}/reset-mfa`,
      `companies/${id("companies")}/archive`,
      `invoices/${id("invoices")}/send`,
      `security-alerts/${id("security-alerts")}/acknowledge`,
    ]) {
      const headers = { "if-match": '"99"' };
      const { status } = await t.api("POST", `/api/v1/${path}`, { key: admin, headers });
      expect([path, status]).toEqual([path, 412]);
    }
  });

  test("leads to the first page from every page", async () => {
    const first = (await get("sites?page[size]=2&sort=name")).body.links;
    const second = (await get(first.next.replace("/api/v1/", ""))).body.links;
    expect([new URLSearchParams(second.first.split("?")[1]).get("page[size]"), second.first.includes("after")]).toEqual(
      ["2", false],
    );
    expect((await get(second.first.replace("/api/v1/", ""))).body.links.next).toBe(first.next);
  });

  test("holds no record twice: what is in it already does not come along once more", async () => {
    const mother = (await t.api("POST", "/api/v1/companies", { key: admin, body: company("Mother") })).body.data.id;
    await t.api("PATCH", `/api/v1/companies/${id("companies")}`, {
      key: admin,
      body: { data: { type: "companies", attributes: { parent_company_id: mother } } },
    });
    const list = (await get("companies?include=parent_company&page[size]=200")).body;
    expect(list.included).toEqual([]);
    const one = (await get(`companies/${id("companies")}?include=parent_company`)).body;
    expect(one.included.map((each: { id: string }) => each.id)).toEqual([mother]);
  });

  test("brings nothing along that the asking person may not see", async () => {
    const key = await t.harbor.key("administrator", ["tickets.read"]);
    const answer = await get("tickets?include=company", key);
    expect([answer.status, answer.body.errors[0].code]).toEqual([403, "forbidden"]);
  });

  test("names what it has not", async () => {
    for (const [query, code] of [
      ["fields[companies]=shoe_size", "bad_fields"],
      ["fields[companies]=tenant_id", "bad_fields"],
      ["fields[companies]=name_key", "bad_fields"],
      ["fields[tickets]=title", "bad_fields"],
      ["fields[]=name", "bad_fields"],
      ["fields=name", "unknown_parameter"],
      ["include=shoes", "bad_include"],
      ["include=constructor", "bad_include"],
      ["include=parent_company.parent_company.parent_company", "bad_include"],
      ["include=parent_company.shoes", "bad_include"],
      ["include=parent_company&include=parent_company", "repeated_parameter"],
    ]) {
      for (const path of ["companies", `companies/${id("companies")}`]) {
        const answer = await get(`${path}?${query}`);
        expect([path, query, answer.status, answer.body.errors?.[0].code]).toEqual([path, query, 400, code]);
      }
    }
  });

  test("calculates just what its resource says", async () => {
    for (const resource of t.app.registry.resources.values()) {
      const recordId = id(resource.path);
      if (resource.extend === null || recordId === "") continue;
      const row = await reading(await t.harbor.as("administrator"), (ctx) =>
        find(ctx, resource.table.name as TableName, recordId),
      );
      const more = await reading(await t.harbor.as("administrator"), async (ctx) =>
        resource.extend?.(ctx, [row as Record<string, unknown>]),
      );
      expect([resource.path, Object.keys(more?.[0] ?? {}).toSorted()]).toEqual([
        resource.path,
        resource.calculated.toSorted(),
      ]);
    }
  });
});

describe("a change", () => {
  const patch = (
    path: string,
    type: string,
    attributes: object,
    headers: Record<string, string> = {},
    method = "PATCH",
  ): Promise<ApiAnswer> =>
    t.api(method, `/api/v1/${path}`, { key: admin, headers, body: { data: { type, attributes } } });

  test("by PUT leaves alone what is not sent, as PATCH does", async () => {
    const before = (await get(`contacts/${id("contacts")}`)).body.data.attributes;
    const after = await patch(`contacts/${id("contacts")}`, "contacts", { title: "Captain" }, {}, "PUT");
    expect(after.body.data.attributes).toMatchObject({
      first_name: before.first_name,
      email: before.email,
      title: "Captain",
    });
  });

  test("of any record is held off when the record has changed meanwhile", async () => {
    const stale = { "if-match": '"9999"' };
    for (const resource of t.app.registry.resources.values()) {
      const path = `${resource.path}/${id(resource.path)}`;
      if (id(resource.path) === "") continue;
      if (resource.update !== null)
        expect([path, (await patch(path, resource.type, {}, stale)).status]).toEqual([path, 412]);
      if (resource.remove !== null)
        expect([path, (await t.api("DELETE", `/api/v1/${path}`, { key: admin, headers: stale })).status]).toEqual([
          path,
          412,
        ]);
    }
    for (const verb of ["approve", "void", "rebuild"]) {
      const answer = await t.api("POST", `/api/v1/invoices/${id("invoices")}/${verb}`, { key: admin, headers: stale });
      expect([verb, answer.status]).toEqual([verb, 412]);
    }
    for (const verb of ["activate", "archive"]) {
      const answer = await t.api("POST", `/api/v1/contracts/${id("contracts")}/${verb}`, {
        key: admin,
        headers: stale,
      });
      expect([verb, answer.status]).toEqual([verb, 412]);
    }
    expect((await patch("organization", "organizations", { name: "Other" }, stale)).status).toBe(412);
    expect(
      (await patch(`tickets/${id("tickets")}/assign`, "tickets", { assigned_to_id: null }, stale, "POST")).status,
    ).toBe(412);
  });

  test("says what is wrong with a relationship where it stands, and takes no record of another type", async () => {
    const path = `/api/v1/companies/${id("companies")}`;
    const change = async (data: object) => {
      const { status, body } = await t.api("PATCH", path, {
        key: admin,
        body: { data: { type: "companies", ...data } },
      });
      return [status, body.errors?.[0].code, body.errors?.[0].source?.pointer];
    };
    const to = (type: string, of: string) => ({ relationships: { account_manager: { data: { type, id: of } } } });
    expect(await change(to("users", id("users")))).toEqual([200, undefined, undefined]);
    expect(await change(to("companies", id("users")))).toEqual([
      409,
      "wrong_type",
      "/data/relationships/account_manager/data/type",
    ]);
    expect(await change(to("users", crypto.randomUUID()))).toEqual([
      422,
      "not_found",
      "/data/relationships/account_manager",
    ]);
    expect(await change({ relationships: { shoes: { data: null } } })).toEqual([
      422,
      "unknown_field",
      "/data/relationships/shoes",
    ]);
    // What an answer has and nobody can set is not called unknown.
    for (const name of ["created_at", "merged_into_id", "archived_at"])
      expect([name, ...(await change({ attributes: { [name]: null } }))]).toEqual([
        name,
        422,
        "read_only",
        `/data/attributes/${name}`,
      ]);
    // What stands elsewhere is no attribute: it would be passed over, or be taken for a version.
    for (const name of ["id", "version"])
      expect(await change({ attributes: { [name]: 1 } })).toEqual([422, "unknown_field", `/data/attributes/${name}`]);
  });

  test("by a verb takes no body that it does not understand", async () => {
    for (const path of [
      `invoices/${id("invoices")}/approve`,
      `invoices/${id("invoices")}/send`,
      `contracts/${id("contracts")}/activate`,
      `mails/${id("mails")}/retry`,
      `import-batches/${id("import-batches")}/undo`,
      `contacts/${id("contacts")}/portal-access`,
    ]) {
      const answer = await t.api("POST", `/api/v1/${path}`, {
        key: admin,
        headers: { "content-type": "application/json" },
        body: "[1",
      });
      expect([path, answer.status]).toEqual([path, 400]);
    }
  });

  test("to what another record is already is a 409 that says by what the two are told apart", async () => {
    const make = (path: string, type: string, attributes: object): Promise<ApiAnswer> =>
      t.api("POST", `/api/v1/${path}`, { key: admin, body: { data: { type, attributes } } });
    const rate = { rate_card_id: id("rate-cards"), work_type_id: id("work-types"), hourly_rate: "90" };
    const ofBoth = "There is already a rate with this rate card and work type.";
    for (const [path, type, attributes, detail, source] of [
      [
        "teams",
        "teams",
        { name: "Night" },
        "There is already a team with this name.",
        { pointer: "/data/attributes/name" },
      ],
      ["rate-card-items", "rate_card_items", rate, ofBoth, undefined],
    ] as const) {
      await make(path, type, attributes);
      const { status, body } = await make(path, type, attributes);
      expect([status, body.errors]).toEqual([409, [expect.objectContaining({ code: "duplicate", detail })]]);
      expect(body.errors[0].source).toEqual(source);
    }
  });

  test("by a verb may leave its body out, or send the empty object of clients that always send one", async () => {
    for (const body of [undefined, {}]) {
      const made = await t.api("POST", "/api/v1/companies", { key: admin, body: company("Put Away Ltd") });
      for (const verb of ["archive", "restore"]) {
        const path = `/api/v1/companies/${made.body.data.id}/${verb}`;
        const answer = await t.api("POST", path, { key: admin, ...(body === undefined ? {} : { body }) });
        expect([body, verb, answer.status]).toEqual([body, verb, 200]);
      }
    }
  });
});
