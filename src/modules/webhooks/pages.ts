import { find, reach } from "../../platform/access/reach.ts";
import type { AnyAction } from "../../platform/action.ts";
import type { Ctx } from "../../platform/context.ts";
import { button, cell, facts, formatInstant, link, words } from "../../platform/http/cells.ts";
import {
  columnField,
  field,
  formModel,
  type FormValues,
  type Option,
  rowValues,
} from "../../platform/http/form-model.ts";
import { buttonRoute, type FormPage, formRoutes } from "../../platform/http/form-page.ts";
import { listAnswer } from "../../platform/http/list.ts";
import type { OneTimePageModel, RecordPageModel } from "../../platform/http/page-models.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../platform/http/route.ts";
import type { SectionModel } from "../../platform/http/view-models.ts";
import { declared, t } from "../../platform/language/index.ts";
import { eventGroup, eventName, eventWords } from "../events/index.ts";
import {
  createEndpoint,
  deleteEndpoint,
  pingEndpoint,
  redeliver,
  rotateSecret,
  updateEndpoint,
  type WithSecret,
} from "./actions.ts";
import { askedName, deliveryList, deliveryTones, endpointList, endpointState, home } from "./lists.ts";
import { allOf, moduleOf } from "./rules.ts";
import { webhookEndpoints } from "./schema.ts";

const permission = "webhooks.manage";
const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Webhooks", href: home },
];
const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";
const endpointUrl = (incoming: Incoming): string => `${home}/${idOf(incoming)}`;

const form =
  (submit: string): FormPage["form"] =>
  async (ctx, incoming, typed, failure) => {
    const id = idOf(incoming);
    const row = id === "" ? null : await find(ctx, "webhook_endpoints", id);
    const values: FormValues =
      typed ??
      (row === null
        ? { is_active: true, event_names: [] }
        : { ...rowValues(webhookEndpoints, row), event_names: row.event_names });
    return formModel({
      action: incoming.url.pathname,
      values,
      version: row?.version ?? null,
      failure,
      submit_label: submit,
      cancel_url: id === "" ? home : `${home}/${id}`,
      sections: [
        {
          title: t("Where to"),
          fields: [
            columnField(webhookEndpoints, "url", {
              kind: "url",
              span: 6,
              placeholder: "https://example.com/hooks/purser",
              hint: t("A public address. Redirects are not followed."),
            }),
            columnField(webhookEndpoints, "description", { span: 6 }),
            columnField(webhookEndpoints, "is_active"),
          ],
        },
        {
          title: t("What"),
          hint: t(
            "Prices are never sent. What each event says stands in the event catalog. “All of this module” takes in what is added to it later.",
          ),
          fields: [
            columnField(webhookEndpoints, "is_all_events", { span: 6 }),
            field("event_names", t("Events"), {
              kind: "checkboxes",
              span: 6,
              is_narrowable: true,
              options: eventOptions(ctx),
            }),
          ],
        },
      ],
    });
  };

/** Every event under the module that tells it, and before them all of the module at once. */
function eventOptions({ app }: Ctx): Option[] {
  const events = [...app.registry.events.values()].filter((type) => type.isPublic);
  const modules = [...new Set(events.map(({ name }) => moduleOf(name)))]
    .map((module) => ({ module, group: eventGroup(module) }))
    .toSorted((one, other) => one.group.localeCompare(other.group));
  return modules.flatMap(({ module, group }) => [
    { value: allOf(module), label: t("All of this module"), group },
    ...events
      .filter(({ name }) => moduleOf(name) === module)
      .map(({ name, description }) => ({ value: name, label: eventWords(name), hint: t(description), group })),
  ]);
}

/** The one page that shows a secret. */
function secretPage(result: unknown, title: string): Answer {
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
  return page("tenants/link", title, model);
}

