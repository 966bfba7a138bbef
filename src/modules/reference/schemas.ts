import { t } from "../../platform/language/index.ts";
import type { OpenApiDocument } from "../../platform/openapi/document.ts";
import type { Schema } from "../../platform/openapi/schemas.ts";

/** Reading the OpenAPI document: references followed, attributes listed, a value that fits. */

/** A schema with its references followed, as deep as a page shows it. */
export function followed(document: OpenApiDocument, schema: Schema | undefined): Schema {
  const pointer = schema?.["$ref"];
  if (typeof pointer !== "string") return schema ?? {};
  const [, , kind = "", name = ""] = pointer.split("/");
  return document.components[kind]?.[name] ?? {};
}

function propertiesOf(document: OpenApiDocument, schema: Schema | undefined): Record<string, Schema> {
  return (followed(document, schema)["properties"] ?? {}) as Record<string, Schema>;
}

/** What a value looks like, in a line: `string, date-time or null`. */
export function wordsOf(document: OpenApiDocument, given: Schema): string {
  const schema = followed(document, given);
  if (Array.isArray(schema["enum"])) return schema["enum"].map(String).join(", ");
  const types = [schema["type"] ?? (schema["anyOf"] === undefined ? "any" : "")].flat().filter((one) => one !== "null");
  const parts = [
    types.join(" / "),
    schema["format"],
    schema["maxLength"] === undefined ? "" : `≤ ${String(schema["maxLength"])}`,
  ];
  const isNullable = [schema["type"]].flat().includes("null");
  return `${parts.filter((part) => part !== "" && part !== undefined).join(", ")}${isNullable ? ` ${t("or null")}` : ""}`;
}

export const media = "application/vnd.api+json";

export function documentSchema(holder: Schema | undefined): Schema | undefined {
  const content = holder?.["content"] as Record<string, { schema: Schema }> | undefined;
  return content?.[media]?.schema;
}

/** The attributes of what a document holds. */
export function attributesOf(
  document: OpenApiDocument,
  schema: Schema | undefined,
): { all: [string, Schema][]; required: string[] } {
  let data = followed(document, propertiesOf(document, schema)["data"]);
  if (Array.isArray(data["anyOf"])) data = followed(document, data["anyOf"][0] as Schema);
  const record = data["type"] === "array" ? followed(document, data["items"] as Schema) : data;
  const attributes = followed(document, propertiesOf(document, record)["attributes"]);
  return {
    all: Object.entries(propertiesOf(document, attributes)),
    required: (attributes["required"] ?? []) as string[],
  };
}

/** A request document with an example of each attribute that is required. */
export function sampleBody(document: OpenApiDocument, schema: Schema | undefined): string {
  if (schema === undefined) return "";
  const data = propertiesOf(document, schema)["data"];
  const { all, required } = attributesOf(document, schema);
  const attributes = Object.fromEntries(
    all.filter(([name]) => required.includes(name)).map(([name, one]) => [name, sample(one)]),
  );
  const { type } = propertiesOf(document, data);
  return JSON.stringify({ data: { type: type?.["const"], attributes } }, null, 2);
}

function sample(schema: Schema): unknown {
  const [first] = (schema["enum"] ?? []) as unknown[];
  if (first !== undefined) return first;
  const format = String(schema["format"] ?? "");
  const byFormat: Readonly<Record<string, string>> = {
    uuid: "0193c2f4-5a6b-7c8d-9e0f-112233445566",
    date: "2026-11-21",
    "date-time": "2026-11-21T09:00:00Z",
    email: "name@example.com",
    money: "150.00",
    decimal: "1.5",
    currency: "EUR",
  };
  const type = [schema["type"]].flat()[0];
  return (
    byFormat[format] ??
    ({ integer: 1, boolean: true, array: [] as unknown[], object: {} } as Record<string, unknown>)[String(type)] ??
    "…"
  );
}
