import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type FieldWorld, fieldWorld } from "../../../tests/support/custom-fields.ts";
import { signedIn } from "../../../tests/support/desk.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type Attributes, names, pointers } from "../../../tests/support/record-api.ts";
import { perform } from "../../platform/action.ts";
import { inLanguage } from "../../platform/language/index.ts";
import { updateCompany } from "../companies/index.ts";

/** What stands in the fields of a record: how it is written, asked for and told. */

let t: TestProgram;
let w: FieldWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await fieldWorld(t);
});
afterAll(() => t.close());

describe("the value of a custom field", () => {
  test("takes what its type takes, in one stored form", async () => {
    const boss = (await w.get("users")).body.data[0].id as string;
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
      const { field_key } = await w.field({ label: `Of type ${field_type}`, field_type });
      const id = await w.company(`Takes ${field_type}`, { [field_key]: given });
      expect((await w.get(`companies/${id}`)).body.data.attributes.custom_fields[field_key]).toEqual(stored as string);
      const refused = await w.patch(`companies/${id}`, "companies", { custom_fields: { [field_key]: wrong } });
      expect([field_type, refused.status, pointers(refused)]).toEqual([
        field_type,
        422,
        [`/data/attributes/custom_fields/${field_key}`],
      ]);
      const found = await w.get(`companies?filter[custom_fields.${field_key}]=${encodeURIComponent(String(stored))}`);
      expect([field_type, names(found)]).toEqual([field_type, [`Takes ${field_type}`]]);
      const blank = await w.get(`companies?filter[name][like]=Takes&filter[custom_fields.${field_key}][null]=true`);
      expect(names(blank)).not.toContain(`Takes ${field_type}`);
    }
  });

  test("is laid over what is there, and null takes it away", async () => {
    const [one, two] = [await w.field({ label: "Over one" }), await w.field({ label: "Over two" })];
    const id = await w.company("Laid over", { over_one: "1", over_two: "2" });
    const changed = await w.patch(`companies/${id}`, "companies", { custom_fields: { [two.field_key]: null } });
    expect(changed.body.data.attributes.custom_fields).toEqual({ [one.field_key]: "1" });
  });

  test("that is not there is refused by its name", async () => {
    const answer = await w.post("companies", "companies", { name: "Odd", custom_fields: { shoe_size: 42 } });
    expect(pointers(answer)).toEqual(["/data/attributes/custom_fields/shoe_size"]);
    expect(answer.body.errors[0].code).toBe("unknown_field");
  });

  test("is ordered by in its own order: numbers as numbers, nothing first", async () => {
    await w.field({ label: "Seats count", field_type: "number" });
    for (const [name, seats_count] of [
      ["Sort ten", "10"],
      ["Sort nine", "9.5"],
      ["Sort none", null],
      ["Sort big", "1000"],
    ])
      await w.company(String(name), { seats_count });
    const seen: string[] = [];
    let path: string | null = "companies?filter[name][like]=Sort&sort=custom_fields.seats_count&page[size]=2";
    while (path !== null) {
      const answer: ApiAnswer = await w.get(path);
      expect(answer.status).toBe(200);
      seen.push(...names(answer));
      path = answer.body.links.next?.replace("/api/v1/", "") ?? null;
    }
    expect(seen).toEqual(["Sort none", "Sort nine", "Sort ten", "Sort big"]);
    expect(names(await w.get("companies?filter[custom_fields.seats_count][gte]=10&sort=name"))).toEqual([
      "Sort big",
      "Sort ten",
    ]);
    for (const query of [
      "filter[custom_fields.nothing]=1",
      "filter[custom_fields.seats_count]=many",
      "filter[custom_fields.seats_count][near]=1",
      "sort=custom_fields.nothing",
    ])
      expect([query, (await w.get(`companies?${query}`)).status]).toEqual([query, 400]);
  });

  test("is found by its words, and its changes are told by its label", async () => {
    const { field_key } = await w.field({ label: "Alarm code word" });
    const id = await w.company("Searched for", { [field_key]: "Papagei" });
    expect(names(await w.get("companies?filter[q]=papagei"))).toEqual(["Searched for"]);
    await w.patch(`companies/${id}`, "companies", { custom_fields: { [field_key]: "Kakadu" } });
    expect(names(await w.get("companies?filter[q]=papagei"))).toEqual([]);
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

  test("says in German too which of them is wrong, and what", async () => {
    const { field_key } = await w.field({ label: "Alter der Anlage", field_type: "integer" });
    const id = await w.company("Mit Anlage");
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
});
