import { addressLine } from "../../../platform/address.ts";
import { can } from "../../../platform/access/actor.ts";
import { find, maybeFind, wholeShape } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { runOnceBuilt } from "../../../platform/database/once.ts";
import { customFacts } from "../../../platform/custom-fields/show.ts";
import { cell, empty, facts, formatInstant, link, words } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { ofKind, panelsOf } from "../../../platform/http/pages/panels.ts";
import { type Answer, type Incoming, page } from "../../../platform/http/route.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { companiesBelow } from "../hierarchy.ts";
import { contactList, contactsWithin } from "../lists/contacts.ts";
import { siteList } from "../lists/sites.ts";
import { belowSection, defaultContacts, most } from "./parts.ts";
import { clientTabs, companyHeader } from "./header.ts";

/** A company with its people and places, what is going on, and what happened. */
export async function showCompany(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const company = await find(ctx, "companies", incoming.params["id"] ?? "");
  const { id } = company;
  const mayWrite = can(ctx.actor, "companies.write");
  const contacts = runOnceBuilt(ctx, wholeShape(ctx, "contacts of a company", "contacts"), { id }, (given) =>
    contactList
      .query(ctx)
      .where("contacts.company_id", "=", given.id)
      .where("contacts.archived_at", "is", null)
      .orderBy("contacts.first_name")
      .limit(most),
  );
  const sites = runOnceBuilt(ctx, wholeShape(ctx, "sites of a company", "sites"), { id }, (given) =>
    siteList
      .query(ctx)
      .where("sites.company_id", "=", given.id)
      .where("sites.archived_at", "is", null)
      .orderBy("sites.name")
      .limit(most),
  );
  const [header, people, places, panels, below, defaults, custom, parent, manager] = await Promise.all([
    companyHeader(ctx, company),
    contacts,
    sites,
    panelsOf(ctx, "company", { id }),
    companiesBelow(ctx, id),
    defaultContacts(ctx, company),
    customFacts(ctx, "companies", company.custom_fields),
    maybeFind(ctx, "companies", company.parent_company_id),
    maybeFind(ctx, "users", company.account_manager_id),
  ]);
  const contactSection: SectionModel = {
    id: "contacts",
    title: t("Contacts"),
    actions: mayWrite ? [link(t("Add contact"), `/contacts/new?company_id=${id}`, "plus")] : [],
    table: tableModel(ctx, contactsWithin, people, "first_name", null),
    empty: empty("users", t("No contacts yet"), t("Add the people who write tickets and receive invoices.")),
    more_url: people.length === 0 ? "" : `/contacts?company=${id}`,
    more_label: t("All contacts"),
  };
  const siteSection: SectionModel = {
    id: "sites",
    title: t("Sites"),
    actions: mayWrite ? [link(t("Add site"), `/sites/new?company_id=${id}`, "plus")] : [],
    table: tableModel(
      ctx,
      { ...siteList, columns: siteList.columns.filter(({ key }) => key !== "company") },
      places,
      "name",
      null,
    ),
    empty: empty("pin", t("No sites yet"), t("Sites are the places where this company is.")),
    more_url: places.length === 0 ? "" : `/sites?company=${id}`,
    more_label: t("All sites"),
  };
  const model: RecordPageModel = {
    header,
    alerts: ofKind(panels, "alert"),
    stats: ofKind(panels, "stat"),
    tabs: clientTabs("companies", id, "overview"),
    // What waits and who is there, then what happened; what seldom changes stands below.
    sections: [...ofKind(panels, "section").slice(0, 1), contactSection],
    sections_after: [...ofKind(panels, "section").slice(1), ...belowSection(below), siteSection],
    journal: ofKind(panels, "journal")[0] ?? null,
    facts: [
      facts(t("Company"), [
        [t("Phone"), cell.tel(company.phone)],
        [t("Website"), cell.web(company.website)],
        [t("Address"), cell.text(addressLine(company.address))],
        [t("Parent company"), parent === undefined ? cell.nothing : cell.link(parent.name, `/companies/${parent.id}`)],
        [t("Technical contact"), defaults.technical],
        [t("Account manager"), cell.person(manager?.name)],
        [t("Added"), cell.text(formatInstant(company.created_at, ctx.tenant))],
      ]),
      facts(t("Billing"), [
        [t("Billing contact"), defaults.billing],
        [t("Currency"), cell.text(company.currency)],
        [t("Payment terms"), cell.text(words(company.payment_terms))],
        [t("Tax ID"), cell.text(company.tax_id)],
        [t("Tax"), cell.text(company.is_tax_exempt ? t("Exempt") : t("Standard"))],
        [t("Billing address"), cell.text(addressLine(company.billing_address))],
      ]),
      ...custom,
      ...ofKind(panels, "facts"),
    ],
    notes: company.notes ?? "",
    attachments: [],
  };
  return page("companies/show", company.name, model);
}
