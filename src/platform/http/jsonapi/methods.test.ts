import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeClient } from "../../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";

/** Methods and media types of the API's addresses. */

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

test("HEAD answers as GET does, without the body; OPTIONS names the methods", async () => {
  const headers = { authorization: `Bearer ${key}` };
  const path = `/api/v1/companies/${(await makeClient(t, "Prairie Printing")).company_id}`;
  const head = await t.fetch(path, { method: "HEAD", headers });
  expect([head.status, await head.text(), head.headers.get("etag")?.length]).toEqual([200, "", 3]);
  const options = await t.fetch(path, { method: "OPTIONS", headers });
  expect([options.status, options.headers.get("allow")]).toEqual([204, "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"]);
});

test("a method that an address has not is a 405 that names those it has", async () => {
  const answer = await t.api("DELETE", "/api/v1/companies", { key });
  expect([answer.status, answer.body.errors[0].code]).toEqual([405, "method_not_allowed"]);
  expect(answer.headers.get("allow")).toBe("GET, HEAD, OPTIONS, POST");
  // The address of a verb has the form of a record's as well.
  const verb = await t.api("DELETE", "/api/v1/event-deliveries/retry-dead", { key });
  expect([verb.status, verb.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS, POST"]);
});

test("a stroke at the end of an address changes nothing, whatever the method", async () => {
  const head = await t.fetch("/api/v1/companies/", { method: "HEAD", headers: { authorization: `Bearer ${key}` } });
  expect(head.status).toBe(200);
  const wrong = await t.api("DELETE", "/api/v1/companies/", { key });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS, POST"]);
});

test("JSON:API is accepted without parameters, among others, or as anything", async () => {
  const accepted = async (accept: string): Promise<number> =>
    (await t.api("GET", "/api/v1/companies", { key, headers: { accept } })).status;
  expect(await accepted("application/vnd.api+json")).toBe(200);
  expect(await accepted("application/json")).toBe(200);
  expect(await accepted("text/html, */*;q=0.8")).toBe(200);
  expect(await accepted('application/vnd.api+json; profile="https://example.org/a,b"')).toBe(200);
  expect(await accepted('application/vnd.api+json; ext="https://example.org/a", application/vnd.api+json')).toBe(200);
  expect(await accepted('application/vnd.api+json; ext="https://example.org/a"')).toBe(406);
  expect(await accepted("application/vnd.api+json; charset=utf-8")).toBe(406);
  expect(await accepted("text/html")).toBe(406);
});
