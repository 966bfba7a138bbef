/** What a hostile or careless client sends: always the same, in an order that a seed shuffles. */

const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** Bodies that are no document of ours, whatever the route; with the content type they claim to have. */
export const hostileBodies: readonly { name: string; body: string | Uint8Array<ArrayBuffer>; type?: string }[] = [
  { name: "nothing", body: "" },
  { name: "half of a document", body: '{"data":' },
  { name: "null", body: "null" },
  { name: "a number", body: "7" },
  { name: "a text", body: '"data"' },
  { name: "an array", body: "[]" },
  { name: "no data", body: "{}" },
  { name: "an array as data", body: '{"data":[]}' },
  { name: "a number as type", body: '{"data":{"type":7}}' },
  { name: "another type", body: '{"data":{"type":"nonsense","attributes":{}}}' },
  { name: "deep nesting", body: `{"data":${deep(100_000)}}` },
  { name: "a prototype", body: '{"__proto__":{"data":{}},"constructor":{"prototype":{}}}' },
  { name: "bytes that are no UTF-8", body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) },
  { name: "a NUL character", body: '{"data":{"type":"\\u0000"}}' },
  { name: "a form", body: "data=1&data=2", type: "application/x-www-form-urlencoded" },
  { name: "XML", body: "<data/>", type: "text/xml" },
  {
    name: "a form in parts without an end",
    body: '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nx',
    type: "multipart/form-data; boundary=x",
  },
  { name: "a form in parts without a boundary", body: "--x", type: "multipart/form-data" },
  { name: "a content type that is none", body: "{}", type: ";;;=" },
];

/** Documents of the right type with something wrong in the frame. */
export function hostileDocuments(type: string): string[] {
  const text = (data: object): string => JSON.stringify({ data: { type, ...data } });
  return [
    text({ attributes: [] }),
    text({ attributes: "x" }),
    text({ id: 7, attributes: {} }),
    text({ id: "x", attributes: {} }),
    text({ attributes: { no_such_field: 1 } }),
    text({ attributes: { id: "x", tenant_id: "x", version: -1 } }),
    `{"data":{"type":"${type}","attributes":{"__proto__":{"name":"x"},"constructor":1,"toString":null,"hasOwnProperty":[]}}}`,
    text({ attributes: {}, relationships: [] }),
    text({ attributes: {}, relationships: { company: null } }),
    text({ attributes: {}, relationships: { company: { data: [{ id: 1 }] } } }),
    text({ attributes: { company_id: "a" }, relationships: { company: { data: { type: "companies", id: "b" } } } }),
    text({ attributes: { "a/b~c": { d: [[[[{}]]]] } } }),
    text({ attributes: { [`x${"y".repeat(5000)}`]: 1 } }),
    text({ attributes: Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`f${at}`, at])) }),
  ];
}

/** Values that a field of any kind may get. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number("9007199254740993"),
  -2_147_483_649,
  2_147_483_648,
  "",
  "   ",
  "\u0000",
  "\ud800",
  "x".repeat(300_000),
  "‮\u200f￿",
  "'; drop table users; --",
  "<script>alert(1)</script>",
  "=1+1",
  "../../etc/passwd",
  "{{constructor}}",
  "%s%n",
  "NaN",
  "Infinity",
  "99999999999999999999.99",
  "0.00000000000000000001",
  "-0.01",
  "1e5",
  "1,5",
  "9999999999999.9999",
  "0",
  "-1",
  "100",
  "2026-02-30",
  "0001-01-01",
  "9999-12-31",
  "2026-11-21",
  "+275760-09-13T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
  "0000-01-01T00:00:00Z",
  "2026-11-21T00:00:00+14:00",
  "00:00",
  "23:59",
  "24:00",
  "00000000-0000-0000-0000-000000000000",
  "01a1fd4e-7736-70f4-a591-2cd0ce8b0072",
  "not-an-id",
  "a@b",
  `${"a".repeat(250)}@example.com`,
  "javascript:alert(1)",
  "http://",
  "EUR",
  "JPY",
  "KWD",
  "Europe/Berlin",
  "#ffffff",
  [],
  [null],
  ["x", "x"],
  [[]],
  [{}],
  Array.from({ length: 3000 }, (_, at) => `x${at}`),
  {},
  { a: { b: { c: [] } } },
  { line1: 7 },
];

/** Ids that are none. */
export const hostileIds: readonly string[] = [
  "0",
  "-1",
  "null",
  "not-an-id",
  "%00",
  "%F0%9F%98%80",
  "..%2f..%2fetc%2fpasswd",
  "'%20or%201=1--",
  "01a1fd4e-7736-70f4-a591-2cd0ce8b00zz",
  "00000000-0000-0000-0000-000000000000",
  "FFFFFFFF-FFFF-7FFF-BFFF-FFFFFFFFFFFF",
  "%E0%A4%A",
  "x".repeat(3000),
];

