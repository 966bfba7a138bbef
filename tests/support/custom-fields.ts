import type { TestProgram } from "./program.ts";
import { type Attributes, type RecordApi, recordApi } from "./record-api.ts";

/** An administrator who makes fields, and companies that have them. */
export interface FieldWorld extends RecordApi {
  /** A text of companies unless told otherwise. */
  field(attributes: Attributes): Promise<{ id: string; field_key: string }>;
  /** Answers the company's id. */
  company(name: string, custom_fields?: Attributes): Promise<string>;
}

/** Makes it. */
export async function fieldWorld(t: TestProgram): Promise<FieldWorld> {
  const api = recordApi(t, await t.harbor.key("administrator"));
  const make = async (path: string, type: string, attributes: Attributes) => {
    const made = await api.post(path, type, attributes);
    if (made.status !== 201) throw new Error(`${path}: ${made.status} ${JSON.stringify(made.body)}`);
    return made.body.data;
  };
  return {
    ...api,
    field: async (attributes) => {
      const given = { entity_type: "companies", field_type: "text", ...attributes };
      const made = await make("custom-fields", "custom_fields", given);
      return { id: made.id, field_key: made.attributes.field_key };
    },
    company: async (name, custom_fields = {}) => (await make("companies", "companies", { name, custom_fields })).id,
  };
}
