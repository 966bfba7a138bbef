import type { Work } from "../../platform/context.ts";
import { conflict, invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { tagName } from "../../platform/tags.ts";

/** A tag as it is kept, or a 422: nothing is left of ", ,". */
export function named(given: string): string {
  const name = tagName(given);
  if (name === "") throw invalidField("name", t("Name is required."), "required");
  return name;
}

/** Two tags of one name would be one. */
export async function refuseTaken(work: Work, name: string, ownId: string | null): Promise<void> {
  const other = await work.db.selectFrom("tags").select("id").where("name", "=", name).executeTakeFirst();
  if (other !== undefined && other.id !== ownId)
    throw conflict(t("There is already a tag {name}. Merge the two instead.", { name }), "duplicate");
}
