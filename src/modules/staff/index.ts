import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import type { ReachRule } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { AnyAction } from "../../platform/action.ts";
import { pricesRead } from "../../platform/access/prices.ts";
import { passkeys, recoveryCodes, totpFactors } from "../../platform/access/factors.ts";
import { passwordHistory, signInSettings } from "../../platform/access/policy.ts";
import { apiKeys, roles, teams, users } from "../../platform/access/schema.ts";
import { accountCard } from "../../platform/http/pages/account.ts";
import { declared, t } from "../../platform/language/index.ts";
import { shownOnceRoute } from "../../platform/http/pages/shown-once.ts";
import { defineModule } from "../../platform/module.ts";
import * as actions from "./actions.ts";
import { mfaApi } from "./api/mfa.ts";
import { peopleApi } from "./api/people.ts";
import { passkeyRoutes } from "./api/passkeys.ts";
import { sessionsApi } from "./api/sessions.ts";
import { signInApi } from "./api/sign-in.ts";
import { choosePassword, mailReset } from "./auth/links.ts";
import { staffEvents } from "./events.ts";
import { removePasskey, renamePasskey } from "./mfa/passkey-actions.ts";
import { resetSecondFactor } from "./mfa/actions.ts";
import { accessApi } from "./access/api.ts";
import { accessPages } from "./pages/access.ts";
import { accountPages } from "./pages/account.ts";
import { endSessions, requireNewPassword } from "./containment.ts";
import { createApiKey, revokeAnyApiKey, revokeApiKey } from "./keys.ts";
import { allKeyPages } from "./pages/all-keys.ts";
import { keysApi } from "./api/keys.ts";
import { staffJobs } from "./jobs.ts";
import { keyPages } from "./pages/keys.ts";
import { stepPages } from "./pages/steps.ts";
import { passkeyPages } from "./pages/passkeys.ts";
import { twoStepPages } from "./pages/two-step.ts";
import { policyRoutes, updateSignInSettings } from "./policy.ts";
import { doorPages } from "./pages/doors.ts";
import { peoplePages } from "./pages/people.ts";
import { personSignInPages } from "./pages/person-sign-in.ts";
import { teamPages } from "./pages/teams.ts";
import { createTeam, deleteTeam, teamResource, updateTeam } from "./teams.ts";
import { rolePages } from "./pages/roles.ts";
import { roleResource, userResource } from "./resources.ts";
import { permissionsApi } from "./permissions-api.ts";
import { createRole, deleteRole, updateRole } from "./roles.ts";
import { staffTransfers } from "./transfers.ts";

export { inviteStaff, staffMember } from "./actions.ts";
export { signedInThemselves } from "./api/answers.ts";
export { passkeyRoutes } from "./api/passkeys.ts";
export { mfaRoutes } from "./api/mfa.ts";
export { loginRoute, logoutRoute, passwordRoute, refreshRoute } from "./api/sign-in.ts";
export { sendLink, sendLinksToNewAddress } from "./auth/link-mails.ts";
export { requestReset, setPasswordByLink } from "./auth/links.ts";
export { tellOfChange } from "./auth/notices.ts";
export { checkPassword, dropPassword } from "./auth/passwords.ts";
export {
  refreshTokenReused,
  roleRaised,
  secondFactorReset,
  secondStepFailed,
  signedInOnNewDevice,
  signInFailed,
} from "./events.ts";
export { makeApiKey } from "./keys.ts";
export { resetSecondFactor } from "./mfa/actions.ts";
export { endLinks, mintOneTime, readOneTime, spent, useOneTime } from "./one-time.ts";
export { isFresh, passwordAsked } from "./auth/proof.ts";
export { newPasswordForm, passwordAnswer, proofField, setupAnswer, twoStepModel } from "./pages/security.ts";
export { codeField, codesPage } from "./pages/steps.ts";
export { bodyOf, plain, signed, spoken, textOf } from "./pages/passkey-answers.ts";
export { keyLifeField } from "./pages/keys.ts";
export { passkeyRow } from "./pages/passkeys.ts";
export { checkMayActOn, checkMayGiveRoles, endAccount, keepAnAdministrator, setRoles } from "./roles.ts";
export { deviceOf } from "./rules.ts";

