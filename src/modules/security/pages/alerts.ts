import { find } from "../../../platform/access/reach.ts";
import type { AnyAction } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
import { deviceOf } from "../../staff/index.ts";
import { can } from "../../../platform/access/actor.ts";
import { readGrant } from "../../../platform/access/grants.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import { button, cell, facts, formatInstant, link } from "../../../platform/http/pages/cells.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import { listAnswer } from "../../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { acknowledgeAlert } from "../actions.ts";
import { nameOf } from "../changes.ts";
import { alertList } from "../lists/alerts.ts";
import type { AlertKind } from "../schema.ts";
import { alertTitle } from "../words.ts";

/** What to do about each kind. */
function advice({ alert_kind, details }: { alert_kind: AlertKind; details: Record<string, unknown> }): string {
  switch (alert_kind) {
    case "new_device":
      return t(
        "Ask the person whether it was them. If not: end their sessions, let them choose a new password, and require a second factor.",
      );
    case "many_failures":
      return t(
        "Somebody may be guessing passwords. Attempts are slowed down by themselves; if the address is not yours, hold the sign-in to your own networks.",
      );
    case "key_from_new_address":
      return t("If the program that uses the key has not moved, revoke the key and make a new one.");
    case "key_refused_at_address":
      return t(
        "Nothing was shown. If no program of yours runs there, somebody else holds the key: revoke it and make a new one. If the program has moved, let its network in.",
      );
    case "role_raised":
    case "second_factor_reset":
      return t("Check that this was meant. The audit log says who did it.");
    case "refresh_token_reused":
      if (details["client_id"] !== undefined)
        return t(
          "Somebody may hold a copy of what the app was given, so all that it was allowed by this person has ended. Ask whoever runs the app before it is allowed again.",
        );
      return t(
        "Somebody may hold a copy of the token. Its session was ended; let the person sign in again and look at where the program runs.",
      );
  }
}

/** Which entries of the audit log belong to an alert: of the address it came from, else about the person, else about roles. */
function trail(alert: { ip_address: string; user_id: string | null }): string {
  if (alert.ip_address !== "") return `?q=${encodeURIComponent(alert.ip_address)}`;
  return alert.user_id === null ? "?what=roles" : `?q=${alert.user_id}`;
}

/** A person by name; a link for those who may look after the staff. */
function personCell(ctx: Ctx, { name, user_type }: { name: string; user_type: string }, id: string | null): CellModel {
  return user_type === "staff" && can(ctx.actor, "staff.manage")
    ? cell.link(name, `/settings/staff/${id ?? ""}/sign-in`)
    : cell.person(name);
}

const mostRights = 12;

/** What somebody was given, in words. */
function rightsOf(ctx: Ctx, details: Record<string, unknown>): string {
  const given = Array.isArray(details["permissions"]) ? details["permissions"].map(String) : [];
  const texts = given.slice(0, mostRights).map((name) => {
    const description = ctx.app.registry.permissions.get(readGrant(name)?.permission ?? name);
    return description === undefined ? name : t(description);
  });
  const more = given.length - texts.length;
  return [...texts, ...(more > 0 ? [t("and {count} more", { count: more })] : [])].join("; ");
}

/** A browser or program as its reader calls it; what an earlier version kept was in words already. */
function programOf(userAgent: string): string {
  return userAgent.includes("/") ? deviceOf(userAgent) : userAgent;
}

async function showAlert(ctx: Ctx, id: string): Promise<Answer> {
  const alert = await find(ctx, "security_alerts", id);
  const title = alertTitle(alert);
  const acknowledgedBy =
    alert.acknowledged_by_id === null ? null : await nameOf(ctx, "users", alert.acknowledged_by_id);
  const person =
    alert.user_id === null
      ? null
      : await ctx.db
          .selectFrom("users")
          .select(["name", "user_type"])
          .where("id", "=", alert.user_id)
          .executeTakeFirstOrThrow();
  const permissions = rightsOf(ctx, alert.details);
  const by = typeof alert.details["by"] === "string" ? alert.details["by"] : null;
  const model: RecordPageModel = {
    header: {
      title,
      subtitle: formatInstant(alert.happened_at, ctx.tenant),
      breadcrumbs: [
        { label: t("Settings"), href: "/settings" },
        { label: t("Security alerts"), href: "/settings/security-alerts" },
      ],
      badges: [
        alert.acknowledged_at === null
          ? { text: t("Open"), tone: "warning" }
          : { text: t("Acknowledged by {name}", { name: acknowledgedBy ?? "–" }), tone: "neutral" },
      ],
      actions: [
        link(t("In the audit log"), `/settings/audit${trail(alert)}`, "history"),
        ...(alert.acknowledged_at === null
          ? [button(t("Acknowledge"), `/settings/security-alerts/${id}/acknowledge`, "check", "primary")]
          : []),
      ],
    },
    stats: [],
    tabs: [],
    sections: [],
    body: { title: t("What to do"), text: advice(alert) },
    facts: [
      facts(t("Details"), [
        ...(person?.name === alert.subject_name ? [] : [[t("About"), cell.text(alert.subject_name)] as const]),
        ...(person === null ? [] : [[t("Person"), personCell(ctx, person, alert.user_id)] as const]),
        ...(by === null ? [] : [[t("Done by"), cell.person(by)] as const]),
        ...(permissions === "" ? [] : [[t("New rights"), cell.text(permissions)] as const]),
        ...(alert.ip_address === "" ? [] : [[t("IP address"), cell.text(alert.ip_address)] as const]),
        ...(alert.user_agent === "" ? [] : [[t("Device"), cell.text(programOf(alert.user_agent))] as const]),
        [t("Acknowledged"), cell.instant(alert.acknowledged_at, ctx.tenant, ctx.app.clock.now())],
      ]),
    ],
    notes: "",
    attachments: [],
  };
  return page("records/show", title, model);
}

export const alertPages: Route[] = [
  {
    method: "GET",
    path: "/settings/security-alerts",
    door: "staff",
    permission: "audit.read",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, alertList),
  },
  {
    method: "GET",
    path: "/settings/security-alerts/:id",
    door: "staff",
    permission: "audit.read",
    handle: (ctx, incoming) => showAlert(ctx, incoming.params["id"] ?? ""),
  },
  buttonRoute("/settings/security-alerts/:id/acknowledge", acknowledgeAlert as unknown as AnyAction, () =>
    redirect("/settings/security-alerts", t("Acknowledged.")),
  ),
];
