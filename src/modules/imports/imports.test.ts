import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  await t.api("POST", "/api/v1/work-types", {
    key,
    body: { data: { type: "work_types", attributes: { name: "Remote support" } } },
  });
});
afterAll(() => t.close());

const file = (name: string): Uint8Array => readFileSync(`tests/fixtures/import/${name}`);

async function send(bytes: Uint8Array | string, query = ""): ReturnType<TestProgram["api"]> {
  const response = await t.fetch(`/api/v1/contacts/import/csv${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function count(table: "companies" | "contacts" | "sites" | "rate_cards"): Promise<number> {
  const row = await t.app.database.read(t.harbor.id, (db) =>
    db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as("rows"))
      .executeTakeFirstOrThrow(),
  );
  return Number(row.rows);
}

async function everything(): Promise<unknown[]> {
  return t.app.database.read(t.harbor.id, async (db) => [
    await db.selectFrom("companies").selectAll().orderBy("id").execute(),
    await db.selectFrom("contacts").selectAll().orderBy("id").execute(),
    await db.selectFrom("sites").selectAll().orderBy("id").execute(),
  ]);
}

const summaryOf = (answer: Awaited<ReturnType<typeof send>>): Record<string, unknown> =>
  answer.body.data.attributes.summary;
const linesOf = (answer: Awaited<ReturnType<typeof send>>): number[] =>
  (summaryOf(answer)["problems"] as { line: number; severity: string }[])
    .filter((one) => one.severity === "error")
    .map((one) => one.line);

describe("the three files that come in", () => {
  let clients: Awaited<ReturnType<typeof send>>;

  test("ITFlow clients make companies with their site, primary contact, currency, terms and rate", async () => {
    clients = await send(file("itflow-clients.csv"));
    expect(clients.status).toBe(201);
    expect(clients.body.data.attributes).toMatchObject({
      import_target: "companies",
      import_source: "itflow",
      import_status: "applied",
    });
    expect(await count("companies")).toBe(60);
    const answer = await t.api("GET", "/api/v1/companies?filter[q]=Foundry Law", { key });
    expect(answer.body.data[0].attributes).toMatchObject({
      name: "Foundry Law Group",
      currency: "USD",
      payment_terms: "due_on_receipt",
      address: { city: "Leeds", postal_code: "LS1 4AP" },
    });
    const contacts = await t.api("GET", `/api/v1/companies/${answer.body.data[0].id}/contacts`, { key });
    expect(contacts.body.data[0].attributes).toMatchObject({
      first_name: "Xavier",
      last_name: "Zhang",
      contact_type: "primary",
    });
    const sites = await t.api("GET", `/api/v1/companies/${answer.body.data[0].id}/sites`, { key });
    expect(sites.body.data[0].attributes).toMatchObject({ name: "Main office", is_primary: true });
    const card = await t.api("GET", `/api/v1/rate-cards/${answer.body.data[0].attributes.rate_card_id}`, { key });
    expect(card.body.data.attributes.currency).toBe("USD");
  });

  test("each bad row is listed with its line, column and reason, and does not come in", () => {
    const problems = summaryOf(clients)["problems"] as {
      line: number;
      column: string | null;
      code: string;
      severity: string;
    }[];
    const errors = problems.filter((one) => one.severity === "error");
    expect(errors.map(({ line, code }) => [line, code])).toEqual([
      [expect.any(Number), "duplicate_in_file"],
      [expect.any(Number), "duplicate_in_file"],
      [expect.any(Number), "missing_name"],
      [expect.any(Number), expect.any(String)],
      [expect.any(Number), expect.any(String)],
    ]);
    expect(errors.every((one) => one.column !== null)).toBe(true);
    expect(linesOf(clients)).toEqual([64, 65, 66, 67, 67]);
  });

  test("Syncro customers are recognized as the same companies, and one new thing is filled in", async () => {
    const answer = await send(file("syncro-customers.csv"));
    expect(answer.body.data.attributes.import_source).toBe("syncro");
    expect(await count("companies")).toBe(60);
    expect((summaryOf(answer)["created"] as Record<string, number>)["companies"]).toBeUndefined();
  });

  test("ITFlow contacts find their companies; the nameless one and the one of an unknown client stay out", async () => {
    const before = await count("contacts");
    const answer = await send(file("itflow-contacts.csv"));
    const problems = (summaryOf(answer)["problems"] as { line: number; code: string; severity: string }[]).filter(
      (one) => one.severity === "error",
    );
    expect(problems.map((one) => one.line)).toContain(493);
    expect(problems.map((one) => one.line)).toContain(494);
    const created = (summaryOf(answer)["created"] as Record<string, number>)["contacts"] ?? 0;
    expect(await count("contacts")).toBe(before + created);
    expect(created).toBeGreaterThan(400);
  });

  test("importing each of them again changes nothing", async () => {
    const before = await everything();
    for (const name of ["itflow-clients.csv", "syncro-customers.csv", "itflow-contacts.csv"]) {
      const again = await send(file(name));
      expect(summaryOf(again)).toMatchObject({ created: {}, updated: {} });
    }
    expect(await everything()).toEqual(before);
  });
});

describe("what is no list", () => {
  test("gets one clear sentence and changes nothing", async () => {
    const before = await everything();
    for (const [name, word] of [
      ["empty.csv", "empty"],
      ["not-a-csv.csv", ""],
      ["itflow-assets.csv", "assets"],
    ] as const) {
      const answer = await send(file(name));
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toHaveLength(1);
      expect(answer.body.errors[0].detail).toContain(word);
      expect(answer.body.errors[0].source.pointer).toBe("/data/attributes/file");
    }
    expect(await everything()).toEqual(before);
  });
});

describe("modes", () => {
  const csv = (name: string, industry: string, phone: string): string =>
    `Company,Industry,Phone\r\n${name},${industry},${phone}\r\n`;
  const read = async (name: string): Promise<Record<string, unknown>> =>
    (await t.api("GET", `/api/v1/companies?filter[name]=${encodeURIComponent(name)}`, { key })).body.data[0].attributes;

  test("fill blanks keeps what is there, overwrite replaces it, create only leaves it, and a blank erases nothing", async () => {
    await send(csv("Modus Ltd", "Bakery", ""));
    await send(csv("MODUS  ltd", "Brewery", "+1 512 555 0100"));
    expect(await read("Modus Ltd")).toMatchObject({ industry: "Bakery", phone: "+1 512 555 0100" });
    await send(csv("Modus Ltd", "Brewery", ""), "?mode=overwrite");
    expect(await read("Modus Ltd")).toMatchObject({ industry: "Brewery", phone: "+1 512 555 0100" });
    await send(csv("Modus Ltd", "School", "1"), "?mode=create_only");
    expect(await read("Modus Ltd")).toMatchObject({ industry: "Brewery" });
  });

  test("a dry run writes no record", async () => {
    const before = await everything();
    const answer = await send(csv("Dry Ltd", "Farm", ""), "?dry_run=true");
    expect(answer.body.data.attributes.import_status).toBe("uploaded");
    expect(await everything()).toEqual(before);
  });
});

describe("undo", () => {
  const undo = (id: string): ReturnType<TestProgram["api"]> =>
    t.api("POST", `/api/v1/import-batches/${id}/undo`, { key });

  test("takes back what the import made, and puts back what it changed", async () => {
    await send("Company,Industry\r\nKept Ltd,\r\n");
    const before = await everything();
    const batch = await send(
      "Company,Industry,City,Primary Contact Name,Contact Email,Primary Location Name\r\nKept Ltd,Farm,,,,\r\nFresh Ltd,Farm,Leeds,Ana Smith,ana@fresh.example,Depot\r\n",
    );
    const answer = await undo(batch.body.data.id);
    expect(summaryOf(answer)).toMatchObject({ left: [] });
    const after = (await everything()) as Record<string, unknown>[][];
    const plain = (tables: unknown[]): unknown =>
      (tables as Record<string, unknown>[][]).map((rows) =>
        rows.map(({ version: _v, updated_at: _u, ...rest }) => rest),
      );
    expect(plain(after)).toEqual(plain(before));
  });

  test("leaves records alone that were touched since, and says so", async () => {
    const batch = await send("Company,Industry\r\nTouched Ltd,Farm\r\nUsed Ltd,Farm\r\nGone Ltd,Farm\r\n");
    const find = async (name: string): Promise<string> =>
      (await t.api("GET", `/api/v1/companies?filter[name]=${name}`, { key })).body.data[0].id;
    const touched = await find("Touched Ltd");
    await t.api("PATCH", `/api/v1/companies/${touched}`, {
      key,
      body: { data: { type: "companies", attributes: { phone: "1" } } },
    });
    await t.api("POST", "/api/v1/contacts", {
      key,
      body: { data: { type: "contacts", attributes: { first_name: "Bo", company_id: await find("Used Ltd") } } },
    });
    const answer = await undo(batch.body.data.id);
    const left = summaryOf(answer)["left"] as { line: number; reason: string }[];
    expect(left.map(({ line }) => line).toSorted()).toEqual([2, 3]);
    expect(left.every(({ reason }) => reason.length > 10)).toBe(true);
    expect((await t.api("GET", "/api/v1/companies?filter[name]=Gone Ltd", { key })).body.data).toEqual([]);
    expect((await t.api("GET", `/api/v1/companies/${touched}`, { key })).status).toBe(200);
  });

  test("names the first of very many that it leaves alone, and counts the others", async () => {
    const names = Array.from({ length: 520 }, (_, number) => `Many ${number} Ltd`);
    const batch = await send(`Company\r\n${names.join("\r\n")}\r\n`);
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("companies").set({ version: 2 }).where("name", "like", "Many % Ltd").execute(),
    );
    const { left, left_count } = summaryOf(await undo(batch.body.data.id)) as { left: unknown[]; left_count: number };
    expect([left.length, left_count]).toEqual([500, 520]);
    const page = await (
      await browserOf(t, await makeStaff(t.harbor, "administrator"))
    ).open(`/imports/${batch.body.data.id}`);
    expect(page.text).toContain("Left as they are (the first 200)");
  });

  test("works once", async () => {
    const batch = await send("Company\r\nOnce Ltd\r\n");
    expect((await undo(batch.body.data.id)).status).toBe(200);
    expect((await undo(batch.body.data.id)).status).toBe(409);
  });
});

describe("who may", () => {
  test("somebody without the permission, and another organization, may not", async () => {
    const finance = await t.harbor.key("finance");
    const answer = await t.api("GET", "/api/v1/import-batches", { key: finance });
    expect(answer.status).toBe(403);
    const mine = await send("Company\r\nMine Ltd\r\n");
    const mill = await t.mill.key("administrator");
    expect(
      (await t.api("GET", `/api/v1/import-batches/${mine.body.data.id}`, { key: mill, tenant: t.mill })).status,
    ).toBe(404);
    expect(
      (await t.api("POST", `/api/v1/import-batches/${mine.body.data.id}/undo`, { key: mill, tenant: t.mill })).status,
    ).toBe(404);
  });

  const to = (provider: string, body: Uint8Array | string): Promise<Response> =>
    t.fetch(`/api/v1/contacts/import/${provider}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
      body: new Blob([body as Uint8Array<ArrayBuffer>]),
    });

  test("a file of another product than the address names is refused, and an unknown product is told the known ones", async () => {
    const customers = file("syncro-customers.csv");
    expect((await to("syncro", customers)).status).toBe(201);
    expect((await to("itflow", customers)).status).toBe(422);
    const unknown = await to("lotus", customers);
    expect(unknown.status).toBe(404);
    expect(await unknown.text()).toContain("csv, itflow, syncro, connectwise, autotask, halopsa");
  });

  test("a client and a person of it come out of one row of Autotask; columns that anybody could have are taken as said", async () => {
    const both =
      "Organization: Name [required],Organization: City,Contact: First Name [required],Contact: Last Name,Contact: Email Address";
    expect((await to("autotask", `${both}\r\nQuarry Stone,Bath,Ines,Holt,ines@quarry.example\r\n`)).status).toBe(201);
    const contacts = await t.api("GET", "/api/v1/contacts?filter[email]=ines@quarry.example&include=company", { key });
    expect(contacts.body.included[0].attributes.name).toBe("Quarry Stone");
    const few = await to("connectwise", "name,city\r\nPlain Widgets,York\r\n");
    expect(await few.text()).toContain('"import_source":"connectwise"');
  });

  test("a formula in a cell stays a text", async () => {
    const answer = await t.api("GET", "/api/v1/companies?filter[name]=Summit Brewing Co.", { key });
    expect(answer.body.data[0].attributes.industry).toBe('=HYPERLINK("http://evil.example","x")');
  });
});

