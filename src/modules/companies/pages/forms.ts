import { newRowValues } from "../../../platform/database/defaults.ts";
import { find } from "../../../platform/access/reach.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { customSections } from "../../../platform/custom-fields/form.ts";
import type { Failure } from "../../../platform/errors.ts";
import { addressFields } from "../../../platform/http/forms/address.ts";
import {
  columnField,
  field,
  formModel,
  type FormValues,
  rowValues,
  shownFields,
} from "../../../platform/http/forms/model.ts";
import { formRoutes } from "../../../platform/http/forms/page.ts";
import { companyOptions, contactOptions, optionsOf } from "../../../platform/http/forms/options.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FieldModel, FormModel } from "../../../platform/http/models/forms.ts";
import { languages, t } from "../../../platform/language/index.ts";
import { tagsOf } from "../../../platform/tags.ts";
import { createCompany, createContact, createSite, updateCompany, updateContact, updateSite } from "../actions.ts";
import { namesakesOf } from "../namesakes.ts";
import { contactName } from "../rules.ts";
import { companies, contacts, sites } from "../schema.ts";

type Typed = FormValues | null;

/** Tags are one field for people: separated by commas. */
const tagField = field("tags", "Tags", { hint: "Separated by commas", span: 6 });

/** In which language mails and invoices are written. */
const languageChoice = (blank: string): Parameters<typeof columnField>[2] => ({
  kind: "select",
  hint: t("Of mails and invoices."),
  options: [{ value: "", label: blank }, ...languages().map(({ code, name }) => ({ value: code, label: name }))],
});

async function companyForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "companies", id);
  const [tags] = id === null ? [[]] : await tagsOf(ctx, "companies", [id]);
  const values =
    typed ??
    (row === null ? newRowValues(ctx.tenant, companies) : { ...rowValues(companies, row), tags: tags?.join(", ") });
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(companies, name, given);
  const parents = await optionsOf(ctx, "companies", { blank: t("None"), keep: row?.parent_company_id ?? null });
  const people =
    row === null
      ? []
      : await contactOptions(ctx, row.id, t("None"), [
          row.default_billing_contact_id,
          row.default_technical_contact_id,
        ]);
  return formModel({
    action: id === null ? "/companies/new" : `/companies/${id}/edit`,
    values,
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Create company") : t("Save changes"),
    cancel_url: id === null ? "/companies" : `/companies/${id}`,
    sections: [
      {
        title: t("Company"),
        fields: [
          c("name", { span: 6 }),
          c("company_type"),
          c("status"),
          c("industry"),
          c("website", { placeholder: "example.com" }),
          c("phone", { kind: "tel" }),
          c("parent_company_id", { options: parents.filter((option) => option.value !== id) }),
          c("account_manager_id", {
            options: await optionsOf(ctx, "users", {
              blank: t("None"),
              where: { user_type: "staff" },
              keep: row?.account_manager_id ?? null,
            }),
          }),
          tagField,
        ],
      },
      { title: t("Address"), fields: addressFields(companies, "address") },
      {
        title: t("Billing"),
        hint: t("What invoices to this company go by."),
        fields: shownFields(ctx.actor, companies, [
          c("currency"),
          c("language", languageChoice(t("As the organization"))),
          c("payment_terms"),
          c("tax_id"),
          c("rate_card_id", {
            options: await optionsOf(ctx, "rate_cards", {
              blank: t("Standard rate card"),
              keep: row?.rate_card_id ?? null,
            }),
          }),
          ...(row === null
            ? []
            : [
                c("contract_id", {
                  options: await optionsOf(ctx, "contracts", {
                    blank: t("None"),
                    where: { company_id: row.id },
                    keep: row.contract_id,
                  }),
                  hint: t("What its work goes by unless a ticket names another. The only one in force is always it."),
                }),
              ]),
          c("is_tax_exempt", { hint: t("No tax is charged on invoices to this company.") }),
          ...(id === null
            ? []
            : [
                c("default_billing_contact_id", { options: people }),
                c("default_technical_contact_id", { options: people }),
              ]),
        ]),
      },
      {
        title: t("Billing address"),
        hint: t("Only if it is another one."),
        fields: addressFields(companies, "billing_address"),
      },
      ...(await customSections(ctx, "companies", values, { companyId: id })),
      { title: t("Notes"), fields: [c("notes", { span: 6, label: t("Notes for the team") })] },
    ],
  });
}

