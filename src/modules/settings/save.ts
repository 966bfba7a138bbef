import { startSession } from "../../platform/access/sessions.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import { serializeCookie, staffCookieName } from "../../platform/http/cookies.ts";
import type { FormValues } from "../../platform/http/forms/model.ts";
import { readInput } from "../../platform/http/forms/page.ts";
import type { Incoming } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { setLogo, updateOrganization } from "./actions.ts";
import { logoOf } from "./logo.ts";

/** Saves a form over columns of the organization, one of the settings or of the wizard: all of it with its logo, or nothing. */
export async function saveOrganization(ctx: Ctx, incoming: Incoming): Promise<void> {
  const form = await incoming.form();
  checkNotShutOut(ctx, incoming, form.fields);
  const file = await logoOf(ctx, form);
  await inUnit(ctx, async (work) => {
    await perform(work, updateOrganization, readInput(updateOrganization.input, form.fields));
    if (file !== null) await perform(work, setLogo, { file });
  });
}

/**
 * Refuses an https address that is entered over http: from then on browsers keep cookies over https alone, and until that
 * address works nobody could sign in, the one who would take it back included. Local names are an exception browsers make.
 */
function checkNotShutOut(ctx: Ctx, incoming: Incoming, { public_url: given }: FormValues): void {
  const to = typeof given === "string" ? URL.parse(given) : null;
  const from = URL.parse(incoming.request.headers.get("origin") ?? "");
  if (to?.protocol !== "https:" || ctx.tenant.public_url.startsWith("https://")) return;
  if (from?.protocol !== "http:" || /^(localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(from.hostname)) return;
  throw invalidField(
    "public_url",
    t(
      "With https nobody can sign in over http any more, and you are here at {here}. Open Purser at {there} first, and enter the address there.",
      { here: from.origin, there: to.origin },
    ),
  );
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
