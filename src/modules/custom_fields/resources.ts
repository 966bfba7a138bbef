import { customFieldDefinitions } from "../../platform/custom-fields/schema.ts";
import { resource } from "../../platform/resource.ts";
import { createCustomField, deleteCustomField, updateCustomField } from "./actions.ts";

/** Which fields there are: whoever works with records has to know, so the staff may read them. */
export const customFieldResource = resource({
  type: "custom_fields",
  table: customFieldDefinitions,
  permission: "companies.read",
  create: createCustomField,
  update: updateCustomField,
  remove: deleteCustomField,
  sort: "sort_order",
});
