import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../tests/support/desk.ts";
import type { KyselyPlugin } from "kysely";
import { find } from "../../platform/access/reach.ts";
import { reading } from "../../platform/context.ts";
import { usedChoices } from "./queries.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { inLanguage } from "../../platform/language/index.ts";
import { updateCompany } from "../companies/index.ts";

let t: TestProgram;
let admin: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
});
afterAll(() => t.close());

type Attributes = Record<string, unknown>;
type Answer = Awaited<ReturnType<TestProgram["api"]>>;

const post = (path: string, type: string, attributes: Attributes, key = admin): Promise<Answer> =>
  t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
const patch = (path: string, type: string, attributes: Attributes): Promise<Answer> =>
  t.api("PATCH", `/api/v1/${path}`, { key: admin, body: { data: { type, attributes } } });
const get = (path: string): Promise<Answer> => t.api("GET", `/api/v1/${path}`, { key: admin });

async function field(attributes: Attributes): Promise<{ id: string; field_key: string }> {
  const made = await post("custom-fields", "custom_fields", {
    entity_type: "companies",
    field_type: "text",
    ...attributes,
  });
  expect([made.status, made.body.errors]).toEqual([201, undefined]);
  return { id: made.body.data.id, field_key: made.body.data.attributes.field_key };
}

async function company(name: string, custom_fields: Attributes = {}): Promise<string> {
  const made = await post("companies", "companies", { name, custom_fields });
  expect([made.status, made.body.errors]).toEqual([201, undefined]);
  return made.body.data.id as string;
}

const pointers = (answer: Answer): string[] =>
  answer.body.errors.map((error: { source: { pointer: string } }) => error.source.pointer);
const names = (answer: Answer): string[] =>
  answer.body.data.map((one: { attributes: { name: string } }) => one.attributes.name);

