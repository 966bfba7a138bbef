import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Everything, makeEverything } from "../../../../tests/support/everything.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import type { Column } from "../../database/columns.ts";
import { relationsOf, shownColumns } from "../../openapi/schemas.ts";
import type { Resource } from "../../resource.ts";
import { isSortable } from "../../database/order.ts";
import { isFilterable } from "./query.ts";

setDefaultTimeout(180_000);

/** The grammar of the API, word by word, on every resource there is. */

let t: TestProgram;
let e: Everything;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const get = (path: string): Promise<ApiAnswer> => t.api("GET", `/api/v1/${path}`, { key });
const staffResources = (): Resource[] =>
  [...t.app.registry.resources.values()].filter(({ audience }) => audience === "staff");
const filterable = (resource: Resource): [string, Column][] =>
  shownColumns(resource).filter(([, column]) => isFilterable(column));

/** A value that a column could have, as it stands in an address. */
function sample(column: Column): string {
  const values: Partial<Record<Column["kind"], string>> = {
    id: "0193c2f4-5a6b-7c8d-9e0f-112233445566",
    enum: column.values[0] ?? "",
    integer: "3",
    boolean: "true",
    instant: "2026-11-21T06:54:09Z",
    date: "2026-11-21",
    time: "08:30",
    decimal: "1.5",
    money: "150.00",
  };
  return values[column.kind] ?? "harbor";
}

/** Values that look like those of a column and that none can have. */
const impossible: Partial<Record<Column["kind"], unknown[]>> = {
  date: ["2026-02-29", "2026-04-31", "2026-11-21x", "0000-11-21", "2026-11-21T00:00:00.000Z"],
  instant: ["2026-02-29T08:30:00.000Z", "2026-11-21", "2026-11-21T24:30:00.000Z", "2026-11-21 08:30"],
  time: ["25:00", "08:60", "half past eight"],
  integer: [2_147_483_648, "99999999999", 1.5, ""],
  money: ["9223372036854775808", 1e21, "12.50"],
};

/** Each answer that is not what was expected, so that a failing test shows all of them. */
async function wrong(asked: readonly [path: string, status: number, code?: string][]): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const [path, status, code] of asked) {
    const answer = await get(path);
    const got = answer.body.errors?.[0];
    const isNamed = code === undefined || got?.code === code;
    if (answer.status !== status || !isNamed) found.push([path, answer.status, got?.code, got?.detail]);
  }
  return found;
}

