import { ownColor } from "../../platform/brand.ts";
import { addressFields } from "../../platform/http/forms/address.ts";
import { columnField, field } from "../../platform/http/forms/model.ts";
import type { FieldModel } from "../../platform/http/models/forms.ts";
import { currentLanguage, t } from "../../platform/language/index.ts";
import { mailSettings, organizations } from "../../platform/tenants.ts";

/** The fields of the settings pages. The setup wizard shows the same, step by step. */

type Sections = { title: string; hint?: string; fields: FieldModel[] }[];

/** What clients read at the top of invoices and mails. */
export function letterheadSections(): Sections {
  const o = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(organizations, name, given);
  return [
    {
      title: t("Organization"),
      hint: t("What clients read at the top of invoices and mails."),
      fields: [
        o("name", { span: 6, autocomplete: "organization" }),
        o("email", { hint: t("Where clients reach you") }),
        o("phone", { kind: "tel" }),
        o("website", { placeholder: "example.com" }),
        o("tax_id"),
        o("bank_details", { span: 6, hint: t("Printed on invoices") }),
        field("logo", t("Logo"), {
          kind: "file",
          span: 6,
          hint: t("PNG or JPEG, at most 2 MB and 2 million pixels, printed on invoices"),
        }),
      ],
    },
    {
      title: t("Address"),
      fields: addressFields(organizations, "address"),
    },
  ];
}

const zones = Intl.supportedValuesOf("timeZone");
const currencies = [
  "USD",
  "EUR",
  "GBP",
  "CAD",
  "AUD",
  "NZD",
  "CHF",
  "PLN",
  "SEK",
  "NOK",
  "DKK",
  "CZK",
  "HUF",
  "JPY",
  "INR",
  "ZAR",
  "BRL",
  "MXN",
];
const locales: [string, string][] = [
  ["en-US", "English (United States)"],
  ["en-GB", "English (United Kingdom)"],
  ["en-CA", "English (Canada)"],
  ["en-AU", "English (Australia)"],
  ["en-IE", "English (Ireland)"],
  ["en-NZ", "English (New Zealand)"],
  ["de-DE", "Deutsch (Deutschland)"],
  ["de-AT", "Deutsch (Österreich)"],
  ["de-CH", "Deutsch (Schweiz)"],
  ["fr-CA", "Français (Canada)"],
  ["pl-PL", "Polski (Polska)"],
];

type Locality = Readonly<Partial<Record<"timezone" | "locale" | "currency", string>>>;

/** What is offered, and what is chosen now: by the API others can be chosen as well, and a form that is saved keeps them. */
const withChosen = (offered: readonly string[], chosen: string | undefined): readonly string[] =>
  chosen === undefined || offered.includes(chosen) ? offered : [...offered, chosen];

/** `present`: what is chosen now. `isFirst`: nobody has said anything yet, so the browser's own are proposed. */
export function localitySections(present: Locality = {}, { isFirst = false } = {}): Sections {
  const zone = ["UTC", ...zones.filter((name) => name !== "UTC")];
  const names = new Map(locales);
  const currencyNames = new Intl.DisplayNames(currentLanguage(), { type: "currency" });
  return [
    {
      title: t("Time and money"),
      fields: [
        columnField(organizations, "timezone", {
          kind: "select",
          options: withChosen(zone, present.timezone).map((value) => ({ value, label: value.replaceAll("_", " ") })),
          hint: t("Dates and times are meant in this zone."),
          ...(isFirst ? { from_browser: "timezone" } : {}),
        }),
        columnField(organizations, "locale", {
          kind: "select",
          label: t("Language, dates and numbers"),
          options: withChosen([...names.keys()], present.locale).map((value) => ({
            value,
            label: names.get(value) ?? value,
          })),
          hint: t("Of pages, mails and invoices, unless a person or a company has chosen another one."),
          ...(isFirst ? { from_browser: "locale" } : {}),
        }),
        columnField(organizations, "currency", {
          kind: "select",
          options: withChosen(currencies, present.currency).map((value) => ({
            value,
            label: `${value} – ${currencyNames.of(value) ?? value}`,
          })),
          hint: t("Each company can have its own."),
        }),
        columnField(organizations, "payment_terms", { hint: t("For new companies.") }),
      ],
    },
  ];
}

/** Colour and words of the portal. */
export function brandingSections(): Sections {
  return [
    {
      title: t("Look"),
      hint: t(
        "Client portal, sign-in pages, mails and invoices wear it, beside the logo of the letterhead. The colour is made lighter or darker where it could not be read.",
      ),
      fields: [
        columnField(organizations, "brand_color", {
          label: t("Colour"),
          placeholder: ownColor,
          hint: t("Six digits behind a #; empty for Purser's own."),
        }),
      ],
    },
    {
      title: t("Client portal"),
      fields: [
        columnField(organizations, "portal_welcome", {
          span: 6,
          hint: t("Above the sign-in and on the first page, for example how you are reached in an emergency."),
        }),
      ],
    },
  ];
}

/** The address that links begin with. */
export function urlSections(): Sections {
  return [
    {
      title: t("Address of this installation"),
      fields: [
        columnField(organizations, "public_url", {
          span: 6,
          placeholder: "https://desk.example.com",
          hint: t(
            "What links in mails begin with. With https, sign-in cookies are only sent over encrypted connections, so from then on use that address.",
          ),
        }),
      ],
    },
  ];
}

/** The mail server; `hasPassword`: one is kept, and stays where the field is left empty. */
export function mailSections(hasPassword: boolean): Sections {
  const m = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(mailSettings, name, given);
  return [
    {
      title: t("Server"),
      fields: [
        m("host", { placeholder: "smtp.example.com" }),
        m("port", { placeholder: "587" }),
        m("security", {
          options: [
            { value: "starttls", label: t("STARTTLS (usually port 587)") },
            { value: "tls", label: t("TLS (usually port 465)") },
            { value: "none", label: t("None (only inside your own network)") },
          ],
        }),
        m("is_certificate_checked"),
        m("username"),
        field("password", t("Password"), {
          kind: "password",
          autocomplete: "off",
          hint: hasPassword ? t("A password is kept. Leave this empty to keep it.") : "",
        }),
      ],
    },
    { title: t("Sender"), fields: [m("from_name"), m("from_address", { label: t("From address") })] },
  ];
}

/** Numbers, terms and footer of invoices. */
export function invoicingSections(): Sections {
  return [
    {
      title: t("Invoices"),
      fields: [
        columnField(organizations, "invoice_prefix", {
          hint: t("Numbers are given without gaps when an invoice is approved: {sample}. {parts} may stand in it.", {
            sample: "INV-000001",
            parts: "{number:6}, {year}, {month}",
          }),
        }),
        columnField(organizations, "payment_terms", { hint: t("For new companies.") }),
        columnField(organizations, "invoice_footer", { span: 6, hint: t("At the foot of every page of an invoice.") }),
      ],
    },
  ];
}
