import { Type } from "@sinclair/typebox";
import { oauthGrants } from "../../platform/access/oauth.ts";
import { find } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import { asSystem, type Work } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { notFound } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";

/** Ends a grant: every token that hangs on it is worth nothing from now on. */
export async function revokeGrant(work: Work, grantId: string): Promise<void> {
  const now = work.app.clock.now();
  await update(asSystem(work), oauthGrants, grantId, { revoked_at: now });
  await work.db
    .updateTable("oauth_tokens")
    .set({ revoked_at: now })
    .where("grant_id", "=", grantId)
    .where("revoked_at", "is", null)
    .execute();
}

/** Takes back what one has allowed an app. */
export const withdrawGrant = action({
  name: "oauth.withdraw",
  permission: null,
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id }: { id: string }) => {
    const grant = await find(work, "oauth_grants", id);
    if (grant.user_id !== work.actor.user_id || work.actor.session_id === null)
      throw notFound(t("This permission given to an app"));
    if (grant.revoked_at === null) await revokeGrant(work, id);
  },
});