describe("a custom field", () => {
  test("fills its default in on the form of a new record, not on that of one that is there without it", async () => {
    const id = await company("There before the field");
    const { id: fieldId, field_key } = await field({ label: "Contract colour", default_value: "blue" });
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    const input = new RegExp(`name="custom_fields.${field_key}"[^>]* value="blue"`);
    expect((await browser.open("/companies/new")).html).toMatch(input);
    const edit = `/companies/${id}/edit`;
    expect((await browser.open(edit)).html).not.toMatch(input);
    await browser.submit(edit, { industry: "Joinery" });
    expect((await get(`companies/${id}`)).body.data.attributes).toMatchObject({
      industry: "Joinery",
      custom_fields: {},
    });
    expect((await t.api("DELETE", `/api/v1/custom-fields/${fieldId}`, { key: admin })).status).toBe(204);
  });

  test("keeps the contact that it names through a save of another field, archived or not", async () => {
    const { company_id, contact_id } = await makeClient(t, "Keyholder Ltd");
    const { id: fieldId, field_key } = await field({ label: "Key holder", field_type: "contact" });
    const kept = { custom_fields: { [field_key]: contact_id } };
    expect((await patch(`companies/${company_id}`, "companies", kept)).status).toBe(200);
    expect((await t.api("POST", `/api/v1/contacts/${contact_id}/archive`, { key: admin })).status).toBe(200);
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    await browser.open(`/companies/${company_id}/edit`);
    await browser.submit(`/companies/${company_id}/edit`, { industry: "Locks" });
    expect((await get(`companies/${company_id}`)).body.data.attributes).toMatchObject({ industry: "Locks", ...kept });
    expect((await t.api("POST", `/api/v1/custom-fields/${fieldId}/archive`, { key: admin })).status).toBe(200);
  });

  test("says in German too which of them is wrong, and what", async () => {
    const { field_key } = await field({ label: "Alter der Anlage", field_type: "integer" });
    const id = await company("Mit Anlage");
    const change = (custom_fields: Attributes): Promise<unknown> =>
      inLanguage("de", "de-DE", async () => {
        const administrator = await t.harbor.as("administrator");
        return perform(administrator, updateCompany, { id, custom_fields }).catch((error: unknown) => error);
      });
    expect(await change({ [field_key]: "alt", nothing: "x" })).toMatchObject({
      problems: [
        { message: expect.stringMatching(/^Alter der Anlage .*eine ganze Zahl/) },
        { message: "Es gibt kein eigenes Feld „nothing“." },
      ],
    });
  });

  test("gets its key from its label, and keeps it when the label changes", async () => {
    const made = await field({ label: "Größe der Anlage" });
    expect(made.field_key).toBe("grosse_der_anlage");
    expect((await field({ label: "Door code", field_key: "" })).field_key).toBe("door_code");
    expect([(await field({ label: "設備" })).field_key, (await field({ label: "Телефон" })).field_key]).toEqual([
      "field",
      "field_2",
    ]);
    const changed = await patch(`custom-fields/${made.id}`, "custom_fields", { label: "Size" });
    expect(changed.body.data.attributes).toMatchObject({ label: "Size", field_key: "grosse_der_anlage" });
    expect((await patch(`custom-fields/${made.id}`, "custom_fields", { field_key: "size" })).status).toBe(422);
    const twice = await post("custom-fields", "custom_fields", {
      entity_type: "companies",
      field_type: "text",
      label: "Other",
      field_key: "grosse_der_anlage",
    });
    expect(pointers(twice)).toEqual(["/data/attributes/field_key"]);
    const odd = await post("custom-fields", "custom_fields", {
      entity_type: "sessions",
      field_type: "text",
      label: "X",
    });
    expect(pointers(odd)).toEqual(["/data/attributes/entity_type"]);
  });

  test("takes what its type takes, in one stored form", async () => {
    const boss = (await get("users")).body.data[0].id as string;
    const cases: [type: string, given: unknown, stored: unknown, wrong: unknown][] = [
      ["text", "  plain ", "plain", "x".repeat(501)],
      ["long_text", "a\nb", "a\nb", 5],
      ["number", "007.50", "7.5", "seven"],
      ["integer", 12, 12, 1.5],
      ["date", "2026-02-28", "2026-02-28", "2026-02-30"],
      ["datetime", "2026-11-25T10:00:00+01:00", "2026-11-25T09:00:00.000Z", "soon"],
      ["boolean", false, false, "perhaps"],
      ["url", "example.com/a", "https://example.com/a", "javascript:alert(1)"],
      ["email", "a@example.com", "a@example.com", "nobody"],
      ["user", boss, boss, "0191e000-0000-7000-8000-00000000dead"],
    ];
    for (const [field_type, given, stored, wrong] of cases) {
      const { field_key } = await field({ label: `Of type ${field_type}`, field_type });
      const id = await company(`Takes ${field_type}`, { [field_key]: given });
      expect((await get(`companies/${id}`)).body.data.attributes.custom_fields[field_key]).toEqual(stored as string);
      const refused = await patch(`companies/${id}`, "companies", { custom_fields: { [field_key]: wrong } });
      expect([field_type, refused.status, pointers(refused)]).toEqual([
        field_type,
        422,
        [`/data/attributes/custom_fields/${field_key}`],
      ]);
      const found = await get(`companies?filter[custom_fields.${field_key}]=${encodeURIComponent(String(stored))}`);
      expect([field_type, names(found)]).toEqual([field_type, [`Takes ${field_type}`]]);
      const blank = await get(`companies?filter[name][like]=Takes&filter[custom_fields.${field_key}][null]=true`);
      expect(names(blank)).not.toContain(`Takes ${field_type}`);
    }
  });

  test("is laid over what is there, and null takes it away", async () => {
    const [one, two] = [await field({ label: "Over one" }), await field({ label: "Over two" })];
    const id = await company("Laid over", { over_one: "1", over_two: "2" });
    const changed = await patch(`companies/${id}`, "companies", { custom_fields: { [two.field_key]: null } });
    expect(changed.body.data.attributes.custom_fields).toEqual({ [one.field_key]: "1" });
  });

  test("that is not there is refused by its name", async () => {
    const answer = await post("companies", "companies", { name: "Odd", custom_fields: { shoe_size: 42 } });
    expect(pointers(answer)).toEqual(["/data/attributes/custom_fields/shoe_size"]);
    expect(answer.body.errors[0].code).toBe("unknown_field");
  });

  test("is ordered by in its own order: numbers as numbers, nothing first", async () => {
    await field({ label: "Seats count", field_type: "number" });
    for (const [name, seats_count] of [
      ["Sort ten", "10"],
      ["Sort nine", "9.5"],
      ["Sort none", null],
      ["Sort big", "1000"],
    ])
      await company(String(name), { seats_count });
    const seen: string[] = [];
    let path: string | null = "companies?filter[name][like]=Sort&sort=custom_fields.seats_count&page[size]=2";
    while (path !== null) {
      const answer: Answer = await get(path);
      expect(answer.status).toBe(200);
      seen.push(...names(answer));
      path = answer.body.links.next?.replace("/api/v1/", "") ?? null;
    }
    expect(seen).toEqual(["Sort none", "Sort nine", "Sort ten", "Sort big"]);
    expect(names(await get("companies?filter[custom_fields.seats_count][gte]=10&sort=name"))).toEqual([
      "Sort big",
      "Sort ten",
    ]);
    for (const query of [
      "filter[custom_fields.nothing]=1",
      "filter[custom_fields.seats_count]=many",
      "filter[custom_fields.seats_count][near]=1",
      "sort=custom_fields.nothing",
    ])
      expect([query, (await get(`companies?${query}`)).status]).toEqual([query, 400]);
  });

  test("with choices takes their keys or labels, and archives what is in use", async () => {
    const made = await field({
      label: "Plan",
      field_type: "choice",
      choices: [{ label: "Gold" }, { label: "Silver" }],
    });
    const many = await field({ label: "Tools", field_type: "choices", choices: [{ label: "RMM" }, { label: "EDR" }] });
    const id = await company("Chooses", { plan: "Gold", tools: ["edr", "rmm"] });
    expect((await get(`companies/${id}`)).body.data.attributes.custom_fields).toEqual({
      plan: "gold",
      tools: ["rmm", "edr"],
    });
    expect(names(await get("companies?filter[custom_fields.tools]=edr"))).toEqual(["Chooses"]);
    const changed = await patch(`custom-fields/${made.id}`, "custom_fields", {
      choices: [{ key: "silver", label: "Argentum" }],
    });
    expect(changed.body.data.attributes.choices).toEqual([
      { key: "silver", label: "Argentum", color: "", is_archived: false },
      { key: "gold", label: "Gold", color: "", is_archived: true },
    ]);
    expect(
      (await patch(`companies/${id}`, "companies", { custom_fields: { plan: "gold", tools: ["rmm"] } })).status,
    ).toBe(200);
    expect((await post("companies", "companies", { name: "Late", custom_fields: { plan: "gold" } })).status).toBe(422);
    expect(many.field_key).toBe("tools");
  });

  test("reads each choice in use once, however many records have it, and of another type nothing", async () => {
    const level = await field({
      label: "Care plan",
      field_type: "choice",
      choices: [{ label: "Basic" }, { label: "Full" }],
    });
    const many = await field({ label: "Agents", field_type: "choices", choices: [{ label: "One" }, { label: "Two" }] });
    const text = await field({ label: "Remark", field_type: "text" });
    const given = { care_plan: "basic", agents: ["one", "two"], remark: "hello" };
    for (let at = 0; at < 5; at += 1) await company(`Chosen ${at}`, given);
    let rows = 0;
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        rows += result.rows.length;
        return result;
      },
    };
    const used = ({ id }: { id: string }) =>
      reading(t.harbor.system, async (reader) => {
        const definition = await find(reader, "custom_field_definitions", id);
        rows = 0;
        const found = await usedChoices({ ...reader, db: reader.db.withPlugin(counting) }, definition);
        return [[...found].toSorted(), rows];
      });
    expect(await used(level)).toEqual([["basic"], 1]);
    expect(await used(many)).toEqual([["one", "two"], 2]);
    expect(await used(text)).toEqual([[], 0]);
  });

  test("keeps its type and cannot be deleted once something stands in it; archived it stays readable", async () => {
    const { id, field_key } = await field({ label: "Settled" });
    expect((await patch(`custom-fields/${id}`, "custom_fields", { field_type: "date" })).status).toBe(200);
    const client = await company("Has it", { [field_key]: "2026-01-01" });
    const retyped = await patch(`custom-fields/${id}`, "custom_fields", { field_type: "text" });
    expect([retyped.status, retyped.body.errors[0].code]).toEqual([409, "has_values"]);
    expect((await t.api("DELETE", `/api/v1/custom-fields/${id}`, { key: admin })).status).toBe(409);
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    await browser.open(`/settings/custom-fields/${id}`);
    await browser.submit(`/settings/custom-fields/${id}/archive`, {});
    expect((await get(`companies/${client}`)).body.data.attributes.custom_fields).toEqual({
      [field_key]: "2026-01-01",
    });
    const late = await patch(`companies/${client}`, "companies", { custom_fields: { [field_key]: "2026-01-02" } });
    expect(late.body.errors[0].code).toBe("archived");
    for (const [verb, isArchived] of [
      ["restore", false],
      ["archive", true],
    ] as const) {
      const shown = (await t.api("POST", `/api/v1/custom-fields/${id}/${verb}`, { key: admin })).body.data.attributes;
      expect([verb, shown.archived_at !== null]).toEqual([verb, isArchived]);
    }
    await patch(`companies/${client}`, "companies", { custom_fields: { [field_key]: null } });
    expect((await t.api("DELETE", `/api/v1/custom-fields/${id}`, { key: admin })).status).toBe(204);
  });

  test("is found by its words, and its changes are told by its label", async () => {
    const { field_key } = await field({ label: "Alarm code word" });
    const id = await company("Searched for", { [field_key]: "Papagei" });
    expect(names(await get("companies?filter[q]=papagei"))).toEqual(["Searched for"]);
    await patch(`companies/${id}`, "companies", { custom_fields: { [field_key]: "Kakadu" } });
    expect(names(await get("companies?filter[q]=papagei"))).toEqual([]);
    const rows = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("audit_log").selectAll().where("entity_id", "=", id).where("action", "=", "update").execute(),
    );
    expect(rows[0]).toMatchObject({
      old_values: { custom_fields: { [field_key]: "Papagei" } },
      new_values: { custom_fields: { [field_key]: "Kakadu" } },
    });
    expect(
      (await signedIn(t, await t.harbor.as("technician")).then((one) => one.open(`/companies/${id}`))).text,
    ).toContain("Changed: Alarm code word");
  });
});