describe("on every resource", () => {
  test("each attribute can be filtered by each operator that fits it, and by several values", async () => {
    const asked = staffResources().flatMap((resource) => {
      const refused = new Set<string>();
      return filterable(resource).flatMap(([name, column]) => {
        const value = encodeURIComponent(sample(column));
        const fits = {
          ne: true,
          ...Object.fromEntries(
            ["gt", "gte", "lt", "lte"].map((one) => [one, column.kind !== "id" && column.kind !== "boolean"]),
          ),
          like: column.kind === "text",
        };
        const at = `filter[${name}]`;
        const fitting = Object.entries(fits).flatMap(([one, isFit]) => (isFit ? [`${at}[${one}]=${value}`] : []));
        const all = [`${at}=${value},${value}`, ...fitting, `${at}[null]=false`].join("&");
        const requests: [string, number, string?][] = [[`${resource.path}?page[size]=1&${all}`, 200]];
        // Each kind of column refuses what does not fit once; they all go through the same lines.
        if (!refused.has(column.kind)) {
          for (const [one, isFit] of Object.entries(fits))
            if (!isFit) requests.push([`${resource.path}?${at}[${one}]=${value}`, 400, "bad_filter"]);
          requests.push([`${resource.path}?${at}[near]=${value}`, 400, "unknown_operator"]);
        }
        refused.add(column.kind);
        return requests;
      });
    });
    expect(await wrong(asked)).toEqual([]);
    expect(asked.length).toBeGreaterThan(500);
  });

  test("a value that its attribute cannot have is refused", async () => {
    const asked = staffResources().flatMap((resource) =>
      filterable(resource).flatMap(([name, column]) =>
        column.kind === "text" || column.kind === "time"
          ? []
          : [[`${resource.path}?filter[${name}]=sh%C3%B6es`, 400, "bad_filter"] as [string, number, string]],
      ),
    );
    expect(await wrong(asked)).toEqual([]);
  });

  test("relationships can be filtered by the ids they point to, and brought along", async () => {
    const types = new Set(staffResources().map(({ type }) => type));
    const asked = staffResources().flatMap((resource) =>
      relationsOf(t.app.registry, resource).flatMap(([name, , type]) => [
        [`${resource.path}?filter[${name}]=0193c2f4-5a6b-7c8d-9e0f-112233445566`, 200] as [string, number],
        [`${resource.path}?include=${name}`, types.has(type) ? 200 : 400] as [string, number],
      ]),
    );
    expect(await wrong(asked)).toEqual([]);
  });

  test("lists are ordered by any attributes, up and down, and paged through without losing any", async () => {
    for (const resource of staffResources()) {
      const ids = (await get(`${resource.path}?page[size]=200`)).body.data.map((one: { id: string }) => one.id);
      for (const [name, column] of shownColumns(resource)) {
        const sort = `${resource.path}?sort=-${name},id`;
        expect([sort, (await get(`${sort}&page[size]=1`)).status]).toEqual([sort, isSortable(column) ? 200 : 400]);
      }
      const paged: string[] = [];
      for (let path: string | null = `${resource.path}?page[size]=7&sort=-id`; path !== null;) {
        const { body }: ApiAnswer = await get(path);
        paged.push(...body.data.map((one: { id: string }) => one.id));
        path = (body.links.next as string | null)?.replace("/api/v1/", "") ?? null;
      }
      if (ids.length < 200) expect([resource.path, paged.toSorted()]).toEqual([resource.path, ids.toSorted()]);
    }
  });

  test("what is not known, or said twice, is an error that names it", async () => {
    for (const resource of staffResources()) {
      for (const [query, code, named] of [
        ["shoes=1", "unknown_parameter", "shoes"],
        ["filter[shoes]=1", "unknown_filter", "shoes"],
        ["filter[tenant_id]=0193c2f4-5a6b-7c8d-9e0f-112233445566", "unknown_filter", "tenant_id"],
        ["filter[id]=x", "bad_filter", "id"],
        ["sort=shoes", "bad_sort", "shoes"],
        ["sort=id,id", "bad_sort", "id"],
        [`fields[${resource.type}]=shoes`, "bad_fields", "shoes"],
        ["fields[shoes]=x", "bad_fields", "shoes"],
        ["include=shoes", "bad_include", "shoes"],
        ["page[size]=0", "bad_page_size", "page[size]"],
        ["page[size]=201", "bad_page_size", "page[size]"],
        ["page[size]=many", "bad_page_size", "page[size]"],
        ["page[size]=1e2", "bad_page_size", "page[size]"],
        ["page[size]=0x10", "bad_page_size", "page[size]"],
        ["page[after]=x", "bad_cursor", "page[after]"],
        ["page[number]=2", "unknown_parameter", "page[number]"],
        ["sort=id&sort=id", "repeated_parameter", "sort"],
      ] as const) {
        const { status, body } = await get(`${resource.path}?${query}`);
        expect([resource.path, query, status, body.errors?.[0].code]).toEqual([resource.path, query, 400, code]);
        expect(body.errors[0].detail).toContain(named);
        expect([query, body.errors[0].source]).toEqual([query, { parameter: query.split("=")[0] }]);
      }
    }
  });

  test("a place in another order, or one that somebody made up, is no place", async () => {
    const cursor = (...values: unknown[]): string => Buffer.from(JSON.stringify(values)).toString("base64url");
    const asked: Parameters<typeof wrong>[0][number][] = [];
    for (const resource of staffResources()) {
      const { body } = await get(`${resource.path}?page[size]=1&sort=version`);
      const next = String(body.links?.next ?? "");
      const after = new URLSearchParams(next.slice(next.indexOf("?"))).get("page[after]") ?? "";
      const orders = filterable(resource).some(([name]) => name === "version") ? ["-version", "updated_at"] : [];
      for (const sort of after === "" ? [] : orders)
        asked.push([`${resource.path}?sort=${sort}&page[after]=${after}`, 400, "bad_cursor"]);
      for (const made of [cursor("id", null), cursor("id", "x"), cursor("id", "\u0000"), cursor("id", 7), cursor("id")])
        asked.push([`${resource.path}?sort=id&page[after]=${made}`, 400, "bad_cursor"]);
      for (const made of [cursor("version,id", "many", crypto.randomUUID()), cursor("version,id", null, null)])
        if (orders.length > 0) asked.push([`${resource.path}?sort=version&page[after]=${made}`, 400, "bad_cursor"]);
      for (const [name, column] of filterable(resource).filter((one) => isSortable(one[1])))
        for (const value of impossible[column.kind] ?? [])
          asked.push([
            `${resource.path}?sort=${name}&page[after]=${cursor(`${name},id`, value, crypto.randomUUID())}`,
            400,
            "bad_cursor",
          ]);
    }
    expect(asked.some(([path]) => path.includes("sort=-version"))).toBe(true);
    expect(await wrong(asked)).toEqual([]);
  });

  test("a change takes no parameters: what it would not do is not passed over", async () => {
    for (const resource of staffResources()) {
      if (resource.create === null) continue;
      const { path, type } = resource;
      const { status, body } = await t.api("POST", `/api/v1/${path}?include=company`, {
        key,
        body: { data: { type, attributes: {} } },
      });
      expect([path, status, body.errors?.[0].code, body.errors?.[0].source]).toEqual([
        path,
        400,
        "unknown_parameter",
        { parameter: "include" },
      ]);
    }
    const twice = await get(`companies/${e.ids["companies"]}/activity?page[size]=1&page[size]=2`);
    expect([twice.status, twice.body.errors[0].code]).toEqual([400, "repeated_parameter"]);
  });

  test("only the fields asked for are answered", async () => {
    for (const resource of staffResources()) {
      const [first] = shownColumns(resource)[0] ?? [""];
      const { body } = await get(`${resource.path}?fields[${resource.type}]=${first}&page[size]=1`);
      for (const { attributes } of body.data)
        expect([resource.path, Object.keys(attributes)]).toEqual([resource.path, [first]]);
    }
  });

  test("a change is held against type, id, version, media type and attributes", async () => {
    for (const resource of staffResources()) {
      const id = e.ids[resource.path];
      if (resource.update === null || id === undefined) continue;
      const path = `/api/v1/${resource.path}/${id}`;
      const send = (data: object, headers: Record<string, string> = {}, method = "PATCH"): Promise<ApiAnswer> =>
        t.api(method, path, { key, headers, body: { data } });
      const { type } = resource;
      const got = async (answer: Promise<ApiAnswer>): Promise<[string, number, string]> => {
        const { status, body } = await answer;
        return [path, status, body.errors?.[0].code ?? ""];
      };
      expect(await got(send({ type: "shoes", attributes: {} }))).toEqual([path, 409, "wrong_type"]);
      expect(await got(send({ type, id: "other", attributes: {} }))).toEqual([path, 409, "wrong_id"]);
      expect(await got(send({ type, attributes: {} }, { "if-match": '"9999"' }))).toEqual([path, 412, "stale"]);
      expect(await got(send({ type, attributes: {} }, { "if-match": "x" }))).toEqual([path, 400, "bad_if_match"]);
      expect(await got(send({ type, attributes: {} }, { "content-type": "text/plain" }))).toEqual([
        path,
        415,
        "unsupported_media_type",
      ]);
      const extended = 'application/vnd.api+json; ext="https://example.org/ext"';
      expect((await got(send({ type, attributes: {} }, { "content-type": extended })))[1]).toBe(415);
      const refused = await send({ type, attributes: { shoes: 1 } });
      expect([path, refused.status]).toEqual([path, 422]);
      expect(refused.body.errors[0].source.pointer).toBe("/data/attributes/shoes");
      expect((await got(t.api("POST", path, { key, body: { data: { type } } })))[1]).toBe(405);
    }
  });

  test("a POST with an Idempotency-Key is done once", async () => {
    for (const resource of staffResources()) {
      if (resource.create === null) continue;
      const post = (attributes: object): Promise<ApiAnswer> =>
        t.api("POST", `/api/v1/${resource.path}`, {
          key,
          headers: { "idempotency-key": `once-${resource.path}` },
          body: { data: { type: resource.type, attributes } },
        });
      // What is refused is not kept: it may be sent again, mended, under the same key.
      expect([resource.path, (await post({ shoes: 1 })).status]).toEqual([resource.path, 422]);
    }
    const made = (): Promise<ApiAnswer> =>
      t.api("POST", "/api/v1/companies", {
        key,
        headers: { "idempotency-key": "one-company" },
        body: { data: { type: "companies", attributes: { name: "Once Only" } } },
      });
    const [one, two] = [await made(), await made()];
    expect([two.body.data.id, two.headers.get("idempotent-replayed")]).toEqual([one.body.data.id, "true"]);
  });
});
