import { Kind, type TSchema } from "@sinclair/typebox";

/**
 * An input as it is meant: an empty text for something that may be null and is no free text (an address, a date, a choice)
 * means null, as an emptied field of a form does. Free texts stay as they are, and so does what may not be null.
 */
export function emptiedAsNull(schema: TSchema, input: unknown): unknown {
  const inner = withoutNull(schema);
  if (typeof input === "string") return inner !== schema && input.trim() === "" && !isFreeText(inner) ? null : input;
  if (inner[Kind] === "Array" && Array.isArray(input))
    return input.map((item) => emptiedAsNull(inner["items"] as TSchema, item));
  if (inner[Kind] !== "Object" || typeof input !== "object" || input === null || Array.isArray(input)) return input;
  const properties = inner["properties"] as Record<string, TSchema>;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return [name, property === undefined ? value : emptiedAsNull(property, value)];
    }),
  );
}

function isFreeText(schema: TSchema): boolean {
  return schema[Kind] === "String" && schema["format"] === undefined && schema["pattern"] === undefined;
}

/** What a "… or null" allows beside null; any other schema is answered itself. */
export function withoutNull(schema: TSchema): TSchema {
  const variants = schema[Kind] === "Union" ? (schema["anyOf"] as TSchema[]) : [];
  const others = variants.filter((variant) => variant[Kind] !== "Null");
  if (others.length === variants.length) return schema;
  return others.length === 1 && others[0] !== undefined ? others[0] : { ...schema, anyOf: others };
}
