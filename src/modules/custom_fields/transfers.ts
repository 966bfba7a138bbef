import { transfer, type Transfer } from "../../platform/transfer/definition.ts";
import { customFieldResource } from "./resources.ts";

/** Which fields there are, as a file. */
export const customFieldTransfers: readonly Transfer[] = [
  transfer({
    resource: customFieldResource,
    label: "Custom fields",
    order: 1,
    naming: ["field_key"],
    match: ["entity_type", "field_key"],
  }),
];
