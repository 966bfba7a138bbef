import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserHeaders } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
let key: string;
let company: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  const make = async (type: string, attributes: object): Promise<string> =>
    (await t.api("POST", `/api/v1/${type}`, { key, body: { data: { type, attributes } } })).body.data.id;
  company = await make("companies", {
    name: "Fir, Oak & Co",
    notes: '=HYPERLINK("x")\nsecond "line"',
    address: { line1: "Main St 1", city: "Łódź" },
    tags: ["vip", "east"],
  });
  await make("contacts", { first_name: "Ana", last_name: "Smith", email: "ana@fir.example", company_id: company });
  await make("companies", { name: "Elm Ltd", parent_company_id: company });
});
afterAll(() => t.close());

const csv = async (path: string, who = key, tenant = t.harbor): Promise<{ status: number; text: string }> => {
  const headers = { authorization: `Bearer ${who}`, accept: "text/csv" };
  const answer = await t.fetch(path, { headers }, tenant);
  return { status: answer.status, text: await answer.text() };
};

describe("a list as CSV", () => {
  test("has the records in words, with formulas guarded and names in place of ids", async () => {
    const { status, text } = await csv(
      "/api/v1/companies?fields[companies]=external_id,name,parent_company,city,tags,notes",
    );
    expect(status).toBe(200);
    expect(text).toBe(
      `external_id,name,parent_company,city,tags,notes\r\n${company},"Fir, Oak & Co",,Łódź,"east, vip","'=HYPERLINK(""x"")\nsecond ""line"""\r\n` +
        `${text.split("\r\n").at(-2)?.split(",")[0]},Elm Ltd,"Fir, Oak & Co",,,\r\n`,
    );
  });

  test("is answered to whoever would rather have it than a document", async () => {
    const typeFor = async (accept: string): Promise<string> =>
      (await t.fetch("/api/v1/sites", { headers: { authorization: `Bearer ${key}`, accept } })).headers
        .get("content-type")
        ?.split(";")[0] ?? "";
    const document = "application/vnd.api+json";
    for (const [accept, type] of [
      ["text/csv", "text/csv"],
      [`text/csv, ${document}`, "text/csv"],
      [`${document};q=0.5, text/csv`, "text/csv"],
      [`${document}, text/csv`, document],
      [`text/csv;q=0.1, ${document}`, document],
      [`text/csv;q=0, */*`, document],
    ] as const)
      expect([accept, await typeFor(accept)]).toEqual([accept, type]);
  });

  test("keeps the list's filters, and what cannot be asked is a 400", async () => {
    expect((await csv("/api/v1/companies?filter[name]=Elm Ltd")).text.split("\r\n")).toHaveLength(3);
    for (const query of [
      "filter[nothing]=x",
      "sort=nothing",
      "include=nothing",
      "page[number]=2",
      "fields[sites]=name",
    ])
      expect([query, (await csv(`/api/v1/companies?${query}`)).status]).toEqual([query, 400]);
    for (const query of ["sort=-name", "include=parent_company", "page[size]=1"])
      expect((await csv(`/api/v1/companies?filter[name]=Elm Ltd&${query}`)).text.split("\r\n")).toHaveLength(3);
  });

  test("names people by their e-mail address", async () => {
    const { text } = await csv("/api/v1/contacts?fields[contacts]=email,company");
    expect(text).toContain('ana@fir.example,"Fir, Oak & Co"');
  });

  test("shows no prices to whoever may not see them, and nothing of another organization", async () => {
    const technician = await t.harbor.key("technician");
    expect((await csv("/api/v1/work-types", technician)).text).not.toContain("default_rate");
    expect((await csv("/api/v1/work-types")).text).toContain("default_rate");
    const mill = await t.mill.key("administrator");
    expect((await csv("/api/v1/companies", mill, t.mill)).text.split("\r\n")).toHaveLength(2);
  });

  test("is an entry of the audit log, with what narrowed it and how many records went out", async () => {
    const entry = (table: string) =>
      t.app.database.read(t.harbor.id, (db) =>
        db
          .selectFrom("audit_log")
          .select("new_values")
          .where("action", "=", "export")
          .where("entity_type", "=", table)
          .orderBy("id", "desc")
          .executeTakeFirst(),
      );
    await csv("/api/v1/sites");
    expect(await entry("sites")).toEqual({ new_values: { row_count: 0 } });
    const { text } = await csv("/api/v1/companies?filter[name][like]=Fir");
    expect(text.trimEnd().split("\r\n")).toHaveLength(2);
    expect(await entry("companies")).toEqual({ new_values: { "filter[name][like]": "Fir", row_count: 1 } });
    const headers = await browserHeaders(t, await t.harbor.as("administrator"));
    const back = encodeURIComponent("/companies?q=Fir&columns=tags,name,created_at");
    await (await t.fetch(`/lists/export?list=/companies&columns=shown&back=${back}`, { headers })).text();
    expect(await entry("companies")).toMatchObject({ new_values: { q: "Fir", row_count: 1 } });
  });

  test("comes from the page of the list as well, narrowed like it", async () => {
    const headers = await browserHeaders(t, await t.harbor.as("administrator"));
    const page = await (await t.fetch("/companies?q=Elm", { headers })).text();
    const link = /href="(\/lists\/export[^"]*columns&#x3D;all)"/.exec(page)?.[1] ?? "";
    const file = await t.fetch(link.replaceAll("&amp;", "&").replaceAll("&#x3D;", "="), { headers });
    expect(file.status).toBe(200);
    expect((await file.text()).split("\r\n").filter((line) => line !== "")).toEqual([
      expect.stringContaining("external_id,created_at,name"),
      expect.stringContaining("Elm Ltd"),
    ]);
  });

  test("has on request just the columns that are shown, in their order and under their names", async () => {
    const headers = await browserHeaders(t, await t.harbor.as("administrator"));
    const back = encodeURIComponent("/companies?q=Fir&columns=tags,name,created_at");
    const file = await t.fetch(`/lists/export?list=/companies&columns=shown&back=${back}`, { headers });
    expect(await file.text()).toBe(
      `\uFEFFTags,Name,Added\r\n"east, vip","Fir, Oak & Co",${t.clock.now()}\r\n`.replace("\uFEFF", ""),
    );
  });
});
