import { Type } from "@sinclair/typebox";
import { expect, test } from "bun:test";
import { Failure } from "../../errors.ts";
import { changes } from "../../database/edge.ts";
import { coerceForm, readForm } from "./form.ts";

const KiB = 1024;

function urlencoded(body: string | Uint8Array | ReadableStream, type = "application/x-www-form-urlencoded"): Request {
  return new Request("http://localhost/", { method: "POST", body, headers: { "content-type": type } });
}

function multipart(body: string | Uint8Array | ReadableStream, boundary = "----b"): Request {
  return urlencoded(body, `multipart/form-data; boundary=${boundary}`);
}

async function statusOf(request: Request, maxBytes = 64 * KiB): Promise<number | string> {
  try {
    await readForm(request, { maxBytes });
    return "read";
  } catch (error) {
    return error instanceof Failure ? error.status : `threw ${String(error)}`;
  }
}

test("an urlencoded form is read, repeated names as an array", async () => {
  const { fields, files } = await readForm(
    urlencoded("name=Harbor+IT&tag=a&tag=b&tag=c&city=%C5%81%C3%B3d%C5%BA&empty=&bare&=x"),
    { maxBytes: KiB },
  );
  expect(fields).toEqual({ name: "Harbor IT", tag: ["a", "b", "c"], city: "Łódź", empty: "", bare: "", "": "x" });
  expect(files).toEqual([]);
});

test("line breaks become single ones", async () => {
  const { fields } = await readForm(urlencoded("note=one%0D%0Atwo"), { maxBytes: KiB });
  expect(fields["note"]).toBe("one\ntwo");
});

