import { Type } from "@sinclair/typebox";
import { users } from "../../platform/access/schema.ts";
import { action } from "../../platform/action.ts";
import { onBehalf, type Work } from "../../platform/context.ts";
import type { Patch, RowOf } from "../../platform/database/columns.ts";
import { fromEdge, patchInput } from "../../platform/database/edge.ts";
import { update } from "../../platform/database/records.ts";
import { forbidden, invalidField } from "../../platform/errors.ts";
import { isLanguage, t } from "../../platform/language/index.ts";

/** How a person likes the pages, which everybody may say. */
const preferenceNames = ["language", "timezone", "theme", "density", "is_shortcuts_on"] as const;
/** What staff may change of themselves beside that; clients' names are those of their contacts. */
const profileNames = ["name", "title", "phone"] as const;

const { id: _id, version: _version, ...fields } = patchInput(users, [...profileNames, ...preferenceNames]).properties;

/** Changes one's own profile and preferences. */
export const changeMe = action({
  name: "preferences.change_me",
  permission: null,
  input: Type.Object(fields, { additionalProperties: false }),
  run: async (work: Work, input: Record<string, unknown>): Promise<RowOf<typeof users>> => {
    const { kind, user_id } = work.actor;
    if (user_id === null || (kind !== "staff" && kind !== "portal")) throw forbidden();
    const values: Patch<typeof users> = fromEdge(users, input, work.tenant.currency);
    const forStaff = profileNames.find((name) => values[name] !== undefined);
    if (kind === "portal" && forStaff !== undefined)
      throw invalidField(forStaff, t("Ask us to change this; it stands in your contact details."), "not_allowed");
    if (values.name !== undefined && values.name.trim() === "")
      throw invalidField("name", t("Name is required."), "required");
    if (values.language != null && !isLanguage(values.language))
      throw invalidField("language", t("This language is not one of ours."), "not_found");
    // Clients cannot see the table of users, not even themselves in it.
    return update(kind === "portal" ? onBehalf(work) : work, users, user_id, values);
  },
});
