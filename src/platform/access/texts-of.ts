import { Kind, type TSchema } from "@sinclair/typebox";

/** A text of an input, and what its schema says of it. */
export interface GivenText {
  /** `address/city` */
  field: string;
  schema: TSchema;
  text: string;
  /** What the schema calls it: the title may stand at a "… or null" around it. */
  title: string | null;
}

/** Every text of an input that its schema asks for a text at, in the schema's order, however wrong the rest of it is. */
export function* textsOf(
  schema: TSchema,
  input: unknown,
  field = "",
  title: string | null = null,
): Iterable<GivenText> {
  const called = typeof schema["title"] === "string" ? schema["title"] : title;
  switch (schema[Kind]) {
    case "String":
      if (typeof input === "string") yield { field, schema, text: input, title: called };
      return;
    case "Union": {
      const others = (schema["anyOf"] as TSchema[]).filter((variant) => variant[Kind] !== "Null");
      if (others.length === 1 && others[0] !== undefined) yield* textsOf(others[0], input, field, called);
      return;
    }
    case "Array":
      if (Array.isArray(input))
        for (const [at, item] of input.entries())
          yield* textsOf(schema["items"] as TSchema, item, `${field}/${at}`, called);
      return;
    case "Object": {
      if (typeof input !== "object" || input === null || Array.isArray(input)) return;
      const members = new Map(Object.entries(input));
      for (const [name, member] of Object.entries(schema["properties"] as Record<string, TSchema>))
        yield* textsOf(member, members.get(name), field === "" ? name : `${field}/${name}`);
      return;
    }
    default:
  }
}
