import { factorsOf } from "../../../platform/access/second-factors.ts";
import { find, type RowFor } from "../../../platform/access/reach.ts";
import type { AnyAction } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
import { button, whenOf } from "../../../platform/http/pages/cells.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import type { ActionLink } from "../../../platform/http/models/partials.ts";
import type { PersonSignInModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { endSession } from "../actions.ts";
import { endSessions, requireNewPassword } from "../containment.ts";
import { resetSecondFactor } from "../mfa/actions.ts";
import { deviceOf } from "../rules.ts";

/** How somebody of the staff signs in and where they are: for whoever manages the staff. */

const at = (incoming: Incoming): string => `/settings/staff/${incoming.params["id"] ?? ""}/sign-in`;

/** What can be done about somebody's password, here and where else it may be kept. */
async function passwordActions(ctx: Ctx, user: RowFor<"users">): Promise<ActionLink[]> {
  const elsewhere = (await ctx.app.registry.passwordKeeper?.actionsFor(ctx, user)) ?? [];
  if (user.password_hash === null || user.deactivated_at !== null || user.id === ctx.actor.user_id) return elsewhere;
  return [
    ...elsewhere,
    button(
      t("Require a new password"),
      `/settings/staff/${user.id}/require-new-password`,
      "key",
      "danger",
      t("Take the password of {name} away? They are signed out everywhere and get a mail to choose another one.", {
        name: user.name,
      }),
    ),
  ];
}

async function show(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const user = await find(ctx, "users", incoming.params["id"] ?? "");
  const now = ctx.app.clock.now();
  const factors = await factorsOf(ctx, user.id);
  const sessions = await ctx.db
    .selectFrom("sessions")
    .select(["id", "device_name", "user_agent", "ip_address", "last_seen_at", "session_kind"])
    .where("user_id", "=", user.id)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .orderBy("last_seen_at", "desc")
    .execute();
  const ways = factors.map((factor) => (factor === "totp" ? t("an authenticator app") : t("passkeys")));
  const model: PersonSignInModel = {
    header: {
      title: t("How {name} signs in", { name: user.name }),
      subtitle: "",
      breadcrumbs: [
        { label: t("Settings"), href: "/settings" },
        { label: t("Staff"), href: "/settings/staff" },
        { label: user.name, is_own_words: true, href: `/settings/staff/${user.id}` },
      ],
      badges: [],
      actions: await passwordActions(ctx, user),
    },
    revoke_all:
      sessions.length > 0
        ? button(
            t("Sign out everywhere"),
            `/settings/staff/${user.id}/end-sessions`,
            "log-out",
            "ghost",
            t("Sign {name} out on all devices?", { name: user.name }),
          )
        : null,
    two_step: {
      is_on: factors.length > 0,
      text:
        factors.length > 0
          ? t("Beside the password: {ways}. Reset it when phone and recovery codes are lost.", {
              ways: ways.join(", "),
            })
          : t("Only the password. A role can require two steps."),
      actions:
        factors.length > 0
          ? [
              button(
                t("Reset"),
                `/settings/staff/${user.id}/reset-second-factor`,
                "refresh",
                "danger",
                t("Take all second factors of {name} away? They are signed out and hear of it by mail.", {
                  name: user.name,
                }),
              ),
            ]
          : [],
    },
    sessions: sessions.map((session) => ({
      device: session.device_name ?? deviceOf(session.user_agent),
      where: session.ip_address,
      seen: whenOf(ctx, session.last_seen_at),
      icon: session.session_kind === "api" ? "key" : "globe",
      revoke: button(t("Sign out"), `/settings/staff/${user.id}/sessions/${session.id}/end`, "log-out"),
    })),
  };
  return page("account/person", model.header.title, model);
}

export const personSignInPages: Route[] = [
  { method: "GET", path: "/settings/staff/:id/sign-in", door: "staff", permission: "staff.manage", handle: show },
  buttonRoute(
    "/settings/staff/:id/reset-second-factor",
    resetSecondFactor as unknown as AnyAction,
    (incoming) => redirect(at(incoming), t("The second factors are gone.")),
    at,
  ),
  buttonRoute(
    "/settings/staff/:id/require-new-password",
    requireNewPassword as unknown as AnyAction,
    (incoming) => redirect(at(incoming), t("The password is gone; a mail is on its way.")),
    at,
  ),
  buttonRoute(
    "/settings/staff/:id/end-sessions",
    endSessions as unknown as AnyAction,
    (incoming) => redirect(at(incoming), t("Signed out everywhere.")),
    at,
  ),
  buttonRoute(
    "/settings/staff/:id/sessions/:session_id/end",
    endSession as unknown as AnyAction,
    (incoming) => redirect(at(incoming), t("That device is signed out.")),
    at,
  ),
];
