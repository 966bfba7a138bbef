import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import Kitsu from "kitsu";
import { inUnit } from "../src/platform/context.ts";
import { addAll } from "../src/platform/reference.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** A JSON:API client that was written without Purser in mind works with it: kitsu, over a real connection. */

// What kitsu makes of a document is what the test is about.
// oxlint-disable-next-line no-explicit-any
type Json = any;

let t: TestProgram;
let server: ReturnType<typeof Bun.serve>;
let api: Json;

beforeAll(async () => {
  t = await startTestProgram();
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = await request.text();
      return t.fetch(pathname + search, { method, headers, ...(body === "" ? {} : { body }) });
    },
  });
  api = new Kitsu({
    baseURL: `http://127.0.0.1:${server.port}/api/v1`,
    // Purser's types are in snake case and plural already.
    camelCaseTypes: false,
    resourceCase: "kebab",
    pluralize: false,
    headers: { authorization: `Bearer ${await t.harbor.key("administrator")}` },
  });
});
afterAll(async () => {
  await server.stop(true);
  await t.close();
});

describe("kitsu", () => {
  const made: Record<string, string> = {};

  test("creates records, with relationships", async () => {
    const company = await api.create("companies", { name: "Nordwind Logistics", currency: "EUR" });
    made["company"] = company.data.id;
    expect(company.data).toMatchObject({ type: "companies", name: "Nordwind Logistics", currency: "EUR" });
    const contact = await api.create("contacts", {
      first_name: "Annika",
      last_name: "Petersen",
      company: { data: { type: "companies", id: made["company"] } },
    });
    made["contact"] = contact.data.id;
    expect(contact.data.company_id).toBe(made["company"]);
    await api.create("tickets", {
      title: "Scanner is mute",
      company_id: made["company"],
      contact_id: made["contact"],
    });
    await api.create("tickets", { title: "Another thing", company_id: made["company"] });
  });

  test("fetches lists by filter, order and page, and puts included records where they belong", async () => {
    const { data, links } = await api.get("tickets", {
      params: {
        filter: { company_id: made["company"], title: { like: "scanner" } },
        sort: "-created_at,title",
        page: { size: 5 },
        include: "company,contact",
        fields: { companies: "name" },
      },
    });
    expect(data.map((one: Json) => one.title)).toEqual(["Scanner is mute"]);
    expect(data[0].company.data).toMatchObject({ type: "companies", name: "Nordwind Logistics" });
    expect(data[0].contact.data.last_name).toBe("Petersen");
    expect(links.next).toBeNull();
  });

  test("fetches one record, and what stands under it", async () => {
    expect((await api.get(`contacts/${made["contact"]}`)).data.last_name).toBe("Petersen");
    const { data } = await api.get(`companies/${made["company"]}/contacts`);
    expect(data.map((one: Json) => one.id)).toEqual([made["contact"]]);
    const types = await api.get("work-types", { params: { page: { size: 1 } } });
    expect(types.data).toHaveLength(1);
    expect(types.links.next).toContain("page");
  });

  test("updates and deletes", async () => {
    const changed = await api.update("contacts", { id: made["contact"], title: "Captain" });
    expect(changed.data).toMatchObject({ title: "Captain", last_name: "Petersen" });
    const work = await api.create("work_types", { name: "Diving" });
    await api.delete("work_types", work.data.id);
    const gone = await api.get(`work-types/${work.data.id}`).catch((error: Json) => error);
    expect(gone.response?.status ?? gone.status).toBe(404);
  });

  test("is told what is wrong, field by field", async () => {
    const refused = await api.create("companies", { name: "", shoes: 1 }).catch((error: Json) => error);
    const { errors } = refused.errors === undefined ? refused.response.data : refused;
    expect(errors.map((one: Json) => one.source.pointer).toSorted()).toEqual([
      "/data/attributes/name",
      "/data/attributes/shoes",
    ]);
  });
});
