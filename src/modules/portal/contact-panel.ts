import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { find, maybeFind } from "../../platform/access/reach.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { checkMatch, readDocument, readVerb } from "../../platform/http/jsonapi/document.ts";
import { button, cell, facts, link } from "../../platform/http/pages/cells.ts";
import { field, formModel, type FormValues } from "../../platform/http/forms/model.ts";
import type { FormModel } from "../../platform/http/models/forms.ts";
import { buttonRoute, formRoutes } from "../../platform/http/forms/page.ts";
import { type Answer, type Incoming, redirect, type Route } from "../../platform/http/route.ts";
import type { Panel, PanelModel } from "../../platform/module.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import type { Failure } from "../../platform/errors.ts";
import { roleWords } from "../../platform/access/roles.ts";
import { mailSent } from "../../platform/http/pages/mail-sent.ts";
import { listed, t } from "../../platform/language/index.ts";
import { contactName } from "../companies/index.ts";
import { accountOf, inviteContact, portalRoles, revokeContact, setPortalRole, usualRole } from "./access.ts";
import { roleIdsOf } from "./colleagues.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";
const contactPage = (incoming: Incoming): string => `/contacts/${idOf(incoming)}`;

const crumbs = [{ label: "Contacts", href: "/contacts" }];

async function load(ctx: Ctx, { id }: { id: string }): Promise<PanelModel[] | null> {
  const contact = await maybeFind(ctx, "contacts", id);
  if (contact === undefined || contact.archived_at !== null) return null;
  const mayManage = can(ctx.actor, "portal.manage");
  const path = `/contacts/${id}/portal-access`;
  if (!contact.is_portal_user) {
    if (!mayManage) return null;
    const actions = [
      button(t("Give portal access"), path, "key"),
      link(t("Choose a portal role"), path, "users", "ghost"),
    ];
    return [{ kind: "facts", ...facts(t("Portal"), [[t("Access"), cell.muted(t("None"))]], actions) }];
  }
  const account = await accountOf(ctx, id);
  const now = ctx.app.clock.now();
  const hasAccepted = account?.password_hash != null;
  const revoke = button(
    t("Revoke portal access"),
    `${path}/revoke`,
    "ban",
    "ghost",
    t("Revoke the portal access? They are signed out at once; what they wrote stays."),
  );
  const entries = [
    [t("Access"), hasAccepted ? cell.badge(t("Active"), "success") : cell.badge(t("Invited"), "warning")],
    [t("Role"), cell.text(listed(await roleNamesOf(ctx, account?.id ?? "")))],
    [t("Signs in as"), cell.text(account?.email)],
    [t("Invited"), cell.instant(account?.invited_at, ctx.tenant, now)],
    [t("Last signed in"), cell.instant(account?.last_signed_in_at, ctx.tenant, now)],
  ] as const;
  const actions = [
    ...(mayManage && !hasAccepted ? [button(t("Send the invitation again"), path, "send")] : []),
    ...(mayManage ? [link(t("Change the portal role"), `${path}/role`, "key", "ghost")] : []),
    ...(account !== undefined && can(ctx.actor, "staff.manage")
      ? [link(t("What this person may do"), `/settings/staff/${account.id}/access`, "shield", "ghost")]
      : []),
    ...(mayManage ? [revoke] : []),
  ];
  return [{ kind: "facts", ...facts(t("Portal"), entries, actions) }];
}

export const contactPanel: Panel = { page: "contact", order: 40, permission: null, load };

async function roleNamesOf(ctx: Ctx, userId: string): Promise<string[]> {
  const held = await roleIdsOf(ctx, userId);
  return (await portalRoles(ctx)).filter(({ id }) => held.includes(id)).map(({ name }) => roleWords(name));
}