/** What a person has of one's own, and administrators look after. */
function ownOrManaged<Q extends Parameters<ReachRule>[0]>(query: Q, ctx: Ctx, name: string): ReturnType<ReachRule> {
  return can(ctx.actor, "staff.manage") ? query : query.where(sql.ref(`${name}.user_id`), "=", ctx.actor.user_id);
}

/** People who sign in: staff, their roles, sessions and API keys (PRD 3.1). */
export const staffModule = defineModule({
  name: "staff",
  tables: [users, roles, teams, apiKeys, signInSettings, passwordHistory, totpFactors, recoveryCodes, passkeys],
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
    revokeAnyApiKey,
    createRole,
    updateRole,
    deleteRole,
    createTeam,
    updateTeam,
    deleteTeam,
    choosePassword,
    updateSignInSettings,
    resetSecondFactor,
    endSessions,
    requireNewPassword,
    renamePasskey,
    removePasskey,
  ] as unknown as AnyAction[],
  transfers: staffTransfers,
  resources: [userResource, roleResource, teamResource],
  routes: [
    ...doorPages,
    shownOnceRoute("staff"),
    shownOnceRoute("portal"),
    ...stepPages,
    ...accountPages,
    ...accessPages,
    ...accessApi,
    ...twoStepPages,
    ...passkeyPages,
    ...keyPages,
    ...allKeyPages,
    ...policyRoutes,
    ...peoplePages,
    ...personSignInPages,
    ...rolePages,
    ...teamPages,
    ...permissionsApi,
    ...signInApi,
    ...mfaApi,
    ...peopleApi,
    ...sessionsApi,
    ...keysApi,
    ...passkeyRoutes("/api/v1/auth", "staff"),
  ],
  emits: staffEvents,
  events: [mailReset],
  jobs: staffJobs,
  reach: {
    sessions: (query, ctx) => query.where(sql.ref("sessions.user_id"), "=", ctx.actor.user_id),
    totp_factors: (query, ctx) => ownOrManaged(query, ctx, "totp_factors"),
    passkeys: (query, ctx) => ownOrManaged(query, ctx, "passkeys"),
    api_keys: (query, ctx) =>
      ctx.actor.kind === "system" ? query : query.where(sql.ref("api_keys.user_id"), "=", ctx.actor.user_id),
  },
  panels: [
    accountCard("staff", 40, {
      title: declared("What you may do"),
      text: declared("Your permissions and where they come from; of one record, whether you see it."),
      href: "/account/access",
      icon: "shield",
    }),
    accountCard(
      "staff",
      50,
      {
        title: declared("API keys"),
        text: declared("Keys for programs of your own that act in your name."),
        href: "/account/api-keys",
        icon: "key",
      },
      "api_keys.manage",
    ),
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
        text: t("What each group of colleagues may see and do."),
        href: "/settings/roles",
        icon: "shield",
      }),
    },
    {
      page: "settings",
      order: 21.5,
      permission: "staff.manage",
      load: async () => ({
        kind: "card",
        group: t("People"),
        title: t("Teams"),
        text: t("Who works together; tickets are given to a team."),
        href: "/settings/teams",
        icon: "users",
      }),
    },
    {
      page: "settings",
      order: 22,
      permission: "staff.manage",
      load: async () => ({
        kind: "card",
        group: t("Security"),
        title: t("Passwords and sessions"),
        text: t("How long passwords are, how often they change, how long people stay signed in."),
        href: "/settings/sign-in",
        icon: "key",
      }),
    },
    {
      page: "settings",
      order: 22,
      permission: "staff.manage",
      load: async () => ({
        kind: "card",
        group: t("Integrations"),
        title: t("API keys"),
        text: t("The keys of all colleagues: what they may do, when and from where they were used."),
        href: "/settings/api-keys",
        icon: "key",
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
