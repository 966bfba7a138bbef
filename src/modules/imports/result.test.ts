import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  const make = (path: string, type: string, attributes: object): ReturnType<typeof t.api> =>
    t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
  await make("companies", "companies", { name: "Ledger Ltd" });
  for (const field_type of ["boolean", "number", "datetime"])
    await make("custom-fields", "custom_fields", { entity_type: "companies", label: `A ${field_type}`, field_type });
});
afterAll(() => t.close());

type Answer = Awaited<ReturnType<TestProgram["api"]>>;

async function send(target: string, text: string): Promise<Answer> {
  const answer = await t.fetch(`/api/v1/import-batches?target=${target}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: text,
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

test("the file of rows with problems has all of them, also where the page keeps the first ones only", async () => {
  const rows = Array.from(
    { length: 620 },
    (_, at) => `Ann ${at},ann${at}@example.com,${at < 20 ? "Ledger Ltd" : "No Ltd"}`,
  );
  const batch = (await send("contacts", `First Name,Email,Company\r\n${rows.join("\r\n")}\r\n`)).body.data;
  expect(batch.attributes.summary).toMatchObject({ created: { contacts: 20 }, bad: 600 });
  const browser = await signedIn(t, await t.harbor.as("administrator"));
  expect((await browser.open(`/imports/${batch.id}`)).text).toContain("Problems (the first 200)");
  const file = (await browser.open(`/imports/${batch.id}/problems`)).text;
  expect(file.match(/There is no company named/g)).toHaveLength(600);
  expect(file).toContain("Ann 619,");
});

test("what came in and what undoing left is called as elsewhere: a person by the name, and each in the singular", async () => {
  const batch = (await send("contacts", "First Name,Last Name,Email,Company\nBo,Berg,bo@example.com,Ledger Ltd\n")).body
    .data;
  const browser = await signedIn(t, await t.harbor.as("administrator"));
  const page = await browser.open(`/imports/${batch.id}`);
  expect([page.text.includes("Contact Bo Berg"), page.text.includes("Contacts: 1")]).toEqual([true, true]);
  const [contact] = (await t.api("GET", "/api/v1/contacts?filter[email]=bo@example.com", { key })).body.data;
  const body = { data: { type: "contacts", id: contact.id, attributes: { title: "Owner" } } };
  await t.api("PATCH", `/api/v1/contacts/${contact.id}`, { key, body });
  await t.api("POST", `/api/v1/import-batches/${batch.id}/undo`, { key });
  const undone = await browser.open(`/imports/${batch.id}`);
  expect([undone.text.includes("Contact Bo Berg"), undone.text.includes("It was changed since the import.")]).toEqual([
    true,
    true,
  ]);
});

test("fields of one's own take what a spreadsheet makes of them", async () => {
  const sent = await send("companies", "Name;A boolean;A number;A datetime\nAlder;WAHR;1.234,50;31.3.2026 14:30\n");
  expect(sent.body.data.attributes.summary).toMatchObject({ created: { companies: 1 }, problems: [] });
  const [company] = (await t.api("GET", "/api/v1/companies?filter[name]=Alder", { key })).body.data;
  expect(company.attributes.custom_fields).toEqual({
    a_boolean: true,
    a_number: "1234.5",
    a_datetime: "2026-03-31T14:30:00.000Z",
  });
});
