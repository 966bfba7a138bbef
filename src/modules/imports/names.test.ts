import { afterAll, beforeAll, expect, test } from "bun:test";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

/** Companies that the rows of a file name: others of the same file, and those of a name that several have. */

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

async function send(target: "companies" | "contacts", text: string): Promise<ApiAnswer> {
  const answer = await t.fetch(`/api/v1/import-batches?target=${target}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: text,
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

const summaryOf = (answer: ApiAnswer): Record<string, unknown> => answer.body.data.attributes.summary;
const told = (answer: ApiAnswer): unknown[] =>
  (summaryOf(answer)["problems"] as { line: number; column: string; message: string }[]).map(
    ({ line, column, message }) => [line, column, message],
  );

test("below one that comes later are put below it; who is nowhere is said, and left out", async () => {
  const answer = await send("companies", "Name,Parent company\nImp low,Imp high\nImp high,\nImp lost,Nobody There\n");
  expect([summaryOf(answer)["created"], told(answer)]).toEqual([
    { companies: 3 },
    [[4, "Parent company", 'Parent company "Nobody There" is not there. It is left out.']],
  ]);
  const high = await t.api("GET", "/api/v1/companies?filter[name]=Imp high", { key });
  const low = await t.api("GET", "/api/v1/companies?filter[name]=Imp low", { key });
  expect(low.body.data[0].attributes.parent_company_id).toBe(high.body.data[0].id);
});

test("in a circle come in without it, are named, and keep nothing else from coming in", async () => {
  const answer = await send("companies", "Name,Parent company\nImp A,Imp B\nImp B,Imp A\nImp self,Imp self\n");
  const circle = "A company cannot be its own parent, not even in a circle.";
  expect([answer.body.data.attributes.import_status, summaryOf(answer)["created"], told(answer)]).toEqual([
    "applied",
    { companies: 3 },
    [
      [3, "Parent company", circle],
      [4, "Parent company", circle],
    ],
  ]);
  expect((await send("companies", "Name\nImp after\n")).status).toBe(201);
});

test("a company's name that several have is a warning, since the file does not say which is meant", async () => {
  for (const name of ["Twin Quay", "twin  quay"])
    await t.api("POST", "/api/v1/companies", {
      key,
      body: { data: { type: "companies", attributes: { name } } },
    });
  const answer = await send("contacts", "Contact Name,Company,Email\r\nTil Twin,Twin Quay,til@twin.test\r\n");
  expect(summaryOf(answer)["problems"]).toEqual([
    expect.objectContaining({ severity: "warning", code: "ambiguous", line: 2 }),
  ]);
});
