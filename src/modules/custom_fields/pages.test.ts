import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type FieldWorld, fieldWorld } from "../../../tests/support/custom-fields.ts";
import { makeClient, signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { pointers } from "../../../tests/support/record-api.ts";

/** Custom fields on the forms, pages and lists of the records that have them. */

let t: TestProgram;
let w: FieldWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await fieldWorld(t);
});
afterAll(() => t.close());

describe("a custom field", () => {
  test("fills its default in on the form of a new record, not on that of one that is there without it", async () => {
    const id = await w.company("There before the field");
    const { id: fieldId, field_key } = await w.field({ label: "Contract colour", default_value: "blue" });
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    const input = new RegExp(`name="custom_fields.${field_key}"[^>]* value="blue"`);
    expect((await browser.open("/companies/new")).html).toMatch(input);
    const edit = `/companies/${id}/edit`;
    expect((await browser.open(edit)).html).not.toMatch(input);
    await browser.submit(edit, { industry: "Joinery" });
    expect((await w.get(`companies/${id}`)).body.data.attributes).toMatchObject({
      industry: "Joinery",
      custom_fields: {},
    });
    expect((await w.remove(`custom-fields/${fieldId}`)).status).toBe(204);
  });

  test("that is wrong is said together with all else that is wrong, over the API and on the page", async () => {
    const { id: fieldId, field_key } = await w.field({ label: "Floor", field_type: "integer", is_required: true });
    const at = `/data/attributes/custom_fields/${field_key}`;
    const wrong = { [field_key]: "high" };
    // By its form, by what it refers to, and by a rule of its own.
    const byForm = await w.post("companies", "companies", { name: " ", custom_fields: wrong });
    expect([byForm.status, pointers(byForm).toSorted()]).toEqual([422, [at, "/data/attributes/name"]]);
    const parent_company_id = Bun.randomUUIDv7();
    const missing = await w.post("companies", "companies", { name: "Tower", parent_company_id });
    expect(pointers(missing).toSorted()).toEqual([at, "/data/attributes/parent_company_id"]);
    const id = await w.company("Tower", { [field_key]: 3 });
    const itself = await w.patch(`companies/${id}`, "companies", { parent_company_id: id, custom_fields: wrong });
    expect(pointers(itself).toSorted()).toEqual([at, "/data/attributes/parent_company_id"]);
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    await browser.open(`/companies/${id}/edit`);
    const page = await browser.submit(`/companies/${id}/edit`, { name: "", [`custom_fields.${field_key}`]: "high" });
    expect(page.text).toContain("Name is required.");
    expect(page.text).toContain("Floor must be a whole number.");
    expect((await w.post(`custom-fields/${fieldId}/archive`, "custom_fields")).status).toBe(200);
  });

  test("is called as somebody has named it in every language, though the words are Purser's own too", async () => {
    const { id: fieldId, field_key } = await w.field({ label: "Company", section: "Billing", field_type: "boolean" });
    await w.company("Own words", { [field_key]: true });
    const other = await w.company("Own words as well", { [field_key]: false });
    const browser = await signedIn(t, await t.harbor.as("manager"));
    await browser.open("/account/appearance");
    await browser.submit("/account/appearance", { language: "de" });
    const key = `custom_${field_key}`;
    const list = (await browser.open(`/companies?columns=name,${key}&${key}=true`)).html;
    const heads = list.slice(list.indexOf("<thead"), list.indexOf("</thead"));
    expect([heads.includes("Company"), heads.includes("Firma")]).toEqual([true, false]);
    expect(list).toMatch(/<option value=""[^>]*>Company</);
    const chooser = (await browser.open("/lists/columns?list=/companies")).text;
    expect(chooser).toContain("Company");
    const file = await browser.open(
      `/lists/export?list=/companies&columns=shown&back=${encodeURIComponent(`/companies?columns=name,${key}`)}`,
    );
    expect(file.html.split("\r\n")[0]).toContain("Company");
    const form = (await browser.open(`/companies/${other}/edit`)).html;
    expect(form).toMatch(/>Billing<\/(h2|legend)>/);
    const page = await browser.open(`/companies/${other}`);
    expect(page.text).toContain("Company");
    expect((await w.post(`custom-fields/${fieldId}/archive`, "custom_fields")).status).toBe(200);
  });

  test("keeps the contact that it names through a save of another field, archived or not", async () => {
    const { company_id, contact_id } = await makeClient(t, "Keyholder Ltd");
    const { id: fieldId, field_key } = await w.field({ label: "Key holder", field_type: "contact" });
    const kept = { custom_fields: { [field_key]: contact_id } };
    expect((await w.patch(`companies/${company_id}`, "companies", kept)).status).toBe(200);
    expect((await w.post(`contacts/${contact_id}/archive`, "contacts")).status).toBe(200);
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    await browser.open(`/companies/${company_id}/edit`);
    await browser.submit(`/companies/${company_id}/edit`, { industry: "Locks" });
    expect((await w.get(`companies/${company_id}`)).body.data.attributes).toMatchObject({ industry: "Locks", ...kept });
    expect((await w.post(`custom-fields/${fieldId}/archive`, "custom_fields")).status).toBe(200);
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
        (await w.post("tickets", "tickets", { title: "With a field", company_id: client.company_id })).body.data.id,
      ],
      [
        "contracts",
        "contracts",
        (
          await w.post("contracts", "contracts", {
            company_id: client.company_id,
            name: "With a field",
            contract_type: "managed_services",
            start_date: "2026-01-01",
            billing_cycle: "monthly",
          })
        ).body.data.id,
      ],
    ] as const) {
      await w.field({ entity_type, label: "Everywhere", section: "Of our own" });
      const changed = await w.patch(`${path}/${id}`, entity_type, {
        custom_fields: { everywhere: `Of ${entity_type}` },
      });
      expect(changed.body.data.attributes.custom_fields).toEqual({ everywhere: `Of ${entity_type}` });
      expect((await w.get(`${path}?filter[custom_fields.everywhere][like]=of `)).body.data).toHaveLength(1);
      const browser = await signedIn(t, await t.harbor.as("administrator"));
      expect((await browser.open(`/${path}/${id}`)).text).toContain(`Of ${entity_type}`);
      expect((await browser.open(`/${path}/${id}/edit`)).html).toContain('name="custom_fields.everywhere"');
      expect((await browser.open(`/${path}?view=all&columns=custom_everywhere`)).text).toContain(`Of ${entity_type}`);
    }
  });

  test("a form keeps what was typed and says at the field what is wrong", async () => {
    await w.field({ label: "Must be there", is_required: true, entity_type: "contacts" });
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

describe("in the portal", () => {
  test("clients see and fill in only what is shown in the portal", async () => {
    await w.field({ entity_type: "tickets", label: "Room", is_portal_visible: true });
    await w.field({ entity_type: "tickets", label: "Margin" });
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
