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
  return {
    ...api,
    field: async (attributes) => {
      const given = { entity_type: "companies", field_type: "text", ...attributes };
      const id = await api.made("custom-fields", "custom_fields", given);
      return { id, field_key: (await api.get(`custom-fields/${id}`)).body.data.attributes.field_key };
    },
    company: (name, custom_fields = {}) => api.made("companies", "companies", { name, custom_fields }),
  };
}
