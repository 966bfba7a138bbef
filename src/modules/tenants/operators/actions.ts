import { Type } from "@sinclair/typebox";
import { platformPermission } from "../../../platform/access/platform.ts";
import { mintToken } from "../../../platform/access/tokens.ts";
import { action } from "../../../platform/action.ts";
import { plus } from "../../../platform/clock.ts";
import type { Work } from "../../../platform/context.ts";
import { conflict, invalidField, notFound } from "../../../platform/errors.ts";
import { newId, noId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { logDoing } from "../log.ts";
import { mintOperatorLink } from "./auth.ts";
import { resetOperatorFactors } from "./factors.ts";
import { endSessions } from "./sessions.ts";

const person = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 120, title: "Name" }),
    email: Type.String({ format: "email", maxLength: 254, title: "E-mail" }),
  },
  { additionalProperties: false },
);
const one = Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false });

/** Adds an operator; without a password a link to choose one is in the result, and nowhere else. */
export async function addOperator(
  work: Work,
  given: { name: string; email: string; password_hash: string | null },
): Promise<{ id: string; link: string }> {
  const now = work.app.clock.now();
  const email = given.email.trim().toLowerCase();
  const known = await work.db.selectFrom("operators").select("id").where("email", "=", email).executeTakeFirst();
  if (known !== undefined) throw invalidField("email", t("An operator with this address exists already."), "duplicate");
  const id = newId();
  await work.db
    .insertInto("operators")
    .values({
      id,
      name: given.name.trim(),
      email,
      password_hash: given.password_hash,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await logDoing(work, work.db, "operators.add", null, { name: given.name, email });
  return { id, link: given.password_hash === null ? await mintOperatorLink(work, id) : "" };
}

export const inviteOperator = action({
  name: "operators.invite",
  permission: platformPermission,
  input: person,
  run: (work: Work, input: { name: string; email: string }) => addOperator(work, { ...input, password_hash: null }),
});

/** A new link to choose a password, for one who has lost the way in. */
export const relinkOperator = action({
  name: "operators.relink",
  permission: platformPermission,
  input: one,
  run: async (work: Work, { id }: { id: string }) => {
    const row = await operatorNamed(work, id);
    if (row.deactivated_at !== null) throw conflict(t("This operator is deactivated."));
    await logDoing(work, work.db, "operators.relink", null, { email: row.email });
    return { id, link: await mintOperatorLink(work, id) };
  },
});

/** Takes the second factor of an operator away who has lost phone and codes; another operator does it. */
export const resetOperator = action({
  name: "operators.reset_two_step",
  permission: platformPermission,
  input: one,
  run: async (work: Work, { id }: { id: string }) => {
    if (work.actor.user_id === id)
      throw conflict(t("Another operator does this for you. Your own is under Your account."), "own_account");
    const row = await operatorNamed(work, id);
    await resetOperatorFactors(work, { id, email: row.email });
    return { id };
  },
});

/** Locks an operator out: sessions end, keys and links stop working. Nobody can lock himself out. */
export const deactivateOperator = action({
  name: "operators.deactivate",
  permission: platformPermission,
  input: one,
  run: async (work: Work, { id }: { id: string }) => {
    if (work.actor.user_id === id)
      throw conflict(t("You cannot deactivate yourself. Another operator can."), "own_account");
    const row = await operatorNamed(work, id);
    const now = work.app.clock.now();
    await work.db.updateTable("operators").set({ deactivated_at: now, updated_at: now }).where("id", "=", id).execute();
    await endSessions(work, id);
    await logDoing(work, work.db, "operators.deactivate", null, { email: row.email });
    return { id };
  },
});

export const reactivateOperator = action({
  name: "operators.reactivate",
  permission: platformPermission,
  input: one,
  run: async (work: Work, { id }: { id: string }) => {
    const row = await operatorNamed(work, id);
    await work.db
      .updateTable("operators")
      .set({ deactivated_at: null, updated_at: work.app.clock.now() })
      .where("id", "=", id)
      .execute();
    await logDoing(work, work.db, "operators.reactivate", null, { email: row.email });
    return { id };
  },
});

/** Makes an API key of an operator, for some days or until it is revoked. The key is in the result and nowhere else, ever again. */
export async function addOperatorKey(
  work: Work,
  operatorId: string,
  name: string,
  days: number | null = null,
): Promise<{ id: string; key: string }> {
  const { token, hash } = mintToken("operator_key", noId);
  const id = newId();
  const now = work.app.clock.now();
  const expires_at = days === null ? null : plus(now, days * 86_400_000);
  await work.db
    .insertInto("operator_api_keys")
    .values({
      id,
      operator_id: operatorId,
      name,
      token_hash: hash,
      hint: token.slice(-6),
      created_at: now,
      expires_at,
    })
    .execute();
  await logDoing(work, work.db, "operators.key_made", null, { name, expires_at });
  return { id, key: token };
}

export const makeOperatorKey = action({
  name: "operators.make_key",
  permission: platformPermission,
  input: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 80, title: "Name" }),
      expires_in_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650, title: "Works for" })),
    },
    { additionalProperties: false },
  ),
  run: (work: Work, { name, expires_in_days = null }: { name: string; expires_in_days?: number | null }) =>
    addOperatorKey(work, work.actor.user_id ?? "", name, expires_in_days),
});

export const revokeOperatorKey = action({
  name: "operators.revoke_key",
  permission: platformPermission,
  input: one,
  run: async (work: Work, { id }: { id: string }) => {
    const revoked = await work.db
      .updateTable("operator_api_keys")
      .set({ revoked_at: work.app.clock.now() })
      .where("id", "=", id)
      .where("operator_id", "=", work.actor.user_id ?? "")
      .where("revoked_at", "is", null)
      .executeTakeFirst();
    if (revoked.numUpdatedRows === 0n) throw notFound(t("This API key"));
    await logDoing(work, work.db, "operators.key_revoked", null, { id });
    return { id };
  },
});

async function operatorNamed(work: Work, id: string): Promise<{ email: string; deactivated_at: string | null }> {
  const row = await work.db
    .selectFrom("operators")
    .select(["email", "deactivated_at"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound(t("This operator"));
  return row;
}
