import type { AnyAction } from "../../platform/action.ts";
import { can } from "../../platform/access/actor.ts";
import { link } from "../../platform/http/pages/cells.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import * as actions from "./actions.ts";
import { companyEvents } from "./events.ts";
import { companyList } from "./lists/companies.ts";
import { contactList } from "./lists/contacts.ts";
import { siteList } from "./lists/sites.ts";
import { companyApi } from "./api.ts";
import { mergeActions } from "./merge/actions.ts";
import { distinctPairs, distinctReach, distinctResource, markDistinct, unmarkDistinct } from "./merge/distinct.ts";
import { duplicatePages } from "./merge/duplicates-page.ts";
import { mergeApi } from "./merge/api.ts";
import { mergePages } from "./merge/pages.ts";
import { formPages } from "./pages/forms.ts";
import { leadingOn } from "./pages/merged.ts";
import { recordPages } from "./pages/records.ts";
import { companyResource, contactResource, siteResource } from "./resources.ts";
import { companies, contacts, sites } from "./schema.ts";
import { companySearch, contactSearch, siteSearch } from "./search.ts";
import { companyTransfers } from "./transfers.ts";

export { createCompany, createContact, createSite, updateCompany, updateContact, updateSite } from "./actions.ts";
export { changeClient } from "./change.ts";
export { contactCreated } from "./events.ts";
export { clientTabs, companyHeader, contactHeader, siteHeader } from "./pages/header.ts";
export { leadingOn } from "./pages/merged.ts";
export { contactName, emailKey, nameKey } from "./rules.ts";
export { companies, contacts, paymentTerms, sites } from "./schema.ts";

/** Companies, contacts and sites (PRD 3.3). */
export const companiesModule = defineModule({
  name: "companies",
  tables: [companies, contacts, sites, distinctPairs],
  permissions: {
    "companies.read": "See companies, contacts and sites",
    "companies.write": "Add, change and archive companies, contacts and sites",
    "companies.delete": "Delete companies, contacts and sites for good",
    "companies.merge": "Merge companies, contacts and sites that turn out to be the same",
  },
  grants: {
    manager: ["companies.read", "companies.write", "companies.delete", "companies.merge"],
    technician: ["companies.read", "companies.write"],
    dispatcher: ["companies.read", "companies.write"],
    sales: ["companies.read", "companies.write"],
    finance: ["companies.read", "companies.write"],
  },
  actions: [
    ...Object.values(actions),
    ...Object.values(mergeActions),
    markDistinct,
    unmarkDistinct,
  ] as unknown as AnyAction[],
  emits: companyEvents,
  transfers: companyTransfers,
  resources: [companyResource, contactResource, siteResource, distinctResource],
  reach: { distinct_pairs: distinctReach },
  routes: leadingOn([...duplicatePages, ...mergePages, ...recordPages, ...formPages, ...companyApi, ...mergeApi]),
  lists: [
    { permission: "companies.read", list: companyList as List<unknown> },
    { permission: "companies.read", list: contactList as List<unknown> },
    { permission: "companies.read", list: siteList as List<unknown> },
  ],
  nav: [
    {
      label: "Companies",
      href: "/companies",
      icon: "building",
      group: "Clients",
      order: 30,
      permission: "companies.read",
    },
    { label: "Contacts", href: "/contacts", icon: "users", group: "Clients", order: 31, permission: "companies.read" },
    { label: "Sites", href: "/sites", icon: "pin", group: "Clients", order: 32, permission: "companies.read" },
  ],
  create: [
    { label: "Company", href: "/companies/new", icon: "building", order: 20, permission: "companies.write" },
    { label: "Contact", href: "/contacts/new", icon: "user", order: 21, permission: "companies.write" },
  ],
  search: [companySearch, contactSearch, siteSearch],
  panels: [
    {
      page: "dashboard",
      order: 10,
      permission: "companies.write",
      load: async (ctx) => {
        const some = await ctx.db.selectFrom("companies").select("id").limit(1).executeTakeFirst();
        return {
          kind: "step",
          title: t("Bring in your clients"),
          text: t("Import companies and contacts from a CSV file of your old system, or add one by hand."),
          href: can(ctx.actor, "imports.run") ? "/imports/new" : "/companies/new",
          is_done: some !== undefined,
        };
      },
    },
    {
      page: "dashboard",
      order: 91,
      permission: "companies.write",
      load: async () => ({ kind: "action", ...link(t("New company"), "/companies/new", "building") }),
    },
  ],
});
