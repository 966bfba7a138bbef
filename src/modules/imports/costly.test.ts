import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

/** A file whose cells are made to cost: what reads them goes over each letter a few times, however the letters stand. */

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  const attributes = { name: "Mill & Sons" };
  await t.api("POST", "/api/v1/companies", { key, body: { data: { type: "companies", attributes } } });
});
afterAll(() => t.close());

const blanks = " ".repeat(1_000_000);
const opened = "<li".repeat(66_000);

test.each([
  ["a name to look up", "tickets", `title,company,category\nOld,Mill & Sons,a${blanks}b`],
  ["a path of names", "tickets", `title,company,category\nOld,Mill & Sons,a${blanks}>${blanks}b`],
  ["a header", "tickets", `title,company,a${blanks}b\nOld,Mill & Sons,x`],
  ["a header with a section", "companies", `name,a${blanks}:${blanks}b${blanks}c\nNew,x`],
  [
    "rich text",
    "tickets",
    `title,company,description\n${`Old,Mill & Sons,${opened}\n`.repeat(20)}Last,Mill & Sons,${blanks}x`,
  ],
])("%s keeps nobody waiting", async (_, target, csv) => {
  const answer = await t.fetch(`/api/v1/import-batches?target=${target}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: csv,
  });
  const { data } = (await answer.json()) as { data?: { attributes: { import_status: string } } };
  expect([answer.status, data?.attributes.import_status]).toEqual([201, "applied"]);
});
