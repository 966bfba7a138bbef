import { buttonRoute } from "../../../platform/http/forms/page.ts";
import { listAnswer } from "../../../platform/http/lists/list.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import {
  archiveCompany,
  archiveContact,
  archiveSite,
  convertCompany,
  deleteCompany,
  deleteContact,
  deleteSite,
  restoreCompany,
  restoreContact,
  restoreSite,
} from "../actions.ts";
import { companyList } from "../lists/companies.ts";
import { contactList } from "../lists/contacts.ts";
import { siteList } from "../lists/sites.ts";
import { showCompany } from "./company.ts";
import { showContact } from "./contact.ts";
import { showSite } from "./site.ts";

const at =
  (path: string) =>
  (incoming: Incoming): string =>
    `/${path}/${incoming.params["id"] ?? ""}`;

/** Lists and record pages of companies and contacts, and the buttons on them. */
export const recordPages: Route[] = [
  {
    method: "GET",
    path: "/companies",
    door: "staff",
    permission: "companies.read",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, companyList),
  },
  { method: "GET", path: "/companies/:id", door: "staff", permission: "companies.read", handle: showCompany },
  {
    method: "GET",
    path: "/contacts",
    door: "staff",
    permission: "companies.read",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, contactList),
  },
  {
    method: "GET",
    path: "/sites",
    door: "staff",
    permission: "companies.read",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, siteList),
  },
  { method: "GET", path: "/sites/:id", door: "staff", permission: "companies.read", handle: showSite },
  { method: "GET", path: "/contacts/:id", door: "staff", permission: "companies.read", handle: showContact },
  buttonRoute("/companies/:id/archive", archiveCompany, (incoming) =>
    redirect(at("companies")(incoming), t("Company archived.")),
  ),
  buttonRoute(
    "/companies/:id/convert",
    convertCompany,
    (incoming) => redirect(at("companies")(incoming), t("It is a client now.")),
    at("companies"),
  ),
  buttonRoute("/companies/:id/restore", restoreCompany, (incoming) =>
    redirect(at("companies")(incoming), t("Company restored.")),
  ),
  buttonRoute(
    "/companies/:id/delete",
    deleteCompany,
    () => redirect("/companies", t("Company deleted.")),
    at("companies"),
  ),
  buttonRoute("/contacts/:id/archive", archiveContact, (incoming) =>
    redirect(at("contacts")(incoming), t("Contact archived.")),
  ),
  buttonRoute("/contacts/:id/restore", restoreContact, (incoming) =>
    redirect(at("contacts")(incoming), t("Contact restored.")),
  ),
  buttonRoute(
    "/contacts/:id/delete",
    deleteContact,
    () => redirect("/contacts", t("Contact deleted.")),
    at("contacts"),
  ),
  buttonRoute("/sites/:id/archive", archiveSite, (_, result) =>
    redirect(`/companies/${(result as { company_id: string }).company_id}`, t("Site archived.")),
  ),
  buttonRoute("/sites/:id/restore", restoreSite, (_, result) =>
    redirect(`/companies/${(result as { company_id: string }).company_id}`, t("Site restored.")),
  ),
  buttonRoute("/sites/:id/delete", deleteSite, () => redirect("/companies", t("Site deleted.")), at("sites")),
];
