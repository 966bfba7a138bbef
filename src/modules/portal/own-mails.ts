import { type Static, Type } from "@sinclair/typebox";
import { action, type AnyAction, perform } from "../../platform/action.ts";
import { type Ctx, onBehalf, type Work } from "../../platform/context.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import { update } from "../../platform/database/records.ts";
import { unauthorized } from "../../platform/errors.ts";
import { field, formModel } from "../../platform/http/forms/model.ts";
import { formRoutes } from "../../platform/http/forms/page.ts";
import { singleRoutes } from "../../platform/http/jsonapi/single.ts";
import { redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { contacts } from "../companies/index.ts";
import { mailKinds } from "../tickets/index.ts";

/** Which mails about their requests somebody of a client's wants: a page of the portal, and the same over the API. */

const attributes = Type.Object(
  { is_receipt_mailed: Type.Optional(Type.Boolean()), is_reply_mailed: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);

async function own(ctx: Ctx): Promise<RowOf<typeof contacts>> {
  const { kind, contact_id } = ctx.actor;
  if (kind !== "portal" || contact_id === null) throw unauthorized();
  return ctx.db.selectFrom("contacts").selectAll().where("id", "=", contact_id).executeTakeFirstOrThrow();
}

/** Chooses which mails about requests one gets; those that are not named stay as they are. */
export const setOwnMails = action({
  name: "portal.set_own_mails",
  permission: null,
  input: attributes,
  run: async (work: Work, input: Static<typeof attributes>) => {
    const { id } = await own(work);
    // Contacts are the staff's to write; of their own choice a client is the only judge.
    return update(onBehalf(work), contacts, id, input);
  },
});

const page = "/portal/account/mails";

export const ownMailPages: Route[] = formRoutes({
  path: page,
  door: "portal",
  permission: null,
  action: setOwnMails as unknown as AnyAction,
  title: () => t("Mails I get"),
  breadcrumbs: [{ label: "Your account", href: "/portal/account" }],
  form: async (ctx, _, typed, failure) => {
    const contact = await own(ctx);
    return formModel({
      action: page,
      values: typed ?? { ...contact },
      failure,
      submit_label: t("Save"),
      cancel_url: "/portal/account",
      sections: [
        {
          title: "",
          hint: t("Invoices and mails about your account always come. Answers can be read here as well."),
          fields: (["is_receipt_mailed", "is_reply_mailed"] as const).map((name) =>
            field(name, t(mailKinds[name]), { kind: "checkbox", span: 6 }),
          ),
        },
      ],
    });
  },
  done: () => redirect(page, t("Saved.")),
});

export const ownMailApi: Route[] = singleRoutes({
  path: "/api/v1/portal/mail-preferences",
  type: "mail_preferences",
  permission: null,
  attributes: Type.Object({ is_receipt_mailed: Type.Boolean(), is_reply_mailed: Type.Boolean() }),
  input: attributes,
  summaries: {
    show: "Which mails about one's requests one gets.",
    change: "Choose which mails about one's requests one gets.",
  },
  isUnversioned: true,
  load: async (ctx) => {
    const { id, is_receipt_mailed, is_reply_mailed } = await own(ctx);
    return { id, attributes: { is_receipt_mailed, is_reply_mailed } };
  },
  change: (ctx, given) => perform(ctx, setOwnMails, given),
});
