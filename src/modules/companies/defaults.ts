import type { Work } from "../../platform/context.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import { changeClient } from "./change.ts";
import { companies, type contacts } from "./schema.ts";

/**
 * The type of a contact and the company's default contacts are kept in step: the first billing contact becomes the one that
 * invoices go to, the first technical one the one that tickets begin with. Who leaves the company or is archived is no
 * default any more.
 */
const defaults = { billing: "default_billing_contact_id", technical: "default_technical_contact_id" } as const;

export async function keepDefaults(work: Work, contact: RowOf<typeof contacts>): Promise<void> {
  const isThere = contact.archived_at === null;
  for (const [type, column] of Object.entries(defaults) as ["billing", (typeof defaults)["billing"]][]) {
    const holders = await work.db.selectFrom("companies").select("id").where(column, "=", contact.id).execute();
    for (const { id } of holders)
      if (!isThere || id !== contact.company_id) await changeClient(work, companies, id, { [column]: null });
    if (!isThere || contact.contact_type !== type) continue;
    const own = await work.db
      .selectFrom("companies")
      .select(column)
      .where("id", "=", contact.company_id)
      .executeTakeFirst();
    if (own !== undefined && own[column] === null)
      await changeClient(work, companies, contact.company_id, { [column]: contact.id });
  }
}