/** Which role somebody gets or has; for somebody new the usual one. */
async function roleForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const contact = await find(ctx, "contacts", idOf(incoming));
  const account = await accountOf(ctx, contact.id);
  const held = account === undefined ? undefined : (await roleIdsOf(ctx, account.id))[0];
  return formModel({
    action: incoming.url.pathname,
    values: typed ?? { role_id: held ?? (await usualRole(ctx, contact)) },
    failure,
    submit_label: contact.is_portal_user ? t("Save changes") : t("Send the invitation"),
    cancel_url: contactPage(incoming),
    sections: [
      {
        title: t("Portal role"),
        hint: contact.is_portal_user
          ? t("It holds at once, whether the person is signed in or not.")
          : t("{email} gets a link to choose a password.", { email: contact.email ?? "–" }),
        fields: [
          field("role_id", t("What {name} may do there", { name: contactName(contact) }), {
            kind: "radio",
            options: (await portalRoles(ctx)).map((role) => ({
              value: role.id,
              label: roleWords(role.name),
              hint: roleWords(role.description),
            })),
            span: 6,
          }),
        ],
      },
    ],
  });
}

async function contactAnswer(ctx: Ctx, id: string): Promise<Answer> {
  const contactResource = ctx.app.registry.resources.get("contacts");
  if (contactResource === undefined) throw new Error("contacts are a resource");
  return showOne(ctx, contactResource, id);
}

/** Giving and taking portal access: buttons on the contact's page, and the API (PRD 3.3.3). */
export const contactAccess: Route[] = [
  ...formRoutes({
    path: "/contacts/:id/portal-access",
    permission: inviteContact.permission,
    action: inviteContact as unknown as AnyAction,
    title: () => t("Give portal access"),
    form: roleForm,
    extra: (incoming) => ({ id: idOf(incoming) }),
    breadcrumbs: crumbs,
    done: (_, incoming, ctx) => mailSent(ctx, contactPage(incoming), t("Invitation sent.")),
  }),
  ...formRoutes({
    path: "/contacts/:id/portal-access/role",
    permission: setPortalRole.permission,
    action: setPortalRole as unknown as AnyAction,
    title: () => t("Change the portal role"),
    form: roleForm,
    extra: (incoming) => ({ id: idOf(incoming) }),
    breadcrumbs: crumbs,
    done: (_, incoming) => redirect(contactPage(incoming), t("Portal role changed.")),
  }),
  buttonRoute(
    "/contacts/:id/portal-access/revoke",
    revokeContact,
    (incoming) => redirect(contactPage(incoming), t("Portal access revoked.")),
    contactPage,
  ),
  {
    method: "POST",
    path: "/api/v1/contacts/:id/portal-access",
    door: "api",
    permission: inviteContact.permission,
    doc: {
      summary: "Invite a contact to the client portal, or send the invitation again.",
      answer: { one: "contacts" },
    },
    handle: async (ctx, incoming) => {
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "contacts", idOf(incoming))));
      await perform(ctx, inviteContact, {
        ...(await readVerb(incoming, "contacts", idOf(incoming))),
        id: idOf(incoming),
      });
      return contactAnswer(ctx, idOf(incoming));
    },
  },
  {
    method: "PATCH",
    path: "/api/v1/contacts/:id/portal-access",
    door: "api",
    permission: setPortalRole.permission,
    doc: {
      summary: "Change the role that a contact has in the client portal.",
      input: { type: "contacts", attributes: Type.Omit(setPortalRole.input, ["id"]) },
      answer: { one: "contacts" },
    },
    handle: async (ctx, incoming) => {
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "contacts", idOf(incoming))));
      await perform(ctx, setPortalRole, {
        ...readDocument(await incoming.json(), "contacts", idOf(incoming)),
        id: idOf(incoming),
      } as { id: string; role_id: string });
      return contactAnswer(ctx, idOf(incoming));
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/contacts/:id/portal-access",
    door: "api",
    permission: revokeContact.permission,
    doc: { summary: "Take a contact's portal access away; they are signed out at once.", answer: { one: "contacts" } },
    handle: async (ctx, incoming) => {
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "contacts", idOf(incoming))));
      await perform(ctx, revokeContact, { id: idOf(incoming) });
      return contactAnswer(ctx, idOf(incoming));
    },
  },
];