async function contactForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "contacts", id);
  const [tags] = id === null ? [[]] : await tagsOf(ctx, "contacts", [id]);
  const companyId = row?.company_id ?? incoming.url.searchParams.get("company_id") ?? "";
  const values =
    typed ??
    (row === null
      ? { ...newRowValues(ctx.tenant, contacts), company_id: companyId }
      : { ...rowValues(contacts, row), tags: tags?.join(", ") });
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(contacts, name, given);
  const places =
    row === null
      ? []
      : await optionsOf(ctx, "sites", { blank: t("None"), where: { company_id: row.company_id }, keep: row.site_id });
  return formModel({
    action: id === null ? "/contacts/new" : `/contacts/${id}/edit`,
    values,
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Create contact") : t("Save changes"),
    cancel_url: id === null ? (companyId === "" ? "/contacts" : `/companies/${companyId}`) : `/contacts/${id}`,
    sections: [
      {
        title: t("Person"),
        fields: [
          c("first_name"),
          c("last_name"),
          c("company_id", {
            options: await companyOptions(ctx, companyId),
          }),
          c("contact_type"),
          c("title"),
          c("department"),
          ...(row === null ? [] : [c("site_id", { options: places })]),
        ],
      },
      {
        title: t("Reaching them"),
        fields: [
          c("email"),
          c("phone", { kind: "tel" }),
          c("mobile", { kind: "tel" }),
          c("preferred_contact_method"),
          c("language", languageChoice(t("As the company"))),
          c("timezone", { hint: t("For example Europe/Warsaw") }),
          c("is_receipt_mailed", { span: 6 }),
          c("is_reply_mailed", {
            span: 6,
            hint: t("Without access to the portal answers are mailed all the same. Invoices always are."),
          }),
        ],
      },
      ...(await customSections(ctx, "contacts", values, { companyId: companyId === "" ? null : companyId })),
      { title: t("More"), fields: [tagField, c("notes", { span: 6, label: t("Notes for the team") })] },
    ],
  });
}

async function siteForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "sites", id);
  const companyId =
    row?.company_id ?? incoming.url.searchParams.get("company_id") ?? String(typed?.["company_id"] ?? "");
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(sites, name, given);
  return formModel({
    action: id === null ? "/sites/new" : `/sites/${id}/edit`,
    values:
      typed ?? (row === null ? { ...newRowValues(ctx.tenant, sites), company_id: companyId } : rowValues(sites, row)),
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Create site") : t("Save changes"),
    cancel_url: companyId === "" ? "/companies" : `/companies/${companyId}`,
    sections: [
      {
        title: t("Site"),
        fields: [
          c("name"),
          c("company_id", {
            options: await companyOptions(ctx, companyId),
          }),
          c("phone", { kind: "tel" }),
          c("timezone", { hint: t("For example Europe/Warsaw") }),
          c("is_primary", { hint: t("The place that letters and visits go to unless told otherwise.") }),
        ],
      },
      { title: t("Address"), fields: addressFields(sites, "address") },
      { title: t("Notes"), fields: [c("notes", { span: 6, label: t("Notes for the team") })] },
    ],
  });
}

const companyCrumb = [{ label: "Companies", href: "/companies" }];
const contactCrumb = [{ label: "Contacts", href: "/contacts" }];
const idOf = (incoming: Incoming): Record<string, unknown> => ({ id: incoming.params["id"] });
const made = (result: unknown): string => (result as { id: string }).id;

/** Two companies may have the same name, but seldom on purpose: whoever makes the second one is told of it. */
function createdText(ctx: Ctx, id: string): Promise<string> {
  return reading(ctx, async (reader) => {
    const others = await namesakesOf(reader, id);
    return others.length === 0
      ? t("Company created.")
      : t(
          "Company created. There is another one of this name: look under Companies → Duplicates, and merge them if they are the same.",
        );
  });
}

/** Forms that make and change companies, contacts and sites. */
export const formPages: Route[] = [
  ...formRoutes({
    path: "/companies/new",
    permission: "companies.write",
    action: createCompany,
    title: () => t("New company"),
    form: companyForm,
    breadcrumbs: companyCrumb,
    done: async (result, _, ctx) => redirect(`/companies/${made(result)}`, await createdText(ctx, made(result))),
  }),
  ...formRoutes({
    path: "/companies/:id/edit",
    permission: "companies.write",
    action: updateCompany,
    title: async (ctx, { id = "" }) => t("Edit {name}", { name: (await find(ctx, "companies", id)).name }),
    form: companyForm,
    extra: idOf,
    breadcrumbs: companyCrumb,
    done: (result) => redirect(`/companies/${made(result)}`, t("Changes saved.")),
  }),
  ...formRoutes({
    path: "/contacts/new",
    permission: "companies.write",
    action: createContact,
    title: () => t("New contact"),
    form: contactForm,
    breadcrumbs: contactCrumb,
    done: (result) => redirect(`/contacts/${made(result)}`, t("Contact created.")),
  }),
  ...formRoutes({
    path: "/contacts/:id/edit",
    permission: "companies.write",
    action: updateContact,
    title: async (ctx, { id = "" }) => t("Edit {name}", { name: contactName(await find(ctx, "contacts", id)) }),
    form: contactForm,
    extra: idOf,
    breadcrumbs: contactCrumb,
    done: (result) => redirect(`/contacts/${made(result)}`, t("Changes saved.")),
  }),
  ...formRoutes({
    path: "/sites/new",
    permission: "companies.write",
    action: createSite,
    title: () => t("New site"),
    form: siteForm,
    breadcrumbs: companyCrumb,
    done: (result) => redirect(`/companies/${(result as { company_id: string }).company_id}`, t("Site created.")),
  }),
  ...formRoutes({
    path: "/sites/:id/edit",
    permission: "companies.write",
    action: updateSite,
    title: async (ctx, { id = "" }) => t("Edit {name}", { name: (await find(ctx, "sites", id)).name }),
    form: siteForm,
    extra: idOf,
    breadcrumbs: companyCrumb,
    done: (result) => redirect(`/companies/${(result as { company_id: string }).company_id}`, t("Changes saved.")),
  }),
];
