import { sql } from "kysely";
import type { AnyAction } from "../../platform/action.ts";
import { pricesRead } from "../../platform/access/prices.ts";
import { apiKeys, roles, users } from "../../platform/access/schema.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { resource } from "../../platform/resource.ts";
import * as actions from "./actions.ts";
import { authApi } from "./api.ts";
import { choosePassword } from "./auth.ts";
import { accountPages } from "./pages/account.ts";
import { createApiKey, revokeApiKey } from "./keys.ts";
import { doorPages } from "./pages/doors.ts";
import { peoplePages } from "./pages/people.ts";
import { updateRole } from "./roles.ts";

export { inviteStaff } from "./actions.ts";
export { loginRoute, logoutRoute } from "./api.ts";
export { checkPassword, requestReset, sendLink, setPasswordByLink } from "./auth.ts";
export { makeApiKey } from "./keys.ts";
export { mintOneTime, readOneTime, spent, useOneTime } from "./one-time.ts";
export { setRoles } from "./roles.ts";

/** People who sign in: staff, their roles, sessions and API keys (PRD 3.1). */
export const staffModule = defineModule({
  name: "staff",
  tables: [users, roles, apiKeys],
  permissions: {
    "staff.manage": "Invite, change and deactivate staff, and say what roles may do",
    "api_keys.manage": "Make API keys of one's own",
    "audit.read": "Read the audit log",
    [pricesRead]: "See what things cost: fees and prices of contracts, rate cards, hourly rates",
  },
  grants: {
    manager: ["api_keys.manage", pricesRead],
    technician: ["api_keys.manage"],
    dispatcher: ["api_keys.manage"],
    sales: ["api_keys.manage", pricesRead],
    finance: ["api_keys.manage", pricesRead],
  },
  actions: [
    ...Object.values(actions),
    createApiKey,
    revokeApiKey,
    updateRole,
    choosePassword,
  ] as unknown as AnyAction[],
  resources: [
    resource({ type: "users", table: users, permission: "staff.manage", sort: "name" }),
    resource({ type: "roles", table: roles, permission: "staff.manage", sort: "name" }),
  ],
  routes: [...doorPages, ...accountPages, ...peoplePages, ...authApi],
  reach: {
    sessions: (query, ctx) => query.where(sql.ref("sessions.user_id"), "=", ctx.actor.user_id),
    api_keys: (query, ctx) => query.where(sql.ref("api_keys.user_id"), "=", ctx.actor.user_id),
  },
  panels: [
    {
      page: "settings",
      order: 20,
      permission: "staff.manage",
      load: async () => ({
        kind: "card",
        group: t("People"),
        title: t("Staff"),
        text: t("Invite colleagues, change their roles, deactivate accounts."),
        href: "/settings/staff",
        icon: "users",
      }),
    },
    {
      page: "settings",
      order: 21,
      permission: "staff.manage",
      load: async () => ({
        kind: "card",
        group: t("People"),
        title: t("Roles"),
        text: t("What administrators, technicians and finance may do."),
        href: "/settings/roles",
        icon: "shield",
      }),
    },
    {
      page: "dashboard",
      order: 20,
      permission: "staff.manage",
      load: async (ctx) => {
        const { count } = await ctx.db
          .selectFrom("users")
          .select((eb) => eb.fn.countAll<number>().as("count"))
          .where("user_type", "=", "staff")
          .executeTakeFirstOrThrow();
        return {
          kind: "step",
          title: t("Invite your colleagues"),
          text: t("Each gets a link by mail to choose a password."),
          href: "/settings/staff/new",
          is_done: Number(count) > 1,
        };
      },
    },
  ],
});
