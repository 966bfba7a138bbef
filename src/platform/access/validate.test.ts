import { Type } from "@sinclair/typebox";
import { expect, test } from "bun:test";
import { newId } from "../ids.ts";
import { validate } from "./validate.ts";

const schema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 20 }),
    code: Type.Optional(Type.String({ minLength: 3 })),
    status: Type.Union([Type.Literal("client"), Type.Literal("prospect")]),
    level: Type.Optional(Type.Union([Type.Union([Type.Literal("low"), Type.Literal("high")]), Type.Null()])),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
    is_vip: Type.Optional(Type.Boolean()),
    owner_id: Type.Optional(Type.Union([Type.String({ format: "uuid", title: "Account manager" }), Type.Null()])),
    tags: Type.Optional(Type.Array(Type.String({ maxLength: 5 }), { maxItems: 3, uniqueItems: true })),
    address: Type.Optional(
      Type.Union([
        Type.Object({ city: Type.Optional(Type.String({ maxLength: 5 })) }, { additionalProperties: false }),
        Type.Null(),
      ]),
    ),
  },
  { additionalProperties: false },
);
const right = { name: "Harbor IT", status: "client" };

function messages(input: unknown): string[] {
  return validate(schema, input).map(({ field, code, message }) => `${field} [${code}] ${message}`);
}

test("a right input has no problems", () => {
  expect(messages(right)).toEqual([]);
  expect(
    messages({ ...right, level: null, owner_id: newId(), address: { city: "Hull" }, tags: ["a"], days: undefined }),
  ).toEqual([]);
});

test("what is missing is required: absent, null or blank", () => {
  expect(messages({})).toEqual(["name [required] Name is required.", "status [required] Status is required."]);
  expect(messages({ name: "", status: "" })).toEqual([
    "name [required] Name is required.",
    "status [required] Status is required.",
  ]);
  expect(messages({ name: "  ", status: "lost", days: 0 })).toEqual([
    "status [invalid_choice] Status must be one of client, prospect.",
    "days [too_small] Days must be at least 1.",
    "name [required] Name is required.",
  ]);
  expect(messages({ ...right, name: null, days: "" })).toEqual([
    "name [required] Name is required.",
    "days [required] Days is required.",
  ]);
  expect(messages(null)).toEqual([" [required] An input is required."]);
});

test("unknown fields are named, nested ones with their path", () => {
  expect(messages({ ...right, colour: 1, address: { town: "Hull" } })).toEqual([
    'colour [unknown_field] Unknown field "colour".',
    'address/town [unknown_field] Unknown field "address/town".',
  ]);
});

test("a choice names what may be chosen", () => {
  expect(messages({ ...right, status: "lost", level: "middle" })).toEqual([
    "status [invalid_choice] Status must be one of client, prospect.",
    "level [invalid_choice] Level must be one of low, high.",
  ]);
});

test("limits and types are sentences", () => {
  expect(
    messages({ ...right, name: "x".repeat(21), code: "ab", days: 0, is_vip: "perhaps", address: { city: "London" } }),
  ).toEqual([
    "name [too_long] Name must be at most 20 characters.",
    "code [too_short] Code must be at least 3 characters.",
    "days [too_small] Days must be at least 1.",
    "is_vip [invalid_type] Vip must be true or false.",
    "address/city [too_long] City must be at most 5 characters.",
  ]);
  expect(messages({ ...right, days: 1.5, tags: ["abcdefg"], name: 7 })).toEqual([
    "name [invalid_type] Name must be a text.",
    "days [invalid_type] Days must be a whole number.",
    "tags/0 [too_long] Tags, entry 1, must be at most 5 characters.",
  ]);
  expect(messages({ ...right, days: 366, tags: ["a", "a"] })).toEqual([
    "days [too_large] Days must be at most 365.",
    "tags [not_unique] Tags must not have the same entry twice.",
  ]);
});

test("a field is called by its title", () => {
  expect(messages({ ...right, owner_id: "me" })).toEqual([
    "owner_id [invalid_format] Account manager must be an id such as 0193c2f4-5a6b-7c8d-9e0f-112233445566.",
  ]);
});

test("characters that a database cannot hold are a problem, wherever they stand", () => {
  expect(messages({ ...right, name: "a\0b" })).toEqual(["name [invalid] Name holds characters that cannot be stored."]);
  const open = Type.Object({ data: Type.Record(Type.String(), Type.Unknown()) });
  expect(validate(open, { data: { deep: ["\ud800"] } })[0]?.field).toBe("data/deep/0");
});

