import { factorsOf, isMfaRequired } from "../../../platform/access/second-factors.ts";
import { signInPolicy } from "../../../platform/access/policy.ts";
import { find, reach } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { accountCrumb, type AccountDoor, accountHomes } from "../../../platform/http/pages/account.ts";
import { button, whenOf } from "../../../platform/http/pages/cells.ts";
import { ofKind, panelsOf } from "../../../platform/http/pages/panels.ts";
import { field, formFailure, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { buttonRoute, readInput } from "../../../platform/http/forms/page.ts";
import type { SecurityPageModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { renameSession, revokeOtherSessions, revokeSession } from "../actions.ts";
import { hasJustSignedIn } from "../auth/proof.ts";
import { changePassword, isKeptElsewhere } from "../auth/passwords.ts";
import { siteOf } from "../../../platform/access/webauthn.ts";
import { recoveryCodesLeft } from "../mfa/recovery.ts";
import { deviceOf } from "../rules.ts";
import { sessionCookie } from "./entering.ts";
import { newPasswordHint } from "./fields.ts";
import { passkeysOf } from "./passkeys.ts";
import { newPasswordForm, twoStepModel } from "./security.ts";

async function sessionsOf(ctx: Ctx, door: AccountDoor): Promise<SecurityPageModel["sessions"]> {
  const home = accountHomes[door];
  const now = ctx.app.clock.now();
  const sessions = await reach(ctx, "sessions")
    .selectAll()
    .where("user_id", "=", ctx.actor.user_id ?? "")
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .orderBy("last_seen_at", "desc")
    .execute();
  return sessions.map((session) => ({
    device: session.device_name ?? deviceOf(session.user_agent),
    where: session.ip_address,
    seen: whenOf(ctx, session.last_seen_at),
    is_current: session.id === ctx.actor.session_id,
    icon: session.session_kind === "api" ? "key" : "globe",
    name_url: `${home}/sessions/${session.id}/name`,
    revoke:
      session.id === ctx.actor.session_id
        ? null
        : button(t("Sign out"), `${home}/sessions/${session.id}/revoke`, "log-out"),
  }));
}

async function twoStepOf(ctx: Ctx, door: AccountDoor): Promise<SecurityPageModel["two_step"]> {
  const userId = ctx.actor.user_id ?? "";
  return twoStepModel(`${accountHomes[door]}/two-step`, {
    isOn: (await factorsOf(ctx, userId)).includes("totp"),
    codesLeft: await recoveryCodesLeft(ctx, userId),
    isRequired: await isMfaRequired(ctx, userId),
    isAsked: !(await hasJustSignedIn(ctx)),
  });
}

async function securityPage(ctx: Ctx, door: AccountDoor, failure: Failure | null): Promise<Answer> {
  const home = accountHomes[door];
  const sessions = await sessionsOf(ctx, door);
  const model: SecurityPageModel = {
    header: {
      title: t("Your account"),
      subtitle: ctx.actor.email,
      breadcrumbs: [],
      badges: [],
      actions: [],
    },
    cards: ofKind(await panelsOf(ctx, door === "staff" ? "account" : "portal_account", { id: "" }), "card").map(
      ({ title, text, href, icon }) => ({ title, text, href, icon, badge: null }),
    ),
    sessions,
    revoke_all:
      sessions.length > 1
        ? button(
            t("Sign out everywhere else"),
            `${home}/sessions/revoke-others`,
            "log-out",
            "ghost",
            t("Sign out all other browsers?"),
          )
        : null,
    two_step: await twoStepOf(ctx, door),
    passkeys: {
      keys: await passkeysOf(ctx, door),
      url: siteOf(ctx) === null ? "" : `${home}/passkeys`,
      is_password_asked: !(await hasJustSignedIn(ctx)),
    },
    password: (await isKeptElsewhere(ctx, ctx.actor.user_id ?? ""))
      ? null
      : newPasswordForm(`${home}/password`, newPasswordHint(await signInPolicy(ctx.db)), failure),
  };
  return page("account/security", t("Your account"), model, failure?.status ?? 200);
}

function text(fields: FormValues, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

/** What a device is called. */
function nameRoutes(door: AccountDoor): Route[] {
  const path = `${accountHomes[door]}/sessions/:id/name`;
  const show = async (
    ctx: Ctx,
    incoming: Incoming,
    typed: FormValues | null,
    failure: Failure | null,
  ): Promise<Answer> => {
    const session = await find(ctx, "sessions", incoming.params["id"] ?? "");
    const title = t("Name this device");
    return page(
      "forms/index",
      title,
      {
        header: {
          title,
          subtitle: deviceOf(session.user_agent),
          breadcrumbs: [accountCrumb(door)],
          badges: [],
          actions: [],
        },
        form: formModel({
          action: path.replace(":id", session.id),
          values: typed ?? { device_name: session.device_name ?? "" },
          failure,
          submit_label: t("Save"),
          cancel_url: accountHomes[door],
          sections: [
            {
              title: "",
              fields: [
                field("device_name", t("Name"), {
                  hint: t("For example: laptop at the office."),
                  max_length: 80,
                  span: 6,
                }),
              ],
            },
          ],
        }),
      },
      failure?.status ?? 200,
    );
  };
  return [
    { method: "GET", path, door, permission: null, handle: (ctx, incoming) => show(ctx, incoming, null, null) },
    {
      method: "POST",
      path,
      door,
      permission: null,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          await perform(ctx, renameSession, { ...readInput(renameSession.input, fields), id: incoming.params["id"] });
          return redirect(accountHomes[door], t("The device has its name."));
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => show(reader, incoming, fields, failure));
        }
      },
    },
  ];
}

/** Password, second factor and sessions: the same page behind both doors. */
function securityRoutes(door: AccountDoor): Route[] {
  const home = accountHomes[door];
  const revoking = (path: string, what: Parameters<typeof buttonRoute>[1], done: () => string): Route => ({
    ...buttonRoute(`${home}/sessions/${path}`, what, () => redirect(home, done())),
    door,
  });
  return [
    { method: "GET", path: home, door, permission: null, handle: (ctx) => securityPage(ctx, door, null) },
    {
      method: "POST",
      path: `${home}/password`,
      door,
      permission: null,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          const token = await changePassword(
            ctx,
            text(fields, "present_password"),
            text(fields, "new_password"),
            text(fields, "repeated_password"),
          );
          const { session_max_days } = await reading(ctx, (reader) => signInPolicy(reader.db));
          const cookies = token === null ? [] : [sessionCookie(ctx, door, token, session_max_days * 86_400)];
          return redirect(home, t("Password changed."), "success", cookies);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => securityPage(reader, door, failure));
        }
      },
    },
    revoking(":id/revoke", revokeSession, () => t("That browser is signed out.")),
    revoking("revoke-others", revokeOtherSessions, () => t("All other browsers are signed out.")),
    ...nameRoutes(door),
  ];
}

/** A person's own account. */
export const accountPages: Route[] = [...securityRoutes("staff"), ...securityRoutes("portal")];
