import { declared } from "../../platform/language/index.ts";
import { transfer, type Transfer } from "../../platform/transfer/definition.ts";
import { userResource } from "./resources.ts";
import { teamResource } from "./teams.ts";

/** Teams both ways; people only out. */
export const staffTransfers: readonly Transfer[] = [
  transfer({
    resource: userResource,
    label: "People",
    order: 5,
    naming: ["email", "name"],
    match: [],
    exportOnly: declared(
      "People are invited one by one, so that each of them chooses a password and a role is given on purpose.",
    ),
  }),
  transfer({ resource: teamResource, label: "Teams", order: 15 }),
];
