import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeClient } from "./support/desk.ts";
import { pointerOf, startTestProgram, type TestProgram } from "./support/program.ts";

/** Names that nobody could read, find or press are no names. */

let t: TestProgram;
let key: string;
let company_id: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  company_id = (await makeClient(t, "Prairie Printing")).company_id;
});
afterAll(() => t.close());

const unseen = "\u200b\u2060\u200e";

test.each([
  ["companies", "companies", "name", () => ({})],
  ["contacts", "contacts", "first_name", () => ({ company_id })],
  ["sites", "sites", "name", () => ({ company_id })],
  ["tickets", "tickets", "title", () => ({ company_id })],
  ["teams", "teams", "name", () => ({})],
  ["roles", "roles", "name", () => ({})],
  ["tags", "tags", "name", () => ({})],
] as const)("%s", async (path, type, field, more) => {
  const send = (value: string) =>
    t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes: { [field]: value, ...more() } } } });
  expect(pointerOf(await send(unseen))).toEqual([422, `/data/attributes/${field}`]);
  expect((await send(`Seen${unseen}`)).status).toBe(201);
});
