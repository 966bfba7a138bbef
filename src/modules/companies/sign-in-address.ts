import { users } from "../../platform/access/schema.ts";
import { onBehalf, type Work } from "../../platform/context.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import { update } from "../../platform/database/records.ts";
import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { sendLinksToNewAddress, tellOfChange } from "../staff/index.ts";
import { emailKey } from "./rules.ts";
import type { contacts } from "./schema.ts";

/**
 * Whoever uses the portal signs in with the address of their contact, so it goes where that goes, in the same unit of work:
 * else links to choose a password would go on to an address that is somebody else's by now. Links that are on their way to
 * the old one stop working, and an invitation that nobody has followed yet is sent to the new one. Who has no access now gets
 * the address when they get access again. Refuses (422) no address, and one that another user of the portal has.
 */
export async function followAddress(work: Work, contact: RowOf<typeof contacts>): Promise<void> {
  const { portal_user_id: id } = contact;
  const email = contact.email === null ? null : emailKey(contact.email);
  if (id === null || !contact.is_portal_user) return;
  const user = await work.db
    .selectFrom("users")
    .select(["email", "password_hash"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (user === undefined || user.email === email) return;
  if (email === null)
    throw invalidField(
      "email",
      t(
        "This contact signs in to the portal with the e-mail address. Give another one, or take the access away first.",
      ),
      "required",
    );
  const other = await work.db
    .selectFrom("users")
    .select("id")
    .where("user_type", "=", "portal")
    .where("email", "=", email)
    .where("id", "<>", id)
    .executeTakeFirst();
  if (other !== undefined)
    throw invalidField("email", t("Another contact uses the portal with this e-mail address."), "duplicate");
  // Both addresses hear of it: who may change contacts must not come into a client's account unnoticed.
  const hears = user.password_hash !== null;
  if (hears) await tellOfChange(work, id, "address_changed", () => email);
  const sent = hears ? {} : { invited_at: work.app.clock.now() };
  await sendLinksToNewAddress(work, await update(onBehalf(work), users, id, { email, ...sent }));
}