describe("fields of one's own in a file", () => {
  test("are matched by label or key, read by their type, and taken back with the rest", async () => {
    for (const attributes of [
      { label: "Support plan", field_type: "choice", choices: [{ label: "Gold" }, { label: "Silver" }] },
      { label: "Seats", field_type: "integer" },
    ]) {
      const made = await t.api("POST", "/api/v1/custom-fields", {
        key,
        body: { data: { type: "custom_fields", attributes: { entity_type: "companies", ...attributes } } },
      });
      expect(made.status).toBe(201);
    }
    const first = await send('Name,Support plan,seats,Tags\nFielded Ltd,gold,12,"vip, print"', "?target=companies");
    expect(first.status).toBe(201);
    const of = async (): Promise<{ custom_fields: unknown; tags: unknown }> =>
      (await t.api("GET", "/api/v1/companies?filter[name]=Fielded Ltd", { key })).body.data[0].attributes;
    expect(await of()).toMatchObject({ custom_fields: { support_plan: "gold", seats: 12 }, tags: ["print", "vip"] });
    const again = await send("Name,Support plan,Seats\nFielded Ltd,Silver,12", "?target=companies&mode=overwrite");
    expect((await of()).custom_fields).toEqual({ support_plan: "silver", seats: 12 });
    await t.api("POST", `/api/v1/import-batches/${again.body.data.id}/undo`, { key });
    expect((await of()).custom_fields).toEqual({ support_plan: "gold", seats: 12 });
    const wrong = await send("Name,Support plan\nWrong Ltd,Bronze", "?target=companies");
    expect((await t.api("GET", "/api/v1/companies?filter[name]=Wrong Ltd", { key })).body.data).toEqual([]);
    expect(wrong.status).toBe(201);
  });
});