describe("on every kind of record that has them", () => {
  test("a field is written, read, filtered and shown", async () => {
    const client = await makeClient(t, "Everywhere Ltd");
    for (const [entity_type, path, id] of [
      ["companies", "companies", client.company_id],
      ["contacts", "contacts", client.contact_id],
      [
        "tickets",
        "tickets",
        (await post("tickets", "tickets", { title: "With a field", company_id: client.company_id })).body.data.id,
      ],
      [
        "contracts",
        "contracts",
        (
          await post("contracts", "contracts", {
            company_id: client.company_id,
            name: "With a field",
            contract_type: "managed_services",
            start_date: "2026-01-01",
            billing_cycle: "monthly",
          })
        ).body.data.id,
      ],
    ] as const) {
      await field({ entity_type, label: "Everywhere", section: "Of our own" });
      const changed = await patch(`${path}/${id}`, entity_type, { custom_fields: { everywhere: `Of ${entity_type}` } });
      expect(changed.body.data.attributes.custom_fields).toEqual({ everywhere: `Of ${entity_type}` });
      expect((await get(`${path}?filter[custom_fields.everywhere][like]=of `)).body.data).toHaveLength(1);
      const browser = await signedIn(t, await t.harbor.as("administrator"));
      expect((await browser.open(`/${path}/${id}`)).text).toContain(`Of ${entity_type}`);
      expect((await browser.open(`/${path}/${id}/edit`)).html).toContain('name="custom_fields.everywhere"');
      expect((await browser.open(`/${path}?view=all&columns=custom_everywhere`)).text).toContain(`Of ${entity_type}`);
    }
  });

  test("a form keeps what was typed and says at the field what is wrong", async () => {
    await field({ label: "Must be there", is_required: true, entity_type: "contacts" });
    const client = await makeClient(t, "Forms Ltd");
    const browser = await signedIn(t, await t.harbor.as("technician"));
    await browser.open("/contacts/new");
    const given = {
      first_name: "Ada",
      company_id: client.company_id,
      contact_type: "other",
      preferred_contact_method: "email",
    };
    const refused = await browser.submit("/contacts/new", given);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("Must be there is required.");
    const made = await browser.submit("/contacts/new", { ...given, "custom_fields.must_be_there": "It is" });
    expect(made.text).toContain("It is");
  });
});

