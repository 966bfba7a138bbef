import type { Work } from "../../platform/context.ts";
import { changeClient } from "./change.ts";
import { sites } from "./schema.ts";

/** A company has at most one primary site. */

/** Whether one of a company's sites in use is the primary one. */
export async function hasPrimarySite({ db }: Work, companyId: string): Promise<boolean> {
  const found = await db
    .selectFrom("sites")
    .select("id")
    .where("company_id", "=", companyId)
    .where("is_primary", "=", true)
    .where("archived_at", "is", null)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** Making another site the primary one takes it from the present one. */
export async function demotePrimarySite(work: Work, companyId: string): Promise<void> {
  const present = await work.db
    .selectFrom("sites")
    .select("id")
    .where("company_id", "=", companyId)
    .where("is_primary", "=", true)
    .execute();
  for (const { id } of present) await changeClient(work, sites, id, { is_primary: false });
}
