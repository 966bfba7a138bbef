import { Type } from "@sinclair/typebox";
import { passkeys } from "../../../platform/access/factors.ts";
import { find, type RowFor } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { remove, update } from "../../../platform/database/records.ts";
import { notFound } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { tellOfChange } from "../auth/notices.ts";
import { keepRequiredFactor } from "./factors.ts";

const target = { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) };

/** One's own passkey, or a 404: who manages the staff reaches those of others, to see that there are any. */
export async function ownPasskey(ctx: Ctx, id: string): Promise<RowFor<"passkeys">> {
  const key = await find(ctx, "passkeys", id);
  if (key.user_id !== ctx.actor.user_id) throw notFound(t("This passkey"));
  return key;
}

/** Says what one of one's passkeys is called. */
export const renamePasskey = action({
  name: "passkeys.rename",
  permission: null,
  input: Type.Object(
    { ...target, name: Type.String({ minLength: 1, maxLength: 80 }) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { id: string; name: string; version?: number }) => {
    await ownPasskey(work, input.id);
    return update(work, passkeys, input.id, { name: input.name.trim() }, input.version);
  },
});

/** Removes one of one's passkeys: it no longer signs in. */
export const removePasskey = action({
  name: "passkeys.remove",
  permission: null,
  input: Type.Object(target, { additionalProperties: false }),
  run: async (work: Work, input: { id: string; version?: number }) => {
    const key = await ownPasskey(work, input.id);
    await remove(work, passkeys, key.id, input.version);
    await keepRequiredFactor(work, key.user_id);
    await tellOfChange(work, key.user_id, "passkey_removed", () => key.name);
  },
});
