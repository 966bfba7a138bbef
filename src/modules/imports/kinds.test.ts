import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { makeEverything } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { applyImport } from "./actions.ts";
import { advance, advanceAll, batchOf } from "./run.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  await makeEverything(t);
  key = await t.harbor.key("administrator");
  const company = { data: { type: "companies", attributes: { name: "Ledger Ltd" } } };
  await t.api("POST", "/api/v1/companies", { key, body: company });
});
afterAll(() => t.close());

type Answer = Awaited<ReturnType<TestProgram["api"]>>;

async function send(target: string, text: string | Uint8Array, query = "", who = key): Promise<Answer> {
  const answer = await t.fetch(`/api/v1/import-batches?target=${target}${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${who}`, "content-type": "text/csv" },
    body: new Blob([text as string]),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

const summaryOf = (answer: Answer): Record<string, unknown> => answer.body.data.attributes.summary;
const codesOf = (answer: Answer): unknown[] =>
  (summaryOf(answer)["problems"] as { code: string }[]).map(({ code }) => code);
const ticketsCalled = async (title: string): Promise<Record<string, unknown>[]> =>
  (await t.api("GET", `/api/v1/tickets?filter[title]=${title}`, { key })).body.data.map(
    (one: { attributes: Record<string, unknown> }) => one.attributes,
  );

describe("tickets from another system", () => {
  test("keep their number, dates and state, are numbered on behind them, and nobody is told", async () => {
    const answer = await send(
      "tickets",
      "Ticket Number,Subject,Client,Status,Date Opened,Date Closed\r\n88001,Old printer,Ledger Ltd,Closed,2024-03-01 10:00:00,2024-03-02 11:00:00\r\n",
    );
    expect(summaryOf(answer)).toMatchObject({ created: { tickets: 1 }, bad: 0 });
    const [ticket] = await ticketsCalled("Old printer");
    expect(ticket).toMatchObject({
      ticket_number: "88001",
      created_at: "2024-03-01T10:00:00.000Z",
      closed_at: "2024-03-02T11:00:00.000Z",
    });
    await send(
      "tickets",
      "Number,Subject,Client,Source,Opened\r\n2001,Old mail,Ledger Ltd,email,2024-03-01 10:00:00\r\n",
    );
    const [mailed] = await ticketsCalled("Old mail");
    expect(mailed?.["last_client_reply_at"]).toBe("2024-03-01T10:00:00.000Z");
    const told = await t.app.database.read(t.harbor.id, (db) =>
      db
        .selectFrom("events")
        .leftJoin("event_deliveries", "event_deliveries.event_id", "events.id")
        .select(["events.event_name", "event_deliveries.id as delivery"])
        .where("events.import_batch_id", "is not", null)
        .execute(),
    );
    expect(told.map(({ event_name }) => event_name)).toContain("tickets.opened");
    expect(told.filter(({ delivery }) => delivery !== null)).toEqual([]);
    const next = await t.api("POST", "/api/v1/tickets", {
      key,
      body: { data: { type: "tickets", attributes: { title: "New one", company_id: ticket?.["company_id"] } } },
    });
    expect(next.body.data.attributes.ticket_number).toBe("88002");
  });

  test("are refused where their company is not there; what is optional and not there is a notice", async () => {
    const answer = await send(
      "tickets",
      "Subject,Client,Contact\r\nNo client,Nobody Ltd,\r\nNo contact,Ledger Ltd,x@y.example\r\n",
    );
    expect(codesOf(answer)).toEqual(["not_found", "not_found"]);
    expect(await ticketsCalled("No client")).toEqual([]);
    expect(await ticketsCalled("No contact")).toHaveLength(1);
  });

  test("have words of another system matched with ours, and the next file of its kind remembers", async () => {
    const text = "Subject,Client,Board\r\nMatched,Ledger Ltd,Tier 9\r\n";
    const taken = await send("tickets", text, "&dry_run=true");
    const { id, attributes } = taken.body.data;
    const queue = (await t.api("GET", "/api/v1/ticket-queues?page[size]=1", { key })).body.data[0];
    const mapping = { ...attributes.mapping, "value:queue:Tier 9": queue.attributes.name };
    const body = { data: { type: "import_batches", id, attributes: { mapping, mode: "fill_blanks" } } };
    expect((await t.api("PATCH", `/api/v1/import-batches/${id}`, { key, body })).status).toBe(200);
    await t.api("POST", `/api/v1/import-batches/${id}/apply`, { key });
    expect(await ticketsCalled("Matched")).toMatchObject([{ queue_id: queue.id }]);
    const again = await send("tickets", text.replace("Matched", "Remembered"));
    expect(codesOf(again)).toEqual([]);
    expect(await ticketsCalled("Remembered")).toMatchObject([{ queue_id: queue.id }]);
  });
});

describe("a long file", () => {
  test("goes on where it stood, brings no row in twice, and goes back as a whole", async () => {
    const rows = Array.from({ length: 250 }, (_, at) => `Series ${at},Ledger Ltd`);
    const taken = await send("sites", `Name,Company\r\n${rows.join("\r\n")}\r\n`, "&dry_run=true");
    const id: string = taken.body.data.id;
    const ctx = await t.harbor.as("administrator");
    await perform(ctx, applyImport, { id });
    // The program stops after the first unit.
    await advance(ctx, id, () => true);
    expect(await reading(ctx, (reader) => batchOf(reader, id))).toMatchObject({
      import_status: "applying",
      done_rows: 100,
    });
    expect((await send("sites", "Name,Company\r\nOther,Ledger Ltd\r\n")).status).toBe(409);
    await advanceAll(t.app, () => false);
    const batch = await reading(ctx, (reader) => batchOf(reader, id));
    expect(batch).toMatchObject({ import_status: "applied", summary: { created: { sites: 250 }, bad: 0 } });
    const undone = await t.api("POST", `/api/v1/import-batches/${id}/undo`, { key });
    expect(summaryOf(undone)).toMatchObject({ undone: 250, left: [] });
  });
});

describe("who may", () => {
  test("nobody brings in what he may not add by hand", async () => {
    const manager = await t.harbor.key("administrator", ["imports.run", "tickets.read"]);
    expect((await send("tickets", "Subject,Client\r\nNot mine,Ledger Ltd\r\n", "", manager)).status).toBe(403);
    expect(await ticketsCalled("Not mine")).toEqual([]);
  });

  test("what is only exported, and what does not exist, is a sentence", async () => {
    expect((await send("invoices", "Number\r\n1\r\n")).body.errors[0]).toMatchObject({ code: "export_only" });
    expect((await send("lamps", "Number\r\n1\r\n")).body.errors[0]).toMatchObject({ code: "unknown_target" });
  });
});

describe("hostile files", () => {
  const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(`\uFEFF${text}`, "utf16le"));
  const site = async (name: string): Promise<number> =>
    (await t.api("GET", `/api/v1/sites?filter[name]=${encodeURIComponent(name)}`, { key })).body.data.length;

  test("in other encodings, with other delimiters and breaks inside quotes come in as they are meant", async () => {
    await send("sites", utf16("Name\tCompany\r\nZürich\tLedger Ltd\r\n"));
    await send("sites", new Uint8Array(Buffer.from("Name;Company\r\nKöln;Ledger Ltd\r\n", "latin1")));
    await send("sites", '\uFEFFName,Company,Notes\r\nBreaks,Ledger Ltd,"one\r\ntwo"\r\n');
    for (const name of ["Zürich", "Köln", "Breaks"]) expect(await site(name)).toBe(1);
  });

  test("with very many columns, columns of one name, a huge cell or a formula do no harm", async () => {
    const wide = (columns: number): ReturnType<typeof send> => {
      const many = Array.from({ length: columns }, (_, at) => `c${at}`).join();
      return send("sites", `Name,Company,${many}\r\nWide,Ledger Ltd,${many}\r\n`);
    };
    expect((await wide(998)).status).toBe(201);
    expect((await wide(10_000)).status).toBe(422);
    expect(await site("Wide")).toBe(1);
    const twice = await send("sites", "Name,Name,Company\r\nFirst,Second,Ledger Ltd\r\n");
    expect(codesOf(twice)).toContain("duplicate_header");
    expect(codesOf(await send("sites", `Name,Company\r\n${"x".repeat(100_000)},Ledger Ltd\r\n`))).toEqual(["too_long"]);
    await send("sites", "Name,Company\r\n'=1+1,Ledger Ltd\r\n");
    expect(await site("=1+1")).toBe(1);
  });

  test("that are no list get one sentence", async () => {
    for (const text of ["", "Name,Company\r\n", "\u0000\u0001\u0002"]) {
      const answer = await send("sites", text);
      expect([answer.status, answer.body.errors.length]).toEqual([422, 1]);
    }
  });
});

test("a name that several records have is a warning", async () => {
  for (const name of ["Shared Ltd", "Shared Ltd"])
    await t.api("POST", "/api/v1/companies", { key, body: { data: { type: "companies", attributes: { name } } } });
  expect(codesOf(await send("tickets", "Subject,Client\r\nWhose printer,Shared Ltd\r\n"))).toEqual(["ambiguous"]);
});

test("an export of ours says by itself what it holds", async () => {
  const headers = { authorization: `Bearer ${key}`, accept: "text/csv" };
  const text = await (await t.fetch("/api/v1/time-entries", { headers })).text();
  const answer = await t.fetch("/api/v1/import-batches?dry_run=true", {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: text,
  });
  const { data } = (await answer.json()) as { data: { attributes: Record<string, unknown> } };
  expect(data.attributes).toMatchObject({ import_target: "time_entries", summary: { label: "Time entries" } });
});