describe("who may", () => {
  test("technicians fill fields in and do not make them; another organization has its own", async () => {
    const technician = await t.harbor.key("technician");
    expect(
      (await post("custom-fields", "custom_fields", { entity_type: "companies", label: "No" }, technician)).status,
    ).toBe(403);
    const mill = { key: await t.mill.key("administrator"), tenant: t.mill };
    const { id } = await field({ label: "Ours alone" });
    expect((await t.api("GET", `/api/v1/custom-fields/${id}`, mill)).status).toBe(404);
    const theirs = await t.api("POST", "/api/v1/companies", {
      ...mill,
      body: { data: { type: "companies", attributes: { name: "Theirs", custom_fields: { ours_alone: "x" } } } },
    });
    expect(theirs.status).toBe(422);
  });

  test("clients see and fill in only what is shown in the portal", async () => {
    await field({ entity_type: "tickets", label: "Room", is_portal_visible: true });
    await field({ entity_type: "tickets", label: "Margin" });
    const client = await makeClient(t, "Portal Ltd");
    const portal = await signedIn(t, client.portal);
    expect((await portal.open("/portal/tickets/new")).html).not.toContain("custom_fields.margin");
    const made = await portal.submit("/portal/tickets/new", { title: "Cold", "custom_fields.room": "4711" });
    expect(made.text).toContain("4711");
    await portal.open("/portal/tickets/new");
    const refused = await portal.submit("/portal/tickets/new", { title: "Cold", "custom_fields.margin": "1" });
    expect(refused.status).toBe(422);
  });
});
