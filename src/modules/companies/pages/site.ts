import { addressLine } from "../../../platform/address.ts";
import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { cell, empty, facts } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { contactList, contactsWithin } from "../lists/contacts.ts";
import { most } from "./parts.ts";
import { clientTabs, siteHeader } from "./header.ts";

/** A place where a company is. */
export async function showSite(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const site = await find(ctx, "sites", incoming.params["id"] ?? "");
  const company = await find(ctx, "companies", site.company_id);
  const { id } = site;
  const people = await contactList
    .query(ctx)
    .where("contacts.site_id", "=", id)
    .where("contacts.archived_at", "is", null)
    .orderBy("contacts.first_name")
    .limit(most)
    .execute();
  const model: RecordPageModel = {
    header: siteHeader(ctx, site, company),
    stats: [],
    tabs: clientTabs("sites", id, "overview"),
    sections: [
      {
        id: "contacts",
        title: t("Contacts"),
        actions: [],
        table: tableModel(ctx, contactsWithin, people, "first_name", null),
        empty: empty("users", t("Nobody here"), t("Contacts whose site this is stand here.")),
        more_url: people.length === 0 ? "" : `/contacts?site=${id}`,
        more_label: t("All contacts"),
      },
    ],
    facts: [
      facts(t("Site"), [
        [t("Company"), cell.link(company.name, `/companies/${company.id}`)],
        [t("Address"), cell.text(addressLine(site.address))],
        [t("Phone"), cell.tel(site.phone)],
        [t("Time zone"), cell.text(site.timezone)],
      ]),
    ],
    notes: site.notes ?? "",
    attachments: [],
  };
  return page("records/show", site.name, model);
}