/** Query strings of lists and of anything else. */
export const hostileQueries: readonly string[] = [
  "?",
  "?=",
  "?a",
  "?%00=1",
  "?%E0%A4%A=1",
  "?__proto__=1",
  "?filter[__proto__]=1",
  "?filter[constructor][gt]=1",
  "?filter",
  "?filter[]=",
  "?filter[name]=%00",
  "?filter[q]=%22%27*(){}:^-",
  "?filter[q]=%00",
  `?filter[q]=${"a ".repeat(3000)}`,
  "?filter[id]=1",
  "?filter[id][gt]=1",
  "?filter[created_at][gte]=x",
  "?filter[created_at][gte]=9999999-01-01",
  "?filter[created_at]=2026-99-99",
  "?filter[updated_at][null]=maybe",
  "?filter[name][like]=%25%5C_",
  "?filter[tenant_id]=1",
  "?filter[version]=1e99",
  "?filter[version]=99999999999",
  "?sort=",
  "?sort=-",
  "?sort=,,",
  "?sort=--id",
  "?sort=name,name",
  "?sort=id,id",
  "?sort=__proto__",
  "?sort=constructor",
  "?sort=tenant_id",
  "?page[size]=0",
  "?page[size]=1e2",
  "?page[size]=-1",
  "?page[size]=x",
  "?page[size]=201",
  "?page[after]=",
  "?page[after]=W10",
  "?page[after]=WyJ4Il0",
  "?page[after]=WyIwMWExIiwieCJd",
  "?page[after]=WzFlMzA4XQ",
  "?page[after]=WyJcdTAwMDAiXQ",
  "?page[number]=2",
  "?page=1",
  "?fields[nonsense]=name",
  "?fields=name",
  "?include=nonsense",
  "?include=",
  "?a=1&a=2",
  "?page[size]=1&page[size]=2",
  "?q=%00",
  "?q=%F0%9F%98%80'%22",
  "?next=//evil.example",
  "?status=__proto__",
  "?after=x",
  "?view=x&sort=x&page=-1",
  "?from=x&to=y",
  "?month=2026-13",
  "?company_id=x",
  "?ticket_id=x&contract_id=%00",
  "?invoice=x",
];

/** Headers that are wrong, but may come. */
export const hostileHeaders: readonly Record<string, string>[] = [
  { "if-match": "x" },
  { "if-match": '"99999999999"' },
  { "if-match": '"-1"' },
  { "if-match": "*" },
  { "idempotency-key": "x".repeat(5000) },
  { "idempotency-key": " " },
  { cookie: "purser=; purser=%00; =; ;;;a" },
  { cookie: `purser=${"x".repeat(6000)}` },
  { cookie: "__proto__=1" },
  { "hx-request": "true", "hx-target": "__proto__" },
  { accept: "image/png" },
  { "x-forwarded-for": "%%%, 1.2.3.4, ::1, evil" },
  { "x-forwarded-proto": "gopher" },
  { "content-length": "-1" },
  { "accept-language": "*;q=x" },
  { "user-agent": "x".repeat(6000) },
  { range: "bytes=9-1" },
];

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Some of a list, chosen by the dice. */
export function some<T>(roll: () => number, list: readonly T[], count: number): T[] {
  const left = [...list];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(roll() * left.length), 1),
  ).flat();
}
