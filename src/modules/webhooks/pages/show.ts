import { find, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { type ListQuery, tableModel } from "../../../platform/http/lists/list.ts";
import { button, cell, empty, facts, formatInstant, link, words } from "../../../platform/http/pages/cells.ts";
import { section } from "../../../platform/http/pages/section.ts";
import type { OneTimePageModel, RecordPageModel } from "../../../platform/http/models/pages.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Answer, page } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { eventName } from "../../events/index.ts";
import type { WithSecret } from "../actions.ts";
import { askedName, type DeliveryRow, deliveryList, deliveryTones, endpointState, home } from "../lists.ts";

/** A webhook, its secret while it is shown, and a delivery with its attempts. */

export const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Webhooks", href: home },
];
/** The one page that shows a secret. */
export function secretPage(ctx: Ctx, result: unknown, title: string): Answer {
  const { id, secret } = result as WithSecret;
  const model: OneTimePageModel = {
    header: { title, subtitle: "", breadcrumbs: crumbs, badges: [], actions: [] },
    text: t(
      "This is the only time the secret is shown. The receiver checks each request with it: keep it like a password.",
    ),
    label: t("Secret"),
    url: secret,
    next: { label: t("I have copied it"), href: `${home}/${id}` },
  };
  return showOnce(ctx, "staff", page("tenants/link", title, model), model.next.href);
}

export async function showEndpoint(ctx: Ctx, id: string): Promise<Answer> {
  const row = await find(ctx, "webhook_endpoints", id);
  const now = ctx.app.clock.now();
  const [state, tone] = endpointState(row);
  const deliveries = deliveryList(id, row.url);
  const latest = await (deliveries.query(ctx) as ListQuery<DeliveryRow>)
    .orderBy("webhook_deliveries.created_at", "desc")
    .orderBy("webhook_deliveries.id", "desc")
    .limit(10)
    .execute();
  const isRotated = row.previous_secret_until !== null && row.previous_secret_until > now;
  const model: RecordPageModel = {
    header: {
      title: row.url,
      subtitle: row.description,
      breadcrumbs: crumbs,
      badges: [{ text: state, tone }],
      actions: [
        ...(row.is_active ? [button(t("Send a test"), `${home}/${id}/ping`, "send", "primary")] : []),
        link(t("Edit"), `${home}/${id}/edit`, "pencil"),
        link(t("New secret"), `${home}/${id}/rotate`, "key"),
        button(
          t("Delete"),
          `${home}/${id}/delete`,
          "trash",
          "danger",
          t("Nothing more is sent there, and the record of what was sent goes too."),
        ),
      ],
    },
    stats: [],
    tabs: [],
    sections: [
      {
        id: "deliveries",
        title: t("Latest deliveries"),
        actions: [],
        table: tableModel(ctx, deliveries, latest, "-created_at", null),
        empty: deliveries.empty(ctx, ""),
        more_url: latest.length === 0 ? "" : deliveries.url,
        more_label: t("All deliveries"),
      },
    ],
    facts: [
      facts(t("Webhook"), [
        [t("State"), cell.badge(state, tone)],
        [t("Why"), cell.text(row.is_active ? "" : row.disabled_reason)],
        [t("Failing since"), cell.instant(row.failing_since, ctx.tenant, now)],
        [
          t("Secret"),
          cell.text(
            isRotated
              ? t("Changed; the one before signs as well until {time}.", {
                  time: formatInstant(row.previous_secret_until ?? "", ctx.tenant),
                })
              : t("Set"),
          ),
        ],
        [t("Added"), cell.instant(row.created_at, ctx.tenant, now)],
      ]),
    ],
    body: {
      title: t("Events"),
      text: row.is_all_events ? t("All events") : row.event_names.map(askedName).join("\n"),
    },
    notes: "",
    attachments: [],
  };
  return page("records/show", row.url, model);
}

export async function showDelivery(ctx: Ctx, id: string): Promise<Answer> {
  const row = await find(ctx, "webhook_deliveries", id);
  const endpoint = await find(ctx, "webhook_endpoints", row.webhook_endpoint_id);
  const attempts = await reach(ctx, "webhook_attempts")
    .selectAll()
    .where("webhook_delivery_id", "=", id)
    .orderBy("attempted_at", "desc")
    .limit(50)
    .execute();
  const now = ctx.app.clock.now();
  const model: RecordPageModel = {
    header: {
      title: eventName(row.event_name),
      subtitle: endpoint.url,
      breadcrumbs: [...crumbs, { label: endpoint.url, href: `${home}/${endpoint.id}` }],
      badges: [{ text: words(row.delivery_status), tone: deliveryTones[row.delivery_status] ?? "neutral" }],
      actions: endpoint.is_active
        ? [button(t("Send again"), `/settings/webhook-deliveries/${id}/redeliver`, "send", "primary")]
        : [],
    },
    stats: [],
    tabs: [],
    sections: [
      section({
        id: "attempts",
        title: t("Attempts"),
        columns: [t("When"), t("Answer"), t("Duration"), t("Problem"), t("First bytes of the answer")],
        rows: attempts.map((one) => ({
          id: one.id,
          cells: [
            cell.instant(one.attempted_at, ctx.tenant, now),
            cell.number(one.response_status),
            cell.text(t("{duration_milliseconds} ms", { duration_milliseconds: one.duration_milliseconds })),
            cell.text(one.problem),
            cell.muted(one.response_body),
          ],
        })),
        empty: empty("clock", t("Not tried yet"), ""),
      }),
    ],
    facts: [
      facts(t("Delivery"), [
        [t("Queued"), cell.instant(row.created_at, ctx.tenant, now)],
        [t("Delivered"), cell.instant(row.delivered_at, ctx.tenant, now)],
        // Of a webhook that is switched off nothing is tried, whatever was planned.
        [t("Next attempt"), endpoint.is_active ? cell.instant(row.next_attempt_at, ctx.tenant, now) : cell.nothing],
        [t("Event id"), cell.muted(row.event_id)],
        [t("Delivery id"), cell.muted(row.id)],
      ]),
    ],
    body: { title: t("Body"), text: JSON.stringify(JSON.parse(row.body), null, 2) },
    notes: "",
    attachments: [],
  };
  return page("records/show", model.header.title, model);
}