test("a very deep or very wrong input neither fails nor answers without end", () => {
  let deep: unknown = 1;
  for (let at = 0; at < 50_000; at += 1) deep = [deep];
  const open = Type.Object({ data: Type.Unknown(), list: Type.Optional(Type.Array(Type.Integer())) });
  expect(validate(open, { data: deep })).toEqual([]);
  expect(validate(open, { data: 1, list: Array.from({ length: 5000 }, () => "x") }).length).toBeLessThan(100);
});

const samples: Record<string, { right: string[]; wrong: string[] }> = {
  uuid: { right: [newId()], wrong: ["", "1", newId().toUpperCase(), `${newId()}\n`] },
  email: { right: ["ada@harbor.example"], wrong: ["ada", "ada@harbor"] },
  url: {
    right: ["https://harbor.example/a?b#c", "http://localhost:8080"],
    wrong: ["harbor.example", "javascript:alert(1)", "ftp://a.example", "https://", "https://a b.example"],
  },
  date: {
    right: ["2026-11-21", "2028-02-29"],
    wrong: ["2026-02-29", "2026-13-01", "21.11.2026", "2026-1-1", "0000-01-01", "2026-11-21T00:00:00Z"],
  },
  time: { right: ["00:00", "23:59"], wrong: ["24:00", "9:00", "12:60", "12:00:00"] },
  instant: {
    right: ["2026-11-21T07:00:00Z", "2026-11-21T07:00:00.123Z", "2026-11-21T09:00:00+02:00"],
    wrong: ["2026-11-21", "2026-11-21T07:00", "2026-02-30T07:00:00Z", "2026-11-21T07:00:00", "2026-11-21T25:00:00Z"],
  },
  decimal: { right: ["0", "-1.5", "0.0035"], wrong: ["", "1,5", "1e3", ".5", "1.", "NaN", "+1"] },
  money: { right: ["150.00", "-3", "0.0035"], wrong: ["1.00001", "1,00", "€5", ""] },
  timezone: {
    right: ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"],
    wrong: ["Europe/Atlantis", "europe/berlin", "+01:00", "Berlin", ""],
  },
  currency: { right: ["EUR", "USD", "JPY"], wrong: ["eur", "EURO", "ZZZ", "€"] },
  locale: {
    right: ["en-US", "de-DE", "de", "pt-BR", "zh-Hant-TW"],
    wrong: ["", "xx-invalid-tag-that-is-long", "EN_us", "de-de", "english", "<script>", "zz-ZZ"],
  },
  color: { right: ["#1f6feb", "#FFFFFF"], wrong: ["red", "#fff", "1f6feb"] },
};

for (const [format, { right, wrong }] of Object.entries(samples)) {
  test(`the format ${format} takes what it should, and nothing else`, () => {
    const schema = Type.String({ format });
    expect(right.filter((text) => validate(schema, text).length > 0)).toEqual([]);
    expect(wrong.filter((text) => validate(schema, text).length === 0)).toEqual([]);
  });
}

// Each of these takes hours, and so the test's time-out, by a pattern that goes back over what it has read.
test("a long text that is nearly right is refused by every format, however it is made", () => {
  const long = 200_000;
  const nearly = [
    `a@${"a.".repeat(long)}`,
    `${"a.".repeat(long)}@`,
    `${"a".repeat(long)}@${"-".repeat(long)}`,
    `https://${"a".repeat(long)}@${" ".repeat(long)}`,
    `${" ".repeat(long)}x`,
    `${"1".repeat(long)}.${"1".repeat(long)}x`,
    `2026-11-21T08:30:00.${"0".repeat(long)}`,
    `${"A/".repeat(long)}!`,
    `${"en-".repeat(long)}US`,
    `#${"f".repeat(long)}`,
  ];
  for (const format of [
    "uuid",
    "email",
    "date",
    "time",
    "instant",
    "decimal",
    "money",
    "locale",
    "timezone",
    "currency",
    "color",
  ]) {
    const schema = Type.Object({ text: Type.String({ format }) });
    for (const text of nearly)
      expect({ format, start: text.slice(0, 20), count: validate(schema, { text }).length }).toEqual({
        format,
        start: text.slice(0, 20),
        count: 1,
      });
  }
});