test("names of the language itself are only names", async () => {
  const { fields } = await readForm(urlencoded("__proto__=x&constructor=y"), { maxBytes: KiB });
  expect(Object.entries(fields)).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test("a browser's multipart form is read: fields, files byte for byte, file inputs without a file left out", async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
  const form = new FormData();
  form.append("subject", "Printer “jams”");
  form.append("tag", "a");
  form.append("tag", "b");
  form.append("files", new File([bytes], 'two "quotes" ü.bin', { type: "application/x-thing" }));
  form.append("files", new File(["plain"], "note.txt", { type: "text/plain" }));
  form.append("empty", new File([], ""));
  const { fields, files } = await readForm(new Request("http://localhost/", { method: "POST", body: form }), {
    maxBytes: 100 * KiB,
  });
  expect(fields).toEqual({ subject: "Printer “jams”", tag: ["a", "b"] });
  expect(files.map(({ field, name, type }) => [field, name, type])).toEqual([
    ["files", 'two "quotes" ü.bin', "application/x-thing"],
    ["files", "note.txt", expect.stringContaining("text/plain")],
  ]);
  expect(Buffer.from(files[0]?.bytes ?? []).equals(Buffer.from(bytes))).toBe(true);
});

test("a file that holds something like the boundary is read whole", async () => {
  const content = "a\r\n--other\r\n--\r\n----";
  const body = `------b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n${content}\r\n------b--\r\n`;
  const { files } = await readForm(multipart(body), { maxBytes: KiB });
  expect(Buffer.from(files[0]?.bytes ?? []).toString()).toBe(content);
});

test("a form that is cut off or not put together correctly is a 400", async () => {
  const part = '------b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n';
  expect(await statusOf(multipart(`${part}------b--`))).toBe("read");
  for (const body of [
    "",
    "nothing",
    part,
    `${part}------b`,
    "------b\r\nContent-Disposition: form-data\r\n\r\n1\r\n------b--",
    "------b\r\nrubbish\r\n\r\n1\r\n------b--",
    "------b\r\n------b--",
  ]) {
    expect(await statusOf(multipart(body))).toBe(400);
  }
  expect(await statusOf(urlencoded(part, "multipart/form-data"))).toBe(400);
});

test("text that is not UTF-8 is a 400", async () => {
  expect(await statusOf(urlencoded("a=%ff"))).toBe(400);
  expect(await statusOf(urlencoded("a=%"))).toBe(400);
  expect(await statusOf(urlencoded(Uint8Array.of(0x61, 0x3d, 0xff)))).toBe(400);
  expect(
    await statusOf(
      multipart(
        Buffer.concat([
          Buffer.from('------b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
          Buffer.of(0xff),
          Buffer.from("\r\n------b--"),
        ]),
      ),
    ),
  ).toBe(400);
});

test("a form that is too large is a 413, whether it says so or not", async () => {
  expect(await statusOf(urlencoded(`a=${"x".repeat(2 * KiB)}`), KiB)).toBe(413);
  let pulled = 0;
  const endless = new ReadableStream({
    pull: (controller) => {
      pulled += 1;
      controller.enqueue(new Uint8Array(KiB));
    },
  });
  expect(await statusOf(urlencoded(endless), 8 * KiB)).toBe(413);
  expect(pulled).toBeLessThan(20);
});

test("what is no form is a 415, a post without a body an empty form", async () => {
  expect(await statusOf(urlencoded("{}", "application/json"))).toBe(415);
  expect(await readForm(new Request("http://localhost/", { method: "POST" }), { maxBytes: KiB })).toEqual({
    fields: {},
    files: [],
  });
});

const schema = Type.Object({
  name: Type.String({ minLength: 1 }),
  notes: Type.Optional(Type.String()),
  website: Type.Optional(Type.String({ format: "url" })),
  phone: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  is_vip: Type.Optional(Type.Boolean()),
  days: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  rate: Type.Optional(Type.Number()),
  status: Type.Union([Type.Literal("client"), Type.Literal("prospect")]),
  level: Type.Optional(Type.Union([Type.Union([Type.Literal(1), Type.Literal(2)]), Type.Null()])),
  tags: Type.Optional(Type.Array(Type.String())),
  numbers: Type.Optional(Type.Array(Type.Integer())),
  address: Type.Optional(Type.Object({ city: Type.Optional(Type.Union([Type.String(), Type.Null()])) })),
});

test("typed text becomes what the schema asks for", () => {
  const typed = {
    name: "Harbor IT",
    phone: "",
    is_vip: "on",
    days: " 30 ",
    rate: "1.5",
    status: "client",
    level: "2",
    "tags[]": ["a", "", "b"],
    numbers: "7",
    "address.city": "Hull",
    _csrf: "token",
  };
  expect(coerceForm(schema, typed)).toEqual({
    name: "Harbor IT",
    phone: null,
    is_vip: true,
    days: 30,
    rate: 1.5,
    status: "client",
    level: 2,
    tags: ["a", "b"],
    numbers: [7],
    address: { city: "Hull" },
  });
});

test("an emptied field is null, an empty text or left out, as the schema allows", () => {
  const typed = { name: "", notes: "", website: "", days: "", level: "", rate: "", status: "", "address.city": "" };
  expect(coerceForm(schema, typed, [])).toEqual({
    name: "",
    notes: "",
    days: null,
    level: null,
    status: "",
    address: { city: null },
  });
});

test("an emptied field of a change is never left out, which would keep what was there", () => {
  const change = Type.Object(changes({ days: Type.Integer(), begins: Type.String({ format: "date" }) }));
  expect(coerceForm(change, { days: "", begins: "" })).toEqual({ days: "", begins: "" });
});

test("a box that is not ticked is false, unless the form does not show it", () => {
  expect(coerceForm(schema, { name: "x" })).toEqual({ name: "x", is_vip: false });
  expect(coerceForm(schema, { name: "x" }, ["name"])).toEqual({ name: "x" });
  expect(coerceForm(schema, { name: "x" }, ["name", "is_vip", "tags"])).toEqual({ name: "x", is_vip: false, tags: [] });
  expect(coerceForm(schema, { is_vip: ["false", "true"] })).toEqual({ is_vip: true });
});

test("what cannot be read, and what is unknown, stays for validation to report", () => {
  const typed = {
    days: "soon",
    is_vip: "perhaps",
    status: "lost",
    extra: "1",
    "other.part": "2",
    __proto__x: "3",
    name: ["a", "b"],
  };
  expect(coerceForm(schema, typed)).toEqual({
    days: "soon",
    is_vip: "perhaps",
    status: "lost",
    extra: "1",
    "other.part": "2",
    name: ["a", "b"],
  });
});
