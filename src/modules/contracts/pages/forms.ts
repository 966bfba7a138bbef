import { newRowValues } from "../../../platform/database/defaults.ts";
import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { button } from "../../../platform/http/pages/cells.ts";
import { customSections } from "../../../platform/custom-fields/form.ts";
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
import { t } from "../../../platform/language/index.ts";
import { createContract, updateContract } from "../actions/contracts.ts";
import { createItem, updateItem } from "../actions/items.ts";
import { todayOf } from "../actions/lifecycle.ts";
import { contractItems, contracts } from "../schema.ts";

type Typed = FormValues | null;

const permission = "contracts.write";
const crumbs = [{ label: "Contracts", href: "/contracts" }];

async function contractForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "contracts", id);
  const companyId = row?.company_id ?? incoming.url.searchParams.get("company_id") ?? "";
  const fresh = {
    ...newRowValues(ctx.tenant, contracts),
    company_id: companyId,
    start_date: todayOf(ctx),
    contract_type: "managed_services",
  };
  const values = typed ?? (row === null ? fresh : rowValues(contracts, row));
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(contracts, name, given);
  const cards = await optionsOf(ctx, "rate_cards", {
    blank: t("The company's, or the standard one"),
    keep: row?.rate_card_id ?? null,
  });
  const signer =
    row === null
      ? []
      : shownFields(ctx.actor, contracts, [
          c("signed_by_contact_id", {
            options: await contactOptions(ctx, row.company_id, t("Nobody"), [row.signed_by_contact_id]),
          }),
        ]);
  return formModel({
    action: id === null ? "/contracts/new" : `/contracts/${id}/edit`,
    values,
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Create contract") : t("Save changes"),
    cancel_url: id === null ? (companyId === "" ? "/contracts" : `/companies/${companyId}`) : `/contracts/${id}`,
    sections: [
      {
        title: t("Contract"),
        fields: [
          c("name", { span: 6 }),
          row === null
            ? c("company_id", {
                options: await companyOptions(ctx, companyId),
              })
            : c("company_id", { kind: "hidden" }),
          c("contract_type"),
          ...(row === null
            ? [
                field("status", t("Begin as"), {
                  kind: "select",
                  options: [
                    { value: "active", label: t("Active") },
                    { value: "draft", label: t("Draft") },
                  ],
                  hint: t("A draft covers nothing and is not billed."),
                }),
              ]
            : []),
        ],
      },
      {
        title: t("Term"),
        fields: [
          c("start_date", { label: t("First day") }),
          c("end_date", { label: t("Last day"), hint: t("Itself covered; empty for an open-ended contract.") }),
          c("auto_renew", { hint: t("Goes on by itself when its last day is over.") }),
          field("renewal_terms.months", t("Renewal term"), {
            kind: "number",
            placeholder: "12",
            hint: t("Months that each renewal adds"),
          }),
        ],
      },
      {
        title: t("Billing"),
        hint: t("The fee is charged beside the items; leave it empty when the items carry the price."),
        fields: shownFields(ctx.actor, contracts, [
          c("billing_cycle"),
          c("billing_amount", row === null ? {} : { prefix: row.currency }),
          c("rate_card_id", { options: cards }),
        ]),
      },
      ...(await customSections(ctx, "contracts", values, { companyId: companyId === "" ? null : companyId })),
      {
        title: t("Signature and notes"),
        fields: [
          c("signed_date", { label: t("Signed on") }),
          ...signer,
          c("notes", { span: 6, label: t("Notes for the team") }),
        ],
      },
    ],
  });
}

async function itemForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const isNew = incoming.url.pathname.startsWith("/contracts/");
  const id = incoming.params["id"] ?? "";
  const row = isNew ? null : await find(ctx, "contract_items", id);
  const contract = await find(ctx, "contracts", row?.contract_id ?? id);
  const fresh = {
    quantity: "1",
    item_type: contract.contract_type === "block_hours" ? "block_hours" : "recurring_service",
    billing_frequency: contract.billing_cycle,
    is_taxable: true,
  };
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(contractItems, name, given);
  const prefix = contract.currency;
  return formModel({
    action: isNew ? `/contracts/${id}/items/new` : `/contract-items/${id}/edit`,
    values: typed ?? (row === null ? fresh : rowValues(contractItems, row)),
    version: row?.version ?? null,
    failure,
    submit_label: isNew ? t("Add item") : t("Save changes"),
    cancel_url: `/contracts/${contract.id}`,
    sections: [
      {
        title: t("Item"),
        fields: [
          c("name", { hint: t("Clients read this on the invoice.") }),
          c("item_type"),
          c("description", { span: 6, rows: 2 }),
        ],
      },
      {
        title: t("Price"),
        fields: shownFields(ctx.actor, contractItems, [
          c("quantity", { is_required: true }),
          c("unit_price", { prefix }),
          c("billing_frequency", { hint: t("How often the price is charged, and hours are granted.") }),
          c("is_taxable"),
        ]),
      },
      {
        title: t("Prepaid hours"),
        hint: t(
          "Time under this contract uses these hours first. Needed for block hours; others may grant some as well.",
        ),
        fields: shownFields(ctx.actor, contractItems, [
          c("included_hours", { hint: t("For the item as a whole, each time it is billed.") }),
          c("work_type_id", {
            options: await optionsOf(ctx, "work_types", { blank: t("Any work type") }),
            hint: t("What the hours are good for."),
          }),
          c("overage_rate", { prefix, hint: t("Per hour, when the hours are used up. Empty: the rate card's.") }),
        ]),
      },
    ],
  });
}

const idOf = (incoming: Incoming): Record<string, unknown> => ({ id: incoming.params["id"] });
const toContract = (result: unknown): string => `/contracts/${(result as { contract_id: string }).contract_id}`;
const made = (result: unknown): string => `/contracts/${(result as { id: string }).id}`;

/** Forms that make and change contracts and their items. */
export const formPages: Route[] = [
  ...formRoutes({
    path: "/contracts/new",
    permission,
    action: createContract,
    title: () => t("New contract"),
    form: contractForm,
    breadcrumbs: crumbs,
    done: (result) => redirect(made(result), t("Contract created.")),
  }),
  ...formRoutes({
    path: "/contracts/:id/edit",
    permission,
    action: updateContract,
    title: async (ctx, { id = "" }) => t("Edit {name}", { name: (await find(ctx, "contracts", id)).name }),
    form: contractForm,
    extra: idOf,
    breadcrumbs: crumbs,
    done: (result) => redirect(made(result), t("Changes saved.")),
  }),
  ...formRoutes({
    path: "/contracts/:id/items/new",
    permission,
    action: createItem,
    title: async (ctx, { id = "" }) => t("New item of {name}", { name: (await find(ctx, "contracts", id)).name }),
    form: itemForm,
    extra: (incoming) => ({ contract_id: incoming.params["id"] }),
    breadcrumbs: crumbs,
    done: (result) => redirect(toContract(result), t("Item added.")),
  }),
  ...formRoutes({
    path: "/contract-items/:id/edit",
    permission,
    action: updateItem,
    title: async (ctx, { id = "" }) => (await find(ctx, "contract_items", id)).name,
    form: itemForm,
    extra: idOf,
    breadcrumbs: crumbs,
    actions: (_, incoming) => [
      button(
        t("Delete"),
        `/contract-items/${incoming.params["id"] ?? ""}/delete`,
        "trash",
        "danger",
        t("Take this item off the contract?"),
      ),
    ],
    done: (result) => redirect(toContract(result), t("Changes saved.")),
  }),
];
