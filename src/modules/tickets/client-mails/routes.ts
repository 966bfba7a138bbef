import { find } from "../../../platform/access/reach.ts";
import { type Ctx, inUnit, reading, systemContext } from "../../../platform/context.ts";
import { update } from "../../../platform/database/records.ts";
import { notFound } from "../../../platform/errors.ts";
import { field, formModel } from "../../../platform/http/forms/model.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, response, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { speakLanguageOf } from "../../../platform/mail/reader.ts";
import { contacts } from "../../companies/index.ts";
import { canDoWithout, mailKinds, readUnsubscribe } from "./kinds.ts";

/** Where a mail's "unsubscribe" leads: a page to look at (RFC 2369), and one click for mail programs (RFC 8058). */

const path = "/mails/:token";
async function show(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const token = incoming.params["token"] ?? "";
  const asked = readUnsubscribe(ctx, token);
  if (asked === null) throw notFound();
  // Whoever has the address is the contact, and nobody is signed in.
  return reading(systemContext(ctx.app, ctx.tenant), async (reader) => {
    await speakLanguageOf(reader, { contact_id: asked.contactId });
    const contact = await find(reader, "contacts", asked.contactId);
    const title = t(mailKinds[asked.kind]);
    const isOn = contact[asked.kind];
    const model: FormPageModel = {
      header: { title, subtitle: ctx.tenant.name, breadcrumbs: [], badges: [], actions: [] },
      form: formModel({
        action: `/mails/${token}`,
        submit_label: isOn ? t("Stop these mails") : t("Get them again"),
        sections: [
          {
            title: "",
            hint: isOn
              ? canDoWithout(ctx, asked.kind, contact)
                ? t("{email} gets these mails. Invoices and mails about your account always come.", {
                    email: contact.email ?? "",
                  })
                : t("Answers are mailed for as long as you have no access to the portal, where they could be read.")
              : t("{email} does not get these mails any more.", { email: contact.email ?? "" }),
            fields: [field("is_on", "", { kind: "hidden", value: isOn ? "no" : "yes" })],
          },
        ],
      }),
    };
    return page("forms/index", title, model);
  });
}

async function choose(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const asked = readUnsubscribe(ctx, incoming.params["token"] ?? "");
  if (asked === null) throw notFound();
  const { fields } = await incoming.form();
  await inUnit(systemContext(ctx.app, ctx.tenant), async (work) => {
    const contact = await find(work, "contacts", asked.contactId);
    await update(work, contacts, contact.id, { [asked.kind]: fields["is_on"] === "yes" });
  });
  // A mail program asks by itself and reads nothing; a person looks at the page again.
  if (fields["List-Unsubscribe"] !== undefined) return response(new Response(null, { status: 204 }));
  return response(new Response(null, { status: 303, headers: { location: incoming.url.pathname } }));
}

export const clientMailRoutes: Route[] = [
  { method: "GET", path, door: "open", permission: null, isOutsideRead: true, handle: show },
  // The address proves itself, so there is no session and no token of a form to hold it against.
  { method: "POST", path, door: "hook", permission: null, handle: choose },
];
