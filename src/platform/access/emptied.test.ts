import { Type } from "@sinclair/typebox";
import { expect, test } from "bun:test";
import { emptiedAsNull } from "./emptied.ts";

const orNull = (schema: Parameters<typeof Type.Union>[0][number]) => Type.Optional(Type.Union([schema, Type.Null()]));
const schema = Type.Object({
  email: orNull(Type.String({ format: "email" })),
  phone: orNull(Type.String()),
  days: orNull(Type.Integer()),
  level: orNull(Type.Union([Type.Literal("low"), Type.Literal("high")])),
  starts_on: Type.Optional(Type.String({ format: "date" })),
  name: Type.String({ minLength: 1 }),
  lines: Type.Array(Type.Object({ due_on: orNull(Type.String({ format: "date" })), text: Type.String() })),
});

test("an empty text is null where something else than a text, or nothing, is asked for", () => {
  const given = { email: "", days: " ", level: "", lines: [{ due_on: "", text: "" }] };
  expect(emptiedAsNull(schema, given)).toEqual({
    email: null,
    days: null,
    level: null,
    lines: [{ due_on: null, text: "" }],
  });
});

test("texts, what may not be null, what is right and what is unknown stay as they are", () => {
  const given = { email: "a@b.example", phone: "", starts_on: "", name: "", days: 0, colour: "", lines: "" };
  expect(emptiedAsNull(schema, given)).toEqual(given);
  for (const odd of [null, "", 3, []]) expect(emptiedAsNull(schema, odd)).toEqual(odd);
});
