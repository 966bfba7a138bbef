import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Everything, makeEverything } from "../../../../tests/support/everything.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";

setDefaultTimeout(180_000);

/** What filters and orders of the API compare exactly: decimals, amounts, and what has no value. */

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

const names = (answer: ApiAnswer, attribute: string): string[] =>
  answer.body.data.map((one: { attributes: Record<string, string> }) => one.attributes[attribute]);

test("behind an id nothing else puts records in order, and it counts where it stands", async () => {
  const ids = async (sort: string): Promise<string[]> =>
    (await get(`contacts?sort=${sort}`)).body.data.map((one: { id: string }) => one.id);
  const byId = await ids("id");
  expect(byId).toEqual(byId.toSorted());
  expect(byId.length).toBeGreaterThan(1);
  expect(await ids("id,-first_name")).toEqual(byId);
  expect(await ids("-id,first_name")).toEqual(byId.toReversed());
});

test.each([
  ["created_at", "2026-11-21T06:54:09"],
  ["created_at", "2026-11-21 yesterday"],
  ["created_at", "2026-02-30"],
  ["created_at", "2026-02-30T00:00:00Z"],
  ["closed_at", "+010000-01-01T00:00:00Z"],
])("an instant without a zone, or that there is not, is refused: %s %s", async (name, value) => {
  const { status, body } = await get(`tickets?filter[${name}][gte]=${encodeURIComponent(value)}`);
  expect([status, body.errors?.[0].code]).toEqual([400, "bad_filter"]);
});

test("a day that there is not is refused, and so are whole numbers and times in another form", async () => {
  for (const filter of [
    "time-entries?filter[date]=2026-02-30",
    "time-entries?filter[date]=0000-01-01",
    "tickets?filter[version]=0x10",
    "tickets?filter[version]=1e2",
    "time-entries?filter[start_time]=25:99",
  ])
    expect([filter, (await get(filter)).body.errors?.[0].code]).toEqual([filter, "bad_filter"]);
});

test("an instant counts in whatever zone it is written, and a day from its beginning in UTC", async () => {
  const { id, attributes } = (await get("companies?page[size]=1")).body.data[0];
  const at = attributes.created_at as string;
  const elsewhere = Temporal.Instant.from(at).toZonedDateTimeISO("+02:00").toString({ timeZoneName: "never" });
  for (const [filter, expected] of [
    [`filter[created_at]=${encodeURIComponent(elsewhere)}`, true],
    [`filter[created_at]=${elsewhere}`, true],
    [`filter[created_at][gte]=${at.slice(0, 10)}`, true],
    [`filter[created_at][lt]=${at.slice(0, 10)}`, false],
  ] as const) {
    const { data } = (await get(`companies?filter[id]=${id}&${filter}`)).body;
    expect([filter, data.length === 1]).toEqual([filter, expected]);
  }
});

test("decimals go by their size, not by their text", async () => {
  const rates = ["9.5", "10", "-0.5", "-2", "0", "100.0000000001", "100", "-0.25"];
  const company = e.ids["companies"];
  const contract = await t.api("POST", "/api/v1/contracts", {
    key,
    body: {
      data: {
        type: "contracts",
        attributes: {
          company_id: company,
          name: "Decimals",
          contract_type: "time_and_materials",
          start_date: "2026-01-01",
          billing_cycle: "monthly",
        },
      },
    },
  });
  const of = contract.body.data.id as string;
  for (const [index, unit_price] of rates.entries()) {
    const made = await t.api("POST", `/api/v1/contracts/${of}/items`, {
      key,
      body: {
        data: {
          type: "contract_items",
          attributes: {
            name: `Item ${index}`,
            item_type: "recurring_service",
            billing_frequency: "monthly",
            quantity: "1",
            unit_price,
          },
        },
      },
    });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  }
  const list = (query: string): Promise<ApiAnswer> => get(`contract-items?filter[contract]=${of}&${query}`);
  const ordered = ["-2", "-0.5", "-0.25", "0", "9.5", "10", "100", "100.0000000001"];
  expect(names(await list("sort=unit_price"), "unit_price")).toEqual(ordered);
  expect(names(await list("sort=-unit_price"), "unit_price")).toEqual(ordered.toReversed());
  expect(names(await list("sort=unit_price&filter[unit_price][gt]=-0.5"), "unit_price")).toEqual(ordered.slice(2));
  expect(names(await list("sort=unit_price&filter[unit_price][lte]=9.50"), "unit_price")).toEqual(ordered.slice(0, 5));
  expect(names(await list("sort=unit_price&filter[unit_price]=10.00,9.50"), "unit_price")).toEqual(["9.5", "10"]);
  const first = await list("sort=unit_price&page[size]=3");
  const second = await get((first.body.links.next as string).replace("/api/v1/", ""));
  expect([...names(first, "unit_price"), ...names(second, "unit_price")]).toEqual(ordered.slice(0, 6));
});

test("amounts go by what they are in their own currency", async () => {
  const made: string[] = [];
  for (const [currency, billing_amount] of [
    ["JPY", "150"],
    ["USD", "150.00"],
    ["BHD", "150.000"],
    ["JPY", "1500"],
    ["BHD", "1.500"],
  ]) {
    const company = await t.api("POST", "/api/v1/companies", {
      key,
      body: { data: { type: "companies", attributes: { name: `Pays ${currency} ${billing_amount}`, currency } } },
    });
    const attributes = {
      company_id: company.body.data.id,
      name: "Money",
      contract_type: "managed_services",
      start_date: "2026-01-01",
      billing_cycle: "monthly",
      billing_amount,
    };
    const contract = await t.api("POST", "/api/v1/contracts", {
      key,
      body: { data: { type: "contracts", attributes } },
    });
    if (contract.status !== 201) throw new Error(JSON.stringify(contract.body));
    made.push(contract.body.data.attributes.billing_amount);
  }
  expect(made).toEqual(["150", "150.00", "150.000", "1500", "1.500"]);
  const find = async (filter: string): Promise<string[]> =>
    names(await get(`contracts?filter[name]=Money&${filter}&sort=id`), "billing_amount");
  expect(await find("filter[billing_amount]=150")).toEqual(["150", "150.00", "150.000"]);
  expect(await find("filter[billing_amount][gt]=150")).toEqual(["1500"]);
  expect(await find("filter[billing_amount][lt]=150.5")).toEqual(["150", "150.00", "150.000", "1.500"]);
  expect(await find("filter[billing_amount]=1.5,1500")).toEqual(["1500", "1.500"]);
  expect(await find("filter[billing_amount][gte]=150.5")).toEqual(["1500"]);
});

test("what has no value is not equal to any value", async () => {
  const all = (await get("tickets")).body.data.length;
  const other = "0193c2f4-5a6b-7c8d-9e0f-112233445566";
  expect((await get(`tickets?filter[assigned_to][ne]=${other}`)).body.data.length).toBe(all);
});
