import type { AnyAction } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
import { button, whenOf } from "../../../platform/http/pages/cells.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import type { AllowedAppsModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { withdrawGrant } from "../grants.ts";

/** The apps that a person has allowed to act in their name, and taking that back. */

const at = "/account/apps";

/** What the actor has allowed, newest first. */
export function allowedBy(
  ctx: Ctx,
): Promise<{ id: string; name: string; scopes: string[]; created_at: string; last_used_at: string | null }[]> {
  return ctx.db
    .selectFrom("oauth_grants")
    .innerJoin("oauth_clients", "oauth_clients.id", "oauth_grants.client_id")
    .select([
      "oauth_grants.id",
      "oauth_clients.name",
      "oauth_grants.scopes",
      "oauth_grants.created_at",
      "oauth_grants.last_used_at",
    ])
    .where("oauth_grants.user_id", "=", ctx.actor.user_id)
    .where("oauth_grants.revoked_at", "is", null)
    .orderBy("oauth_grants.created_at", "desc")
    .execute();
}

async function show(ctx: Ctx): Promise<Answer> {
  const { permissions } = ctx.app.registry;
  const grants = await allowedBy(ctx);
  const model: AllowedAppsModel = {
    header: {
      title: t("Apps you have allowed"),
      subtitle: t("Other people's programs that may act in your name."),
      breadcrumbs: [{ label: t("Your account"), href: "/account" }],
      badges: [],
      actions: [],
    },
    apps: grants.map((grant) => ({
      name: grant.name,
      scopes: grant.scopes.map((scope) => t(permissions.get(scope) ?? scope)),
      allowed: whenOf(ctx, grant.created_at, (when) =>
        grant.last_used_at === null
          ? t("Allowed {when}, not used yet", { when: when(grant.created_at) })
          : t("Allowed {when}, used {used}", { when: when(grant.created_at), used: when(grant.last_used_at) }),
      ),
      withdraw: button(
        t("Take back"),
        `${at}/${grant.id}/withdraw`,
        "ban",
        "ghost",
        t("Take back what {name} may do? It loses its access at once.", { name: grant.name }),
      ),
    })),
  };
  return page("account/apps", model.header.title, model);
}

export const allowedPages: Route[] = [
  { method: "GET", path: at, door: "staff", permission: null, handle: (ctx) => show(ctx) },
  buttonRoute(`${at}/:id/withdraw`, withdrawGrant as unknown as AnyAction, () =>
    redirect(at, t("That app has no access any more.")),
  ),
];
