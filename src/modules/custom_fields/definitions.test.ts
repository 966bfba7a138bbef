import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { KyselyPlugin } from "kysely";
import { type FieldWorld, fieldWorld } from "../../../tests/support/custom-fields.ts";
import { signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { names, pointers } from "../../../tests/support/record-api.ts";
import { find } from "../../platform/access/reach.ts";
import { reading } from "../../platform/context.ts";
import { usedChoices } from "./queries.ts";
import { readChoices } from "./rules.ts";

/** Which fields an organization has: how they are made, changed and put away. */

let t: TestProgram;
let w: FieldWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await fieldWorld(t);
});
afterAll(() => t.close());

describe("a custom field", () => {
  test("gets its key from its label, and keeps it when the label changes", async () => {
    const made = await w.field({ label: "Größe der Anlage" });
    expect(made.field_key).toBe("grosse_der_anlage");
    expect((await w.field({ label: "Door code", field_key: "" })).field_key).toBe("door_code");
    expect([(await w.field({ label: "設備" })).field_key, (await w.field({ label: "Телефон" })).field_key]).toEqual([
      "field",
      "field_2",
    ]);
    const changed = await w.patch(`custom-fields/${made.id}`, "custom_fields", { label: "Size" });
    expect(changed.body.data.attributes).toMatchObject({ label: "Size", field_key: "grosse_der_anlage" });
    expect((await w.patch(`custom-fields/${made.id}`, "custom_fields", { field_key: "size" })).status).toBe(422);
    const twice = await w.post("custom-fields", "custom_fields", {
      entity_type: "companies",
      field_type: "text",
      label: "Other",
      field_key: "grosse_der_anlage",
    });
    expect(pointers(twice)).toEqual(["/data/attributes/field_key"]);
    const odd = await w.post("custom-fields", "custom_fields", {
      entity_type: "sessions",
      field_type: "text",
      label: "X",
    });
    expect(pointers(odd)).toEqual(["/data/attributes/entity_type"]);
  });

  test("gives a new choice no key that records have for another one", async () => {
    const made = await w.field({ label: "Grade", field_type: "choice", choices: [{ label: "A+" }, { label: "B" }] });
    const id = await w.company("Graded", { grade: "A+" });
    const changed = await w.patch(`custom-fields/${made.id}`, "custom_fields", {
      choices: [{ label: "A-" }, { label: "B" }],
    });
    expect(changed.body.data.attributes.choices).toMatchObject([
      { label: "A-", key: "a_2" },
      { label: "B", key: "b" },
      { label: "A+", key: "a", is_archived: true },
    ]);
    const twice = await w.patch(`custom-fields/${made.id}`, "custom_fields", {
      choices: [
        { key: "b", label: "B" },
        { key: "b", label: "C" },
      ],
    });
    expect(pointers(twice)).toEqual(["/data/attributes/choices"]);
    expect((await w.get(`companies/${id}`)).body.data.attributes.custom_fields).toMatchObject({ grade: "a" });
  });

  test("with choices takes their keys or labels, and archives what is in use", async () => {
    const made = await w.field({
      label: "Plan",
      field_type: "choice",
      choices: [{ label: "Gold" }, { label: "Silver" }],
    });
    const many = await w.field({
      label: "Tools",
      field_type: "choices",
      choices: [{ label: "RMM" }, { label: "EDR" }],
    });
    const id = await w.company("Chooses", { plan: "Gold", tools: ["edr", "rmm"] });
    expect((await w.get(`companies/${id}`)).body.data.attributes.custom_fields).toEqual({
      plan: "gold",
      tools: ["rmm", "edr"],
    });
    expect(names(await w.get("companies?filter[custom_fields.tools]=edr"))).toEqual(["Chooses"]);
    const changed = await w.patch(`custom-fields/${made.id}`, "custom_fields", {
      choices: [{ key: "silver", label: "Argentum" }],
    });
    expect(changed.body.data.attributes.choices).toEqual([
      { key: "silver", label: "Argentum", color: "", is_archived: false },
      { key: "gold", label: "Gold", color: "", is_archived: true },
    ]);
    expect(
      (await w.patch(`companies/${id}`, "companies", { custom_fields: { plan: "gold", tools: ["rmm"] } })).status,
    ).toBe(200);
    expect((await w.post("companies", "companies", { name: "Late", custom_fields: { plan: "gold" } })).status).toBe(
      422,
    );
    expect(many.field_key).toBe("tools");
  });

  test("reads each choice in use once, however many records have it, and of another type nothing", async () => {
    const level = await w.field({
      label: "Care plan",
      field_type: "choice",
      choices: [{ label: "Basic" }, { label: "Full" }],
    });
    const many = await w.field({
      label: "Agents",
      field_type: "choices",
      choices: [{ label: "One" }, { label: "Two" }],
    });
    const text = await w.field({ label: "Remark", field_type: "text" });
    const given = { care_plan: "basic", agents: ["one", "two"], remark: "hello" };
    for (let at = 0; at < 5; at += 1) await w.company(`Chosen ${at}`, given);
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
    const { id, field_key } = await w.field({ label: "Settled" });
    expect((await w.patch(`custom-fields/${id}`, "custom_fields", { field_type: "date" })).status).toBe(200);
    const client = await w.company("Has it", { [field_key]: "2026-01-01" });
    const retyped = await w.patch(`custom-fields/${id}`, "custom_fields", { field_type: "text" });
    expect([retyped.status, retyped.body.errors[0].code]).toEqual([409, "has_values"]);
    expect((await w.remove(`custom-fields/${id}`)).status).toBe(409);
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    await browser.open(`/settings/custom-fields/${id}`);
    await browser.submit(`/settings/custom-fields/${id}/archive`, {});
    expect((await w.get(`companies/${client}`)).body.data.attributes.custom_fields).toEqual({
      [field_key]: "2026-01-01",
    });
    const late = await w.patch(`companies/${client}`, "companies", { custom_fields: { [field_key]: "2026-01-02" } });
    expect(late.body.errors[0].code).toBe("archived");
    for (const [verb, isArchived] of [
      ["restore", false],
      ["archive", true],
    ] as const) {
      const shown = (await w.post(`custom-fields/${id}/${verb}`, "custom_fields")).body.data.attributes;
      expect([verb, shown.archived_at !== null]).toEqual([verb, isArchived]);
    }
    await w.patch(`companies/${client}`, "companies", { custom_fields: { [field_key]: null } });
    expect((await w.remove(`custom-fields/${id}`)).status).toBe(204);
  });

  test("technicians fill fields in and do not make them; another organization has its own", async () => {
    const technician = await t.harbor.key("technician");
    expect(
      (await w.post("custom-fields", "custom_fields", { entity_type: "companies", label: "No" }, technician)).status,
    ).toBe(403);
    const mill = { key: await t.mill.key("administrator"), tenant: t.mill };
    const { id } = await w.field({ label: "Ours alone" });
    expect((await t.api("GET", `/api/v1/custom-fields/${id}`, mill)).status).toBe(404);
    const theirs = await t.api("POST", "/api/v1/companies", {
      ...mill,
      body: { data: { type: "companies", attributes: { name: "Theirs", custom_fields: { ours_alone: "x" } } } },
    });
    expect(theirs.status).toBe(422);
  });
});

test("choices are read line by line, with a colour behind, whatever stands between", () => {
  const blanks = " ".repeat(1_000_000);
  expect(readChoices(`Gold  #d4a017\n a${blanks}b \n#d4a017\nNo colour #d4a01`)).toEqual([
    { label: "Gold", color: "#d4a017" },
    { label: `a${blanks}b`, color: "" },
    { label: "#d4a017", color: "" },
    { label: "No colour #d4a01", color: "" },
  ]);
});
