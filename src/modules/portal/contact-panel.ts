import { can } from "../../platform/access/actor.ts";
import { find, maybeFind } from "../../platform/access/reach.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { showOne } from "../../platform/http/jsonapi.ts";
import { readVerb } from "../../platform/http/jsonapi-document.ts";
import { button, cell, facts } from "../../platform/http/cells.ts";
import { buttonRoute } from "../../platform/http/form-page.ts";
import { type Answer, type Incoming, redirect, type Route } from "../../platform/http/route.ts";
import type { Panel, PanelModel } from "../../platform/module.ts";
import { perform } from "../../platform/action.ts";
import { t } from "../../platform/language/index.ts";
import { accountOf, inviteContact, revokeContact } from "./access.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";
const contactPage = (incoming: Incoming): string => `/contacts/${idOf(incoming)}`;

async function load(ctx: Ctx, { id }: { id: string }): Promise<PanelModel[] | null> {
  const contact = await maybeFind(ctx, "contacts", id);
  if (contact === undefined || contact.archived_at !== null) return null;
  if (!contact.is_portal_user) {
    if (!can(ctx.actor, "portal.manage")) return null;
    return [{ kind: "action", ...button(t("Give portal access"), `/contacts/${id}/portal-access`, "key") }];
  }
  const account = await accountOf(ctx, id);
  const now = ctx.app.clock.now();
  const hasAccepted = account?.password_hash != null;
  const seen = facts(t("Portal"), [
    [t("Access"), hasAccepted ? cell.badge(t("Active"), "success") : cell.badge(t("Invited"), "warning")],
    [t("Signs in as"), cell.text(account?.email)],
    [t("Invited"), cell.instant(account?.invited_at, ctx.tenant, now)],
    [t("Last signed in"), cell.instant(account?.last_signed_in_at, ctx.tenant, now)],
  ]);
  if (!can(ctx.actor, "portal.manage")) return [{ kind: "facts", ...seen }];
  const revoke = button(
    t("Revoke portal access"),
    `/contacts/${id}/portal-access/revoke`,
    "ban",
    "ghost",
    t("Revoke the portal access? They are signed out at once; what they wrote stays."),
  );
  return [
    ...(hasAccepted
      ? []
      : [
          {
            kind: "action" as const,
            ...button(t("Send the invitation again"), `/contacts/${id}/portal-access`, "send"),
          },
        ]),
    { kind: "action", ...revoke },
    { kind: "facts", ...seen },
  ];
}

export const contactPanel: Panel = { page: "contact", order: 40, permission: null, load };

async function contactAnswer(ctx: Ctx, id: string): Promise<Answer> {
  const contactResource = ctx.app.registry.resources.get("contacts");
  if (contactResource === undefined) throw new Error("contacts are a resource");
  return showOne(ctx, contactResource, id);
}

/** Giving and taking portal access: buttons on the contact's page, and the API (PRD 3.3.3). */
export const contactAccess: Route[] = [
  buttonRoute(
    "/contacts/:id/portal-access",
    inviteContact,
    (incoming) => redirect(contactPage(incoming), t("Invitation sent.")),
    contactPage,
  ),
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
      await reading(ctx, (reader) => find(reader, "contacts", idOf(incoming)));
      await perform(ctx, inviteContact, {
        ...(await readVerb(incoming, "contacts", idOf(incoming))),
        id: idOf(incoming),
      });
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
      await perform(ctx, revokeContact, { id: idOf(incoming) });
      return contactAnswer(ctx, idOf(incoming));
    },
  },
];
