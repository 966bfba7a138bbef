import type { Ctx } from "../context.ts";
import { runOnceBuilt } from "../database/once.ts";

/** Where it is looked up. */
type Place = Pick<Ctx, "db">;

/** The ways in which a person can show a second factor at signing in. */
export async function factorsOf({ db }: Place, userId: string): Promise<("totp" | "passkey")[]> {
  const totp = await db
    .selectFrom("totp_factors")
    .select("id")
    .where("user_id", "=", userId)
    .where("confirmed_at", "is not", null)
    .executeTakeFirst();
  const passkey = await db.selectFrom("passkeys").select("id").where("user_id", "=", userId).executeTakeFirst();
  return [...(totp === undefined ? [] : ["totp" as const]), ...(passkey === undefined ? [] : ["passkey" as const])];
}

/** Whether one of a person's roles asks for two steps. Every request asks; roles are configuration, so it is kept. */
export async function isMfaRequired({ db }: Place, userId: string): Promise<boolean> {
  const requiring = await runOnceBuilt({ db }, "roles that require a second step", { userId }, (given) =>
    db
      .selectFrom("user_roles")
      .innerJoin("roles", "roles.id", "user_roles.role_id")
      .select("roles.id")
      .where("user_roles.user_id", "=", given.userId)
      .where("roles.is_mfa_required", "=", true),
  );
  return requiring.length > 0;
}
