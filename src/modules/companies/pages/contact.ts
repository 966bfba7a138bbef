import { find, maybeFind } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { customFacts } from "../../../platform/custom-fields/show.ts";
import { cell, facts, words } from "../../../platform/http/pages/cells.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { ofKind, panelsOf } from "../../../platform/http/pages/panels.ts";
import { type Answer, type Incoming, page } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { contactName } from "../rules.ts";
import { clientTabs, contactHeader } from "./header.ts";

/** A person at a company. */
export async function showContact(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const contact = await find(ctx, "contacts", incoming.params["id"] ?? "");
  const { id } = contact;
  const name = contactName(contact);
  const asked = find(ctx, "companies", contact.company_id);
  const [company, header, site, panels, custom] = await Promise.all([
    asked,
    asked.then((found) => contactHeader(ctx, contact, found)),
    maybeFind(ctx, "sites", contact.site_id),
    panelsOf(ctx, "contact", { id }),
    customFacts(ctx, "contacts", contact.custom_fields),
  ]);
  const model: RecordPageModel = {
    header,
    alerts: ofKind(panels, "alert"),
    stats: ofKind(panels, "stat"),
    tabs: clientTabs("contacts", id, "overview"),
    sections: ofKind(panels, "section"),
    journal: ofKind(panels, "journal")[0] ?? null,
    facts: [
      facts(t("Contact"), [
        [t("E-mail"), cell.mail(contact.email)],
        [t("Phone"), cell.tel(contact.phone)],
        [t("Mobile"), cell.tel(contact.mobile)],
        [t("Prefers"), cell.text(words(contact.preferred_contact_method))],
        [t("Company"), cell.link(company.name, `/companies/${company.id}`)],
        [t("Site"), cell.text(site?.name)],
        [t("Department"), cell.text(contact.department)],
        [t("Time zone"), cell.text(contact.timezone)],
      ]),
      ...custom,
      ...ofKind(panels, "facts"),
    ],
    notes: contact.notes ?? "",
    attachments: [],
  };
  return page("contacts/show", name, model);
}
