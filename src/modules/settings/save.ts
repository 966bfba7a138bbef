import { startSession } from "../../platform/access/sessions.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { serializeCookie, staffCookieName } from "../../platform/http/cookies.ts";
import { readInput } from "../../platform/http/forms/page.ts";
import type { Incoming } from "../../platform/http/route.ts";
import { setLogo, updateOrganization } from "./actions.ts";
import { logoOf } from "./logo.ts";

/** Saves a form over columns of the organization, one of the settings or of the wizard: all of it with its logo, or nothing. */
export async function saveOrganization(ctx: Ctx, incoming: Incoming): Promise<void> {
  const form = await incoming.form();
  const file = await logoOf(ctx, form);
  await inUnit(ctx, async (work) => {
    await perform(work, updateOrganization, readInput(updateOrganization.input, form.fields));
    if (file !== null) await perform(work, setLogo, { file });
  });
}

/** With another scheme the sign-in cookie has another name: the browser gets it with the same answer. */
export async function cookiesOfAddress(ctx: Ctx): Promise<string[]> {
  const { public_url } = await reading(ctx, (reader) =>
    reader.db.selectFrom("organizations").select("public_url").executeTakeFirstOrThrow(),
  );
  const userId = ctx.actor.user_id;
  if (public_url === null || userId === null || staffCookieName(public_url) === staffCookieName(ctx.tenant.public_url))
    return [];
  const session = await inUnit(ctx, (work) => startSession(work, userId));
  return [
    serializeCookie(staffCookieName(public_url), session.token, {
      publicUrl: public_url,
      maxAgeSeconds: session.max_age_seconds,
    }),
  ];
}