async function showEndpoint(ctx: Ctx, id: string): Promise<Answer> {
  const row = await find(ctx, "webhook_endpoints", id);
  const now = ctx.app.clock.now();
  const [state, tone] = endpointState(row);
  const isRotated = row.previous_secret_until !== null && row.previous_secret_until > now;
  const model: RecordPageModel = {
    header: {
      title: row.url,
      subtitle: row.description,
      breadcrumbs: crumbs,
      badges: [{ text: state, tone }],
      actions: [
        ...(row.is_active ? [button(t("Send a test"), `${home}/${id}/ping`, "send", "primary")] : []),
        link(t("Deliveries"), `${home}/${id}/deliveries`, "list"),
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
    sections: [],
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

async function showDelivery(ctx: Ctx, id: string): Promise<Answer> {
  const row = await find(ctx, "webhook_deliveries", id);
  const endpoint = await find(ctx, "webhook_endpoints", row.webhook_endpoint_id);
  const attempts = await reach(ctx, "webhook_attempts")
    .selectAll()
    .where("webhook_delivery_id", "=", id)
    .orderBy("attempted_at", "desc")
    .limit(50)
    .execute();
  const now = ctx.app.clock.now();
  const column = (label: string): SectionModel["table"]["columns"][number] => ({
    label,
    sort_url: "",
    direction: "none",
    is_numeric: false,
    is_secondary: false,
  });
  const model: RecordPageModel = {
    header: {
      title: eventName(row.event_name),
      subtitle: endpoint.url,
      breadcrumbs: [...crumbs, { label: endpoint.url, href: `${home}/${endpoint.id}` }],
      badges: [{ text: words(row.delivery_status), tone: deliveryTones[row.delivery_status] ?? "neutral" }],
      actions: [button(t("Send again"), `/settings/webhook-deliveries/${id}/redeliver`, "send", "primary")],
    },
    stats: [],
    tabs: [],
    sections: [
      {
        id: "attempts",
        title: t("Attempts"),
        actions: [],
        table: {
          id: "attempts-table",
          caption: t("Attempts"),
          columns: [t("When"), t("Answer"), t("Duration"), t("Problem"), t("First bytes of the answer")].map(column),
          rows: attempts.map((one) => ({
            id: one.id,
            href: "",
            is_bold: false,
            cells: [
              cell.instant(one.attempted_at, ctx.tenant, now),
              cell.number(one.response_status),
              cell.text(t("{duration_milliseconds} ms", { duration_milliseconds: one.duration_milliseconds })),
              cell.text(one.problem),
              cell.muted(one.response_body),
            ],
          })),
        },
        empty: { icon: "clock", title: t("Not tried yet"), text: "", action: null },
        more_url: "",
        more_label: "",
      },
    ],
    facts: [
      facts(t("Delivery"), [
        [t("Queued"), cell.instant(row.created_at, ctx.tenant, now)],
        [t("Delivered"), cell.instant(row.delivered_at, ctx.tenant, now)],
        [t("Next attempt"), cell.instant(row.next_attempt_at, ctx.tenant, now)],
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

const asAny = (action: unknown): AnyAction => action as AnyAction;

export const webhookPages: Route[] = [
  {
    method: "GET",
    path: home,
    door: "staff",
    permission,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, endpointList),
  },
  ...formRoutes({
    path: `${home}/new`,
    permission,
    action: asAny(createEndpoint),
    title: () => t("New webhook"),
    breadcrumbs: crumbs,
    form: form(declared("Add webhook")),
    done: (result) => secretPage(result, t("The secret of the new webhook")),
  }),
  {
    method: "GET",
    path: `${home}/:id`,
    door: "staff",
    permission,
    handle: (ctx, incoming) => showEndpoint(ctx, idOf(incoming)),
  },
  ...formRoutes({
    path: `${home}/:id/edit`,
    permission,
    action: asAny(updateEndpoint),
    title: () => t("Edit webhook"),
    breadcrumbs: crumbs,
    form: form(declared("Save")),
    // Boxes that are all empty are not sent at all.
    extra: (incoming) => ({ id: idOf(incoming) }),
    done: (_, incoming) => redirect(endpointUrl(incoming), t("Saved.")),
  }),
  ...formRoutes({
    path: `${home}/:id/rotate`,
    permission,
    action: asAny(rotateSecret),
    title: () => t("New secret"),
    breadcrumbs: crumbs,
    form: async (ctx, incoming) => {
      await find(ctx, "webhook_endpoints", idOf(incoming));
      return formModel({
        action: incoming.url.pathname,
        submit_label: t("Make a new secret"),
        cancel_url: endpointUrl(incoming),
        sections: [
          {
            title: "",
            hint: t(
              "The new secret is shown once. For 24 hours the present one signs as well, so that nothing is lost.",
            ),
            fields: [],
          },
        ],
      });
    },
    extra: (incoming) => ({ id: idOf(incoming) }),
    done: (result) => secretPage(result, t("The new secret")),
  }),
  buttonRoute(
    `${home}/:id/ping`,
    asAny(pingEndpoint),
    (incoming) => redirect(`${endpointUrl(incoming)}/deliveries`, t("A test is on its way.")),
    endpointUrl,
  ),
  buttonRoute(`${home}/:id/delete`, asAny(deleteEndpoint), () => redirect(home, t("Deleted.")), endpointUrl),
  {
    method: "GET",
    path: `${home}/:id/deliveries`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { id, url } = await find(ctx, "webhook_endpoints", idOf(incoming));
      return listAnswer(ctx, incoming, deliveryList(id, url));
    },
  },
  {
    method: "GET",
    path: "/settings/webhook-deliveries/:id",
    door: "staff",
    permission,
    handle: (ctx, incoming) => showDelivery(ctx, idOf(incoming)),
  },
  buttonRoute(
    "/settings/webhook-deliveries/:id/redeliver",
    asAny(redeliver),
    (incoming) => redirect(`/settings/webhook-deliveries/${idOf(incoming)}`, t("It is sent again now.")),
    (incoming) => `/settings/webhook-deliveries/${idOf(incoming)}`,
  ),
];
