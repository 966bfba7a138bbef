import { Type } from "@sinclair/typebox";
import { refuseLimited } from "../../../platform/access/oneself.ts";
import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { unauthorized } from "../../../platform/errors.ts";
import { readDocument } from "../../../platform/http/jsonapi/document.ts";
import { type Incoming, json, type Route } from "../../../platform/http/route.ts";
import { requireJustSignedIn } from "../auth/proof.ts";
import type { UserType } from "../auth/sign-in.ts";
import { removePasskey, renamePasskey } from "../mfa/passkey-actions.ts";
import { documentOf, nothing, signedInThemselves } from "./answers.ts";

const nameInput = Type.Object({ name: Type.String({ minLength: 1, maxLength: 80 }) }, { additionalProperties: false });
const attributes = Type.Object({
  name: Type.String(),
  is_backed_up: Type.Boolean(),
  created_at: Type.String(),
  last_used_at: Type.Union([Type.String(), Type.Null()]),
});

function personOf(ctx: Ctx, kind: UserType): string {
  if (ctx.actor.user_id === null || ctx.actor.kind !== kind) throw unauthorized();
  refuseLimited(ctx.actor);
  return ctx.actor.user_id;
}

/** The passkey of an address, for whoever is signed in; a key acts for a person, and how they sign in is not its business. */
async function ownPasskey(ctx: Ctx, incoming: Incoming, kind: UserType): Promise<string> {
  personOf(ctx, kind);
  // What is out of reach is not there, for keys as well.
  const { id } = await reading(ctx, (reader) => find(reader, "passkeys", incoming.params["id"] ?? ""));
  signedInThemselves(ctx, kind);
  return id;
}

/** One's passkeys over the API: only a browser can make them, but they are seen, named and removed here too. */
export function passkeyRoutes(base: string, kind: UserType): Route[] {
  const one = (method: "PATCH" | "DELETE", summary: string): Omit<Route, "handle"> => ({
    method,
    path: `${base}/passkeys/:id`,
    door: "api",
    permission: null,
    doc: {
      isHeldToVersion: false,
      summary,
      ...(method === "PATCH"
        ? { input: { type: "passkeys", attributes: nameInput }, answer: { type: "passkeys", attributes } }
        : { answer: "nothing" }),
    },
  });
  return [
    {
      method: "GET",
      path: `${base}/passkeys`,
      door: "api",
      permission: null,
      doc: { summary: "One's passkeys.", answer: { type: "passkeys", attributes, isList: true } },
      handle: async (ctx) => {
        const rows = await ctx.db
          .selectFrom("passkeys")
          .select(["id", "name", "is_backed_up", "created_at", "last_used_at"])
          .where("user_id", "=", personOf(ctx, kind))
          .orderBy("created_at")
          .execute();
        return json({
          jsonapi: { version: "1.1" },
          links: { self: `${base}/passkeys` },
          data: rows.map(({ id, ...rest }) => ({ type: "passkeys", id, attributes: rest })),
        });
      },
    },
    {
      ...one("PATCH", "Say what a passkey is called."),
      handle: async (ctx, incoming) => {
        const id = await ownPasskey(ctx, incoming, kind);
        const row = await perform(ctx, renamePasskey, { ...readDocument(await incoming.json(), "passkeys", id), id });
        const { name, is_backed_up, created_at, last_used_at } = row;
        return documentOf("passkeys", id, { name, is_backed_up, created_at, last_used_at });
      },
    },
    {
      ...one("DELETE", "Remove a passkey, within 10 minutes of signing in."),
      handle: async (ctx, incoming) => {
        const id = await ownPasskey(ctx, incoming, kind);
        await requireJustSignedIn(ctx);
        await perform(ctx, removePasskey, { id });
        return nothing();
      },
    },
  ];
}
