import type { TSchema } from "@sinclair/typebox";
import type { AnyEventType } from "../../platform/events/event-type.ts";

/** What the catalog says of an event, for pages, the API and webhooks' documentation. */
export interface EventDoc {
  name: string;
  description: string;
  is_public: boolean;
  /** The resource that `record` of a webhook shows, or null. */
  record_type: string | null;
  /** JSON Schema. */
  payload: TSchema;
  example: Record<string, unknown>;
}

export function eventDoc(type: AnyEventType): EventDoc {
  return {
    name: type.name,
    description: type.description,
    is_public: type.isPublic,
    record_type: type.subject?.resource ?? null,
    payload: JSON.parse(JSON.stringify(type.payload)) as TSchema,
    example: exampleOf(type.payload) as Record<string, unknown>,
  };
}

const exampleId = "0193c2f4-5a6b-7c8d-9e0f-112233445566";
const formats: Record<string, string> = { uuid: exampleId, date: "2026-11-21", instant: "2026-11-21T08:30:00.000Z" };

/** A value of the schema, the same one each time. */
export function exampleOf(schema: TSchema): unknown {
  const given = schema["examples"] as unknown[] | undefined;
  if (given?.[0] !== undefined) return given[0];
  if (schema["const"] !== undefined) return schema["const"];
  const variants = schema["anyOf"] as TSchema[] | undefined;
  if (variants?.[0] !== undefined) return exampleOf(variants[0]);
  switch (schema["type"]) {
    case "object":
      return Object.fromEntries(
        Object.entries((schema["properties"] ?? {}) as Record<string, TSchema>).map(([name, one]) => [
          name,
          exampleOf(one),
        ]),
      );
    case "array":
      return [exampleOf(schema["items"] as TSchema)];
    case "boolean":
      return true;
    case "integer":
    case "number":
      return 1;
    default:
      return formats[String(schema["format"])] ?? "text";
  }
}

/** What a member of a payload is, in a word or two: "id", "id or null", "list of text". */
export function typeWords(schema: TSchema): string {
  const variants = schema["anyOf"] as TSchema[] | undefined;
  if (variants !== undefined) return variants.map(typeWords).join(" or ");
  if (schema["const"] !== undefined) return JSON.stringify(schema["const"]);
  if (schema["type"] === "array") return `list of ${typeWords(schema["items"] as TSchema)}`;
  if (schema["type"] === "string") return { uuid: "id", date: "date" }[String(schema["format"])] ?? "text";
  return schema["type"] === "boolean" ? "true or false" : String(schema["type"]);
}
