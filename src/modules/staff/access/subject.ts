import { can } from "../../../platform/access/actor.ts";
import { find, type RowFor } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { forbidden, notFound } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import type { KeyRow } from "./permissions.ts";

/** Whose access is asked about: a person, by one of their keys or by themselves. */
export interface Subject {
  user: RowFor<"users">;
  key: KeyRow | null;
}

/** Everybody may ask about themselves; about others whoever manages the staff. */
export async function subjectOf(ctx: Ctx, userId: string, keyId: string | null): Promise<Subject> {
  const isOwn = userId === ctx.actor.user_id;
  if (!isOwn && !can(ctx.actor, "staff.manage")) throw forbidden();
  const user = isOwn ? await ownRow(ctx, userId) : await find(ctx, "users", userId);
  if (keyId === null) return { user, key: null };
  const key = (await keysOf(ctx, userId)).find((one) => one.id === keyId);
  if (key === undefined) throw notFound(t("This {noun}", { noun: t("API key") }));
  return { user, key };
}

function ownRow(ctx: Ctx, userId: string): Promise<RowFor<"users">> {
  return ctx.db.selectFrom("users").selectAll().where("id", "=", userId).executeTakeFirstOrThrow();
}

/** The keys of a person by their names and scopes: whoever manages the staff sees what comes in in somebody's name. */
export function keysOf(ctx: Ctx, userId: string): Promise<KeyRow[]> {
  return ctx.db
    .selectFrom("api_keys")
    .select(["id", "name", "scopes", "expires_at", "revoked_at"])
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .orderBy("name")
    .execute();
}
