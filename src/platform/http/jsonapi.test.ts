import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Everything, makeEverything, marker } from "../../../tests/support/everything.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { find } from "../access/reach.ts";
import { reading } from "../context.ts";
import type { TableName } from "../database/tables.ts";

let t: TestProgram;
let e: Everything;
let admin: string;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  admin = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const get = (path: string, key = admin): Promise<ApiAnswer> => t.api("GET", `/api/v1/${path}`, { key });
const id = (name: string): string => e.ids[name] ?? "";

describe("a document", () => {
  test("holds only the fields asked for", async () => {
    const { body } = await get("companies?fields[companies]=name,tags");
    for (const { attributes, relationships } of body.data)
      expect([Object.keys(attributes).toSorted(), relationships]).toEqual([["name", "tags"], {}]);
    const one = await get(`tickets/${id("tickets")}?fields[tickets]=title,company`);
    expect(one.body.data.attributes).toEqual({ title: `${marker} is down` });
    expect(one.body.data.relationships).toEqual({ company: { data: { type: "companies", id: id("companies") } } });
  });

  test("brings the records along that it refers to, each once", async () => {
    const { body } = await get("tickets?include=company,contact&fields[companies]=name");
    expect(body.included.map((one: { type: string; id: string }) => `${one.type} ${one.id}`).toSorted()).toEqual([
      `companies ${id("companies")}`,
      `contacts ${id("contacts")}`,
    ]);
    expect(body.included.find((one: { type: string }) => one.type === "companies").attributes).toEqual({
      name: `${marker} Trading`,
    });
    expect((await get("tickets?sort=title")).body).not.toHaveProperty("included");
  });

  test("brings nothing along that the asking person may not see", async () => {
    const key = await t.harbor.key("administrator", ["tickets.read"]);
    const answer = await get("tickets?include=company", key);
    expect([answer.status, answer.body.errors[0].code]).toEqual([403, "forbidden"]);
  });

  test("names what it has not", async () => {
    for (const [query, code] of [
      ["fields[companies]=shoe_size", "bad_fields"],
      ["fields[companies]=tenant_id", "bad_fields"],
      ["fields[companies]=name_key", "bad_fields"],
      ["fields[tickets]=title", "bad_fields"],
      ["fields[]=name", "bad_fields"],
      ["fields=name", "unknown_parameter"],
      ["include=shoes", "bad_include"],
      ["include=constructor", "bad_include"],
      ["include=parent_company.parent_company", "bad_include"],
      ["include=parent_company&include=parent_company", "repeated_parameter"],
    ]) {
      for (const path of ["companies", `companies/${id("companies")}`]) {
        const answer = await get(`${path}?${query}`);
        expect([path, query, answer.status, answer.body.errors?.[0].code]).toEqual([path, query, 400, code]);
      }
    }
  });

  test("calculates just what its resource says", async () => {
    for (const resource of t.app.registry.resources.values()) {
      const recordId = id(resource.path);
      if (resource.extend === null || recordId === "") continue;
      const row = await reading(await t.harbor.as("administrator"), (ctx) =>
        find(ctx, resource.table.name as TableName, recordId),
      );
      const more = await reading(await t.harbor.as("administrator"), async (ctx) =>
        resource.extend?.(ctx, [row as Record<string, unknown>]),
      );
      expect([resource.path, Object.keys(more?.[0] ?? {}).toSorted()]).toEqual([
        resource.path,
        resource.calculated.toSorted(),
      ]);
    }
  });
});

describe("a change", () => {
  const patch = (
    path: string,
    type: string,
    attributes: object,
    headers: Record<string, string> = {},
    method = "PATCH",
  ): Promise<ApiAnswer> =>
    t.api(method, `/api/v1/${path}`, { key: admin, headers, body: { data: { type, attributes } } });

  test("by PUT leaves alone what is not sent, as PATCH does", async () => {
    const before = (await get(`contacts/${id("contacts")}`)).body.data.attributes;
    const after = await patch(`contacts/${id("contacts")}`, "contacts", { title: "Captain" }, {}, "PUT");
    expect(after.body.data.attributes).toMatchObject({
      first_name: before.first_name,
      email: before.email,
      title: "Captain",
    });
  });

  test("of any record is held off when the record has changed meanwhile", async () => {
    const stale = { "if-match": '"9999"' };
    for (const resource of t.app.registry.resources.values()) {
      const path = `${resource.path}/${id(resource.path)}`;
      if (id(resource.path) === "") continue;
      if (resource.update !== null)
        expect([path, (await patch(path, resource.type, {}, stale)).status]).toEqual([path, 412]);
      if (resource.remove !== null)
        expect([path, (await t.api("DELETE", `/api/v1/${path}`, { key: admin, headers: stale })).status]).toEqual([
          path,
          412,
        ]);
    }
    for (const verb of ["approve", "void", "rebuild"]) {
      const answer = await t.api("POST", `/api/v1/invoices/${id("invoices")}/${verb}`, { key: admin, headers: stale });
      expect([verb, answer.status]).toEqual([verb, 412]);
    }
    for (const verb of ["activate", "archive"]) {
      const answer = await t.api("POST", `/api/v1/contracts/${id("contracts")}/${verb}`, {
        key: admin,
        headers: stale,
      });
      expect([verb, answer.status]).toEqual([verb, 412]);
    }
    expect((await patch("organization", "organizations", { name: "Other" }, stale)).status).toBe(412);
    expect(
      (await patch(`tickets/${id("tickets")}/assign`, "tickets", { assigned_to_id: null }, stale, "POST")).status,
    ).toBe(412);
  });

  test("by a verb takes no body that it does not understand", async () => {
    for (const path of [
      `invoices/${id("invoices")}/approve`,
      `invoices/${id("invoices")}/send`,
      `contracts/${id("contracts")}/activate`,
      `mails/${id("mails")}/retry`,
      `import-batches/${id("import-batches")}/undo`,
      `contacts/${id("contacts")}/portal-access`,
    ]) {
      const answer = await t.api("POST", `/api/v1/${path}`, {
        key: admin,
        headers: { "content-type": "application/json" },
        body: "[1",
      });
      expect([path, answer.status]).toEqual([path, 400]);
    }
  });
});
