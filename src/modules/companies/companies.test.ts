import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../tests/support/desk.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
let admin: string;
let finance: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
  finance = await t.harbor.key("finance");
});
afterAll(() => t.close());

function company(attributes: Record<string, unknown>): unknown {
  return { data: { type: "companies", attributes } };
}

describe("companies over the API", () => {
  test("are made, shown, changed and deleted", async () => {
    const made = await t.api("POST", "/api/v1/companies", {
      key: admin,
      body: company({ name: "Łukaszewski & Sons", address: { city: "Łódź" }, tags: ["VIP", "vip", " Retail "] }),
    });
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe(`/api/v1/companies/${made.body.data.id}`);
    expect(made.body.data.attributes).toMatchObject({
      name: "Łukaszewski & Sons",
      company_type: "client",
      status: "active",
      currency: "USD",
      payment_terms: "net_30",
      is_tax_exempt: false,
      address: { city: "Łódź" },
      tags: ["retail", "vip"],
    });
    const { id } = made.body.data;
    const changed = await t.api("PATCH", `/api/v1/companies/${id}`, {
      key: admin,
      body: { data: { type: "companies", id, attributes: { industry: "Retail" } } },
    });
    expect(changed.body.data.attributes).toMatchObject({ industry: "Retail", name: "Łukaszewski & Sons" });
    expect(changed.headers.get("etag")).toBe('"2"');
    expect((await t.api("DELETE", `/api/v1/companies/${id}`, { key: admin })).status).toBe(204);
    expect((await t.api("GET", `/api/v1/companies/${id}`, { key: admin })).status).toBe(404);
  });

  test("keep names on one line, notes on as many as were sent, and call a field in a sentence as its form does", async () => {
    const made = await t.api("POST", "/api/v1/companies", {
      key: admin,
      body: company({ name: "Two\r\n Lines\tLtd", notes: "one\ntwo" }),
    });
    expect(made.body.data.attributes).toMatchObject({ name: "Two Lines Ltd", notes: "one\ntwo" });
    const long = await t.api("POST", "/api/v1/companies", {
      key: admin,
      body: company({ name: "Long", tax_id: "1".repeat(61) }),
    });
    expect(long.body.errors[0].detail).toBe("Tax ID must be at most 60 characters.");
  });

  test("may have a name that another one has, and whoever makes the second one hears of the first", async () => {
    const key = await t.harbor.key("technician");
    const make = (name: string): Promise<ApiAnswer> =>
      t.api("POST", "/api/v1/companies", { key, body: { data: { type: "companies", attributes: { name } } } });
    const first = await make("Pier Nine Ltd");
    expect([first.status, first.body.meta]).toEqual([201, undefined]);
    const second = await make("PIER NINE, Ltd.");
    expect([second.status, second.body.meta]).toEqual([
      201,
      { same_name: [{ id: first.body.data.id, name: "Pier Nine Ltd" }] },
    ]);
    // The legal form is not part of the name; another word is.
    expect((await make("Pier Nine GmbH")).body.meta.same_name).toHaveLength(2);
    expect((await make("Pier Nine Shipping Ltd")).body.meta).toBeUndefined();
  });

  test("and their people and sites are put away and brought back", async () => {
    const make = async (type: string, attributes: Record<string, unknown>): Promise<string> =>
      (await t.api("POST", `/api/v1/${type}`, { key: admin, body: { data: { type, attributes } } })).body.data.id;
    const company_id = await make("companies", { name: "Put away" });
    const records = [
      ["companies", company_id],
      ["contacts", await make("contacts", { company_id, first_name: "Put" })],
      ["sites", await make("sites", { company_id, name: "Away" })],
    ];
    for (const [type, id] of records) {
      const post = (verb: string): ReturnType<typeof t.api> =>
        t.api("POST", `/api/v1/${type}/${id}/${verb}`, { key: admin });
      expect((await post("archive")).body.data.attributes.archived_at).not.toBeNull();
      expect((await post("restore")).body.data.attributes.archived_at).toBeNull();
    }
  });

  test("keep a website as a web address, however it was typed, and nothing that a page must not link to", async () => {
    const made = await t.api("POST", "/api/v1/companies", {
      key: admin,
      body: company({ name: "Weyland Joinery", website: " weyland.example/shop " }),
    });
    expect(made.body.data.attributes.website).toBe("https://weyland.example/shop");
    const { id } = made.body.data;
    const change = (website: string | null): ReturnType<typeof t.api> =>
      t.api("PATCH", `/api/v1/companies/${id}`, {
        key: admin,
        body: { data: { type: "companies", id, attributes: { website } } },
      });
    const refused = await change("javascript:alert(1)");
    expect([refused.status, refused.body.errors[0]]).toMatchObject([
      422,
      {
        source: { pointer: "/data/attributes/website" },
        detail: "Website must be a web address such as example.com or https://example.com.",
      },
    ]);
    expect((await change(null)).body.data.attributes.website).toBeNull();
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    const edit = `/companies/${id}/edit`;
    await browser.open(edit);
    const wrong = await browser.submit(edit, { website: "call us" });
    expect(wrong.text).toContain("Website must be a web address such as example.com");
    expect(wrong.html).toContain('value="call us"');
    expect(wrong.html).toMatch(/<input[^>]* name="address.line1"/);
    const page = await browser.submit(edit, { website: "weyland.example" });
    expect(page.html).toContain('href="https://weyland.example"');
    expect((await browser.open("/companies?columns=name,website&q=Weyland")).html).toContain(
      'href="https://weyland.example"><span>weyland.example<',
    );
  });

  test("refuse what is wrong with a pointer to each field, and write nothing", async () => {
    const answer = await t.api("POST", "/api/v1/companies", {
      key: admin,
      body: company({ name: "  ", currency: "XXXX", shoe_size: 42, company_type: "friend" }),
    });
    expect(answer.status).toBe(422);
    const pointers = answer.body.errors.map((error: { source: { pointer: string } }) => error.source.pointer);
    expect(pointers).toEqual(
      expect.arrayContaining([
        "/data/attributes/currency",
        "/data/attributes/shoe_size",
        "/data/attributes/company_type",
      ]),
    );
    const none = await t.api("GET", "/api/v1/companies?filter[industry]=nowhere", { key: admin });
    expect(none.body.data).toEqual([]);
  });

  test("are emptied by an empty text as by null, where something may be missing", async () => {
    const made = await t.api("POST", "/api/v1/companies", {
      key: admin,
      body: company({ name: "Emptied", website: "example.com", parent_company_id: "", language: "" }),
    });
    expect([made.status, made.body.data?.attributes.language]).toEqual([201, null]);
    const { id } = made.body.data;
    const body = { data: { type: "companies", id, attributes: { website: "" } } };
    const changed = await t.api("PATCH", `/api/v1/companies/${id}`, { key: admin, body });
    expect([changed.status, changed.body.data?.attributes.website]).toEqual([200, null]);
  });

  test("are looked after by one of the staff, and by nobody of a client", async () => {
    const { actor } = (await makeClient(t, "Managed Mill")).portal;
    const someone = await t.harbor.as("technician");
    const answers = await Promise.all(
      [actor.user_id, someone.actor.user_id].map((account_manager_id) =>
        t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Looked After", account_manager_id }) }),
      ),
    );
    expect(answers.map(({ status, body }) => [status, body.errors?.[0].code])).toEqual([
      [422, "not_staff"],
      [201, undefined],
    ]);
    const change = await t.api("PATCH", `/api/v1/companies/${answers[1]?.body.data.id}`, {
      key: admin,
      body: company({ account_manager_id: actor.user_id }),
    });
    expect([change.status, change.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/account_manager_id"]);
  });

  test("are deleted by whoever may do that, not by everybody who changes them", async () => {
    const made = await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Kept Mill" }) });
    const path = `/api/v1/companies/${made.body.data.id}`;
    for (const role of ["technician", "dispatcher", "sales", "finance"] as const)
      expect((await t.api("DELETE", path, { key: await t.harbor.key(role) })).status).toBe(403);
    expect((await t.api("POST", `${path}/archive`, { key: finance })).status).toBe(200);
    const page = await (await signedIn(t, await t.harbor.as("finance"))).open(path.replace("/api/v1", ""));
    expect(page.html).toContain("/restore");
    expect(page.html).not.toContain("/delete");
    expect((await t.api("DELETE", path, { key: await t.harbor.key("manager") })).status).toBe(204);
  });

  test("may have the name of another one, and whoever makes the second is told", async () => {
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    for (const [name, isTold] of [
      ["Twice Told Ltd", false],
      [" twice told, LTD", true],
    ] as const) {
      await browser.open("/companies/new");
      const page = await browser.submit("/companies/new", { name });
      expect(page.text).toContain("Company created.");
      expect(page.text.includes("There is another one of this name")).toBe(isTold);
    }
  });

  test("refuse a blank name", async () => {
    const answer = await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "   " }) });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].source.pointer).toBe("/data/attributes/name");
  });

  test("hold a stale change off", async () => {
    const made = await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Stale Ltd" }) });
    const { id } = made.body.data;
    const change = (industry: string, version: string): ReturnType<TestProgram["api"]> =>
      t.api("PUT", `/api/v1/companies/${id}`, {
        key: admin,
        headers: { "if-match": version },
        body: { data: { type: "companies", id, attributes: { industry } } },
      });
    expect((await change("One", '"1"')).status).toBe(200);
    expect((await change("Two", '"1"')).status).toBe(412);
    expect((await t.api("GET", `/api/v1/companies/${id}`, { key: admin })).body.data.attributes.industry).toBe("One");
  });

  test("cannot be deleted while contacts refer to them, and the answer says so", async () => {
    const made = await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Held Ltd" }) });
    const { id } = made.body.data;
    const contact = await t.api("POST", "/api/v1/contacts", {
      key: admin,
      body: {
        data: {
          type: "contacts",
          attributes: { first_name: "Ana" },
          relationships: { company: { data: { type: "companies", id } } },
        },
      },
    });
    expect(contact.status).toBe(201);
    const answer = await t.api("DELETE", `/api/v1/companies/${id}`, { key: admin });
    expect(answer.status).toBe(409);
    expect(answer.body.errors[0].detail).toContain("what refers to it: contact");
  });

  test("cannot stand above themselves", async () => {
    const top = (await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Top" }) })).body.data.id;
    const below = (
      await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Below", parent_company_id: top }) })
    ).body.data.id;
    const answer = await t.api("PATCH", `/api/v1/companies/${top}`, {
      key: admin,
      body: { data: { type: "companies", attributes: { parent_company_id: below } } },
    });
    expect(answer.status).toBe(422);
  });

  test("are paged without gaps or repeats, in the order asked for", async () => {
    for (let index = 0; index < 7; index += 1)
      await t.api("POST", "/api/v1/companies", {
        key: admin,
        body: company({ name: `Page ${index % 3}`, industry: "Paging" }),
      });
    const seen: string[] = [];
    let path: string | null = "/api/v1/companies?filter[industry]=Paging&sort=-name&page[size]=2";
    while (path !== null) {
      const answer: Awaited<ReturnType<TestProgram["api"]>> = await t.api("GET", path, { key: admin });
      expect(answer.status).toBe(200);
      seen.push(
        ...answer.body.data.map(
          (one: { id: string; attributes: { name: string } }) => `${one.attributes.name} ${one.id}`,
        ),
      );
      path = answer.body.links.next;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  test("name an unknown, repeated or ill-typed parameter", async () => {
    for (const [query, code] of [
      ["colour=red", "unknown_parameter"],
      ["filter[colour]=red", "unknown_filter"],
      ["sort=colour", "bad_sort"],
      ["sort=name&sort=name", "repeated_parameter"],
      ["page[size]=0", "bad_page_size"],
      ["page[after]=nonsense", "bad_cursor"],
      ["filter[created_at][gte]=yesterday", "bad_filter"],
      ["filter[name][near]=x", "unknown_operator"],
    ]) {
      const answer = await t.api("GET", `/api/v1/companies?${query}`, { key: admin });
      expect([query, answer.status, answer.body.errors[0].code]).toEqual([query, 400, code]);
    }
  });

  test("are found by words, whatever their case and marks", async () => {
    await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Québec Straße Optics" }) });
    const answer = await t.api("GET", "/api/v1/companies?filter[q]=quebec strasse opt", { key: admin });
    expect(answer.body.data.map((one: { attributes: { name: string } }) => one.attributes.name)).toEqual([
      "Québec Straße Optics",
    ]);
  });

  test("are found by each word of numbers, addresses and names with dashes", async () => {
    await t.api("POST", "/api/v1/companies", {
      key: admin,
      body: company({ name: "Dash-Dot 24/7 REF-000815 v2.50", website: "https://portal.dashdot.example/start" }),
    });
    for (const words of ["dot", "7", "REF-000815", "000815", "v2.50", "dashdot", "24 815"]) {
      const found = await t.api("GET", `/api/v1/companies?filter[q]=${encodeURIComponent(words)}`, { key: admin });
      expect([words, found.body.data.length]).toEqual([words, words === "24 815" ? 0 : 1]);
    }
  });
});

describe("who may", () => {
  test("nobody, a wrong key and a key of another organization get in nowhere", async () => {
    const mill = await t.mill.key("administrator");
    for (const key of [undefined, "pk_nonsense", mill]) {
      const answer = await t.api("GET", "/api/v1/companies", key === undefined ? {} : { key });
      expect(answer.status).toBe(401);
      expect(answer.body.errors[0].code).toBe("unauthorized");
    }
  });

  test("a key does no more than its scopes", async () => {
    const reader = await t.harbor.key("administrator", ["companies.read"]);
    expect((await t.api("GET", "/api/v1/companies", { key: reader })).status).toBe(200);
    expect((await t.api("POST", "/api/v1/companies", { key: reader, body: company({ name: "No" }) })).status).toBe(403);
    expect((await t.api("GET", "/api/v1/users", { key: finance })).status).toBe(403);
  });

  test("another organization sees, changes and refers to nothing of it", async () => {
    const mill = await t.mill.key("administrator");
    const { id } = (await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Secret Client" }) }))
      .body.data;
    const at = { key: mill, tenant: t.mill };
    expect((await t.api("GET", `/api/v1/companies/${id}`, at)).status).toBe(404);
    expect(
      (
        await t.api("PATCH", `/api/v1/companies/${id}`, {
          ...at,
          body: { data: { type: "companies", attributes: { name: "Mine" } } },
        })
      ).status,
    ).toBe(404);
    expect((await t.api("DELETE", `/api/v1/companies/${id}`, at)).status).toBe(404);
    expect((await t.api("GET", "/api/v1/companies?filter[q]=secret", at)).body.data).toEqual([]);
    const contact = await t.api("POST", "/api/v1/contacts", {
      ...at,
      body: { data: { type: "contacts", attributes: { first_name: "Eve", company_id: id } } },
    });
    expect(contact.status).toBe(422);
  });
});

describe("what happened", () => {
  test("is written down with old and new values", async () => {
    const { id } = (await t.api("POST", "/api/v1/companies", { key: admin, body: company({ name: "Before" }) })).body
      .data;
    await t.api("PATCH", `/api/v1/companies/${id}`, {
      key: admin,
      body: { data: { type: "companies", attributes: { name: "After" } } },
    });
    const rows = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("audit_log").selectAll().where("entity_id", "=", id).orderBy("timestamp").orderBy("id").execute(),
    );
    expect(rows.map((row) => row.action)).toEqual(["create", "update"]);
    expect(rows[1]).toMatchObject({ old_values: { name: "Before" }, new_values: { name: "After" } });
    const activity = await t.api("GET", `/api/v1/companies/${id}/activity`, { key: admin });
    expect(activity.body.data).toHaveLength(2);
  });
});
