import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { TestProgram } from "./program.ts";

// The document is looked at as what it is: JSON.
// oxlint-disable-next-line no-explicit-any
export type Json = any;

/** The OpenAPI document as the program serves it, and a check for each schema in it. */
export interface ServedDocument {
  document: Json;
  /** A check of a part of the document; attributes that it does not name are not let through. */
  compiled(schema: Json): ValidateFunction;
}

export async function servedDocument(t: TestProgram): Promise<ServedDocument> {
  const document = JSON.parse(await (await t.fetch("/api/v1/openapi.json")).text());
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  for (const name of ["decimal", "money", "timezone", "currency", "color", "binary"]) ajv.addFormat(name, true);
  ajv.addSchema(strict({ $id: "openapi", components: document.components }));
  const known = new Map<string, ValidateFunction>();
  return {
    document,
    // The pointers of a part of the document are made absolute for Ajv.
    compiled: (schema) => {
      const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
      const check = known.get(text) ?? ajv.compile(JSON.parse(text));
      known.set(text, check);
      return check;
    },
  };
}

/** The same schemas, without leave for attributes that they do not name. */
function strict(whole: Json): Json {
  const copy = structuredClone(whole);
  for (const [name, schema] of Object.entries<Json>(copy.components.schemas))
    if (name.endsWith("_attributes")) schema.additionalProperties = false;
  return copy;
}
