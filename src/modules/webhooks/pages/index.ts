import { find } from "../../../platform/access/reach.ts";
import type { AnyAction } from "../../../platform/action.ts";
import { formModel } from "../../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../../platform/http/forms/page.ts";
import { listAnswer } from "../../../platform/http/lists/list.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { createEndpoint, deleteEndpoint, pingEndpoint, redeliver, rotateSecret, updateEndpoint } from "../actions.ts";
import { deliveryList, endpointList, home } from "../lists.ts";
import { endpointForm } from "./form.ts";
import { crumbs, secretPage, showDelivery, showEndpoint } from "./show.ts";

/** Webhooks: the list, the forms, and what one can do with each. */

const permission = "webhooks.manage";
const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";
const endpointUrl = (incoming: Incoming): string => `${home}/${idOf(incoming)}`;

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
    form: endpointForm(declared("Add webhook")),
    done: (result, _incoming, ctx) => secretPage(ctx, result, t("The secret of the new webhook")),
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
    form: endpointForm(declared("Save")),
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
    form: async (ctx, incoming, typed, failure) => {
      const row = await find(ctx, "webhook_endpoints", idOf(incoming));
      const isRotated = row.previous_secret_until !== null && row.previous_secret_until > ctx.app.clock.now();
      return formModel({
        action: incoming.url.pathname,
        values: typed ?? {},
        version: row.version,
        failure,
        submit_label: t("Make a new secret"),
        cancel_url: endpointUrl(incoming),
        sections: [
          {
            title: "",
            hint: [
              t("The new secret is shown once. For 24 hours the present one signs as well, so that nothing is lost."),
              ...(isRotated ? [t("The one before the present one, which still signs today, then signs no more.")] : []),
            ].join(" "),
            fields: [],
          },
        ],
      });
    },
    extra: (incoming) => ({ id: idOf(incoming) }),
    done: (result, _incoming, ctx) => secretPage(ctx, result, t("The new secret")),
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
