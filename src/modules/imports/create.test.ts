import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { makeClient, signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit } from "../../platform/context.ts";
import { addAll } from "../../platform/reference.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  await t.harbor.as("technician");
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
});
afterAll(() => t.close());

type Answer = Awaited<ReturnType<TestProgram["api"]>>;

async function send(target: string, text: string, query = ""): Promise<Answer> {
  const answer = await t.fetch(`/api/v1/import-batches?target=${target}${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: text,
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

const get = async (path: string): Promise<Record<string, unknown>[]> =>
  (await t.api("GET", `/api/v1/${path}`, { key })).body.data.map((one: { attributes: object }) => one.attributes);
const summaryOf = (answer: Answer): Record<string, unknown> => answer.body.data.attributes.summary;

/** Says how a batch's cells are read, and applies it. */
async function applyWith(batch: Answer, choices: Record<string, string>): Promise<Answer> {
  const { id, attributes } = batch.body.data;
  const mapping = { ...attributes.mapping, ...choices };
  const body = { data: { type: "import_batches", id, attributes: { mapping, mode: "fill_blanks" } } };
  const changed = await t.api("PATCH", `/api/v1/import-batches/${id}`, { key, body });
  expect(changed.status).toBe(200);
  return t.api("POST", `/api/v1/import-batches/${id}/apply`, { key });
}

describe("what a file names and is not there", () => {
  const people =
    "First Name,Email,Company\nAnn,ann@new.example,Brand New\nBo,bo@new.example,brand new\nCy,cy@x.example,Other New\n";

  test("keeps its rows out until somebody says that it is to be made; then it is made once, and undone with the rest", async () => {
    const batch = await send("contacts", people, "&dry_run=true");
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    const page = await browser.open(`/imports/${batch.body.data.id}`);
    expect([page.text.includes("Create all of them"), page.text.includes("No row can come in.")]).toEqual([true, true]);
    const done = await applyWith(batch, { "create:company_name": "true" });
    expect(summaryOf(done)).toMatchObject({ created: { companies: 2, contacts: 3 }, bad: 0 });
    expect(await get("companies?filter[name]=Brand New")).toHaveLength(1);
    expect((await browser.open(`/imports/${batch.body.data.id}`)).text).toContain("What came in");
    const undone = await t.api("POST", `/api/v1/import-batches/${batch.body.data.id}/undo`, { key });
    expect(undone.body.data.attributes.import_status).toBe("undone");
    expect(await get("companies?filter[name]=Brand New,Other New")).toEqual([]);
  });

  test("is made one by one as well: a queue is new, a priority is one of ours", async () => {
    await makeClient(t, "Queue Client");
    const batch = await send(
      "tickets",
      "Number,Summary,Client,Board,Priority\n90001,Fan,Queue Client,Field Service,Very High\n90002,Belt,Queue Client,Field Service,Low\n",
      "&dry_run=true",
    );
    const done = await applyWith(batch, { "value:queue:Field Service": "+", "value:priority:Very High": "Critical" });
    expect(summaryOf(done)).toMatchObject({ created: { tickets: 2, ticket_queues: 1 }, bad: 0 });
    expect(await get("ticket-queues?filter[name]=Field Service")).toHaveLength(1);
  });

  test("goes back when its row is refused after all, and the next row makes it", async () => {
    const long = "x".repeat(60);
    const batch = await send(
      "contacts",
      `First Name,Email,Company,Preferred Contact Method\nAnn,ann@again.example,Again Ltd,portal\nBo,${long}@again.example,Again Ltd,email\n`,
      "&dry_run=true",
    );
    const done = await applyWith(batch, { "create:company_name": "true" });
    expect(summaryOf(done)).toMatchObject({ created: { companies: 1 } });
    expect(await get("companies?filter[name]=Again Ltd")).toHaveLength(1);
  });

  test("dates that could be two come in when somebody has said which comes first", async () => {
    await makeClient(t, "Dates Client");
    const file = (day: string): string =>
      `Number,Summary,Client,Date Opened\n9${day.length}77,Dated ${day.length},Dates Client,${day}\n`;
    const batch = await send("tickets", file("3/4/2024"), "&dry_run=true");
    await applyWith(batch, { "option:dates": "dmy" });
    expect((await get("tickets?filter[title]=Dated 8"))[0]).toMatchObject({ created_at: "2024-04-03T00:00:00.000Z" });
    await send("tickets", file("3/14/2024"));
    expect((await get("tickets?filter[title]=Dated 9"))[0]).toMatchObject({ created_at: "2024-03-14T00:00:00.000Z" });
  });
});

describe("notes of tickets", () => {
  test("come in with who wrote them and when, and to whom they show; once, and nobody is told", async () => {
    const client = await makeClient(t, "Noted Client");
    await send("tickets", "Number,Summary,Client,Date Opened\n77001,Old one,Noted Client,2024-03-01 10:00\n");
    const file =
      "Ticket,Author,Date,Type,Note\n" +
      '77001,technician@harbor.test,2024-03-01 11:00,Public,"Hello,\nwe look **now**"\n' +
      `77001,${client.email},2024-03-01 12:00,Public,Thanks\n` +
      "77001,Jane Gone,2024-03-01 13:00,Internal,Rang them\n" +
      "4040,Jane Gone,2024-03-01 13:00,Internal,Whose is this\n";
    const first = await send("ticket_notes", file);
    expect(summaryOf(first)).toMatchObject({ created: { ticket_notes: 3 }, bad: 1 });
    const [ticket] = (await t.api("GET", "/api/v1/tickets?filter[ticket_number]=77001", { key })).body.data;
    expect(ticket.attributes.first_response_at).toBe("2024-03-01T11:00:00.000Z");
    const notes = await get(`tickets/${ticket.id}/notes`);
    expect(notes).toEqual([
      expect.objectContaining({
        content: "<p>Hello,<br />we look <strong>now</strong></p>",
        created_at: "2024-03-01T11:00:00.000Z",
        author_name: null,
      }),
      expect.objectContaining({ contact_id: client.contact_id, created_by_id: null }),
      expect.objectContaining({ note_type: "internal", author_name: "Jane Gone" }),
    ]);
    const browser = await signedIn(t, await t.harbor.as("technician"));
    const page = await browser.open(`/tickets/${ticket.id}`);
    for (const text of ["Technician of Harbor IT", "Ana of Noted Client", "Jane Gone"])
      expect(page.text).toContain(text);
    const portal = await signedIn(t, client.portal);
    const seen = (await portal.open(`/portal/tickets/${ticket.id}`)).text;
    expect([seen.includes("we look now"), seen.includes("Rang them")]).toEqual([true, false]);
    const again = await send("ticket_notes", file);
    expect(summaryOf(again)).toMatchObject({ created: {}, unchanged: 3 });
    await t.settle();
    const mails = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("mails").select("id").where("subject", "like", "%Old one%").execute(),
    );
    expect(mails).toEqual([]);
  });

  test("are nobody's to write in another's name over the API", async () => {
    const [ticket] = (await t.api("GET", "/api/v1/tickets?filter[ticket_number]=77001", { key })).body.data;
    const attributes = { content: "Forged", author_name: "Somebody", created_at: "2020-01-01T00:00:00.000Z" };
    const answer = await t.api("POST", `/api/v1/tickets/${ticket.id}/notes`, {
      key,
      body: { data: { type: "ticket_notes", attributes } },
    });
    expect(answer.status).toBe(422);
  });
});

test("a file whose columns tell what it holds needs no more to be said; of another one that is asked", async () => {
  const browser = await signedIn(t, await t.harbor.as("administrator"));
  const upload = async (text: string): Promise<string> => {
    const form = new FormData();
    form.set("file", new File([text], "list.csv", { type: "text/csv" }));
    const answer = await t.fetch("/api/v1/import-batches?dry_run=true", {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body: form,
    });
    const body = (await answer.json()) as {
      data?: { attributes: { import_target: string } };
      errors?: { code: string }[];
    };
    return body.data?.attributes.import_target ?? body.errors?.[0]?.code ?? "";
  };
  expect(await upload("Ticket,Author,Date,Type,Note\n1,a,2024-03-01,Public,x\n")).toBe("ticket_notes");
  expect(await upload("Ticket Number,Summary,Client,Board,Status\n1,a,b,c,d\n")).toBe("tickets");
  expect(await upload("Firma;Straße;PLZ;Ort;Telefon\nMüller;Am Markt 1;10115;Berlin;030 1\n")).toBe("companies");
  expect(await upload("Vorname;Nachname;E-Mail;Firma\nAna;Poe;a@x.example;Müller\n")).toBe("contacts");
  expect(await upload("Foo,Bar\n1,2\n")).toBe("unknown_list");
  expect((await browser.open("/imports/new")).text).toContain("Find out by the columns");
});
