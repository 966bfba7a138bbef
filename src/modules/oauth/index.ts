import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import { oauthClients, oauthCodes, oauthGrants, oauthTokens } from "../../platform/access/oauth.ts";
import type { AnyAction } from "../../platform/action.ts";
import { accountCard } from "../../platform/http/pages/account.ts";
import { declared, t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { oauthApi } from "./api.ts";
import { allowClient, authorizeRoutes } from "./authorize.ts";
import { createClient, revokeClient, rotateSecret, updateClient } from "./clients.ts";
import { tokenReused } from "./events.ts";
import { revokeAnyGrant, withdrawGrant } from "./grants.ts";
import { oauthJobs } from "./jobs.ts";
import { accessPages } from "./pages/access.ts";
import { allowedPages } from "./pages/allowed.ts";
import { appPages } from "./pages/apps.ts";
import { tokenRoutes } from "./tokens.ts";

export { createClient } from "./clients.ts";
export { tokenReused } from "./events.ts";

/** Apps of others that act here by OAuth 2.0 (PRD 3.1.1, 8.2). */
export const oauthModule = defineModule({
  name: "oauth",
  tables: [oauthClients, oauthGrants, oauthCodes, oauthTokens],
  permissions: { "oauth.manage": "Register apps of others, and take them out of use" },
  actions: [
    createClient,
    updateClient,
    rotateSecret,
    revokeClient,
    allowClient,
    withdrawGrant,
    revokeAnyGrant,
  ] as unknown as AnyAction[],
  emits: [tokenReused],
  jobs: oauthJobs,
  routes: [...authorizeRoutes, ...tokenRoutes, ...appPages, ...allowedPages, ...accessPages, ...oauthApi],
  reach: {
    oauth_grants: (query, ctx) =>
      can(ctx.actor, "oauth.manage") ? query : query.where(sql.ref("oauth_grants.user_id"), "=", ctx.actor.user_id),
  },
  panels: [
    accountCard("staff", 30, {
      title: declared("Apps you have allowed"),
      text: declared("Programs of others that act in your name, and how to stop them."),
      href: "/account/apps",
      icon: "globe",
    }),
    {
      page: "settings",
      order: 23,
      permission: "oauth.manage",
      load: async () => ({
        kind: "card",
        group: t("Integrations"),
        title: t("Connected apps"),
        text: t("Programs of others that may ask for access, or act by themselves."),
        href: "/settings/apps",
        icon: "globe",
      }),
    },
    {
      page: "settings",
      order: 23.5,
      permission: "oauth.manage",
      load: async () => ({
        kind: "card",
        group: t("Integrations"),
        title: t("Access of apps"),
        text: t("Who has allowed which app what, when it was used, and how to take it away."),
        href: "/settings/app-access",
        icon: "shield",
      }),
    },
  ],
});
