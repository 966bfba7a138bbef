import { find } from "../../../platform/access/reach.ts";
import type { AnyAction } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
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
function advice(kind: AlertKind): string {
  switch (kind) {
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
    case "role_raised":
    case "second_factor_reset":
      return t("Check that this was meant. The audit log says who did it.");
    case "refresh_token_reused":
      return t(
        "Somebody may hold a copy of the token. Its session was ended; let the person sign in again and look at where the program runs.",
      );
  }
}

async function showAlert(ctx: Ctx, id: string): Promise<Answer> {
  const alert = await find(ctx, "security_alerts", id);
  const title = alertTitle(alert);
  const by = alert.acknowledged_by_id === null ? null : await nameOf(ctx, "users", alert.acknowledged_by_id);
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
          : { text: t("Acknowledged by {name}", { name: by ?? "–" }), tone: "neutral" },
      ],
      actions: [
        link(t("In the audit log"), `/settings/audit?q=${encodeURIComponent(alert.ip_address)}`, "history"),
        ...(alert.acknowledged_at === null
          ? [button(t("Acknowledge"), `/settings/security-alerts/${id}/acknowledge`, "check", "primary")]
          : []),
      ],
    },
    stats: [],
    tabs: [],
    sections: [],
    body: { title: t("What to do"), text: advice(alert.alert_kind) },
    facts: [
      facts(t("Details"), [
        [t("About"), cell.text(alert.subject_name)],
        [t("Address"), cell.text(alert.ip_address)],
        [t("Program"), cell.muted(alert.user_agent)],
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
