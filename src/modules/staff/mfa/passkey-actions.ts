import { Type } from "@sinclair/typebox";
import { passkeys } from "../../../platform/access/factors.ts";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import { remove, update } from "../../../platform/database/records.ts";
import { notFound } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { tellOfChange } from "../auth/notices.ts";

const target = { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) };

async function own(work: Work, id: string): Promise<{ id: string; user_id: string; name: string }> {
  const key = await find(work, "passkeys", id);
  if (key.user_id !== work.actor.user_id) throw notFound(t("This passkey"));
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
    await own(work, input.id);
    return update(work, passkeys, input.id, { name: input.name.trim() }, input.version);
  },
});

/** Removes one of one's passkeys: it no longer signs in. */
export const removePasskey = action({
  name: "passkeys.remove",
  permission: null,
  input: Type.Object(target, { additionalProperties: false }),
  run: async (work: Work, input: { id: string; version?: number }) => {
    const key = await own(work, input.id);
    await remove(work, passkeys, key.id, input.version);
    await tellOfChange(work, key.user_id, "passkey_removed", () => key.name);
  },
});
