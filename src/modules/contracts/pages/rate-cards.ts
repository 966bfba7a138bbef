import { decimalShown } from "../../../platform/http/forms/decimals.ts";
import { can } from "../../../platform/access/actor.ts";
import { pricesRead } from "../../../platform/access/prices.ts";
import { find, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { columnField, field, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { recordPages } from "../../../platform/http/forms/record-pages.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { createRateCard, deleteRateCard, updateRateCard } from "../actions/rate-cards.ts";
import { rateCardList } from "../rate-card-list.ts";
import { rateCards } from "../schema.ts";

const crumbs = [
  { label: "Contracts", href: "/contracts" },
  { label: "Rate cards", href: "/rate-cards" },
];

async function rateCardForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "rate_cards", id);
  const items =
    row === null
      ? []
      : await reach(ctx, "rate_card_items")
          .select(["work_type_id", "hourly_rate"])
          .where("rate_card_id", "=", row.id)
          .execute();
  const rates = Object.fromEntries(items.map((item) => [item.work_type_id, item.hourly_rate]));
  const types = await reach(ctx, "work_types")
    .select(["id", "name", "is_active", "default_rate", "currency"])
    .orderBy("sort_order")
    .orderBy("name")
    .execute();
  const shown = types.filter((type) => type.is_active || rates[type.id] !== undefined);
  const values = typed ?? { ...(row === null ? { currency: ctx.tenant.currency } : rowValues(rateCards, row)), rates };
  const currency = row?.currency ?? ctx.tenant.currency;
  const is_disabled = !can(ctx.actor, "contracts.write");
  return formModel({
    action: id === null ? "/rate-cards/new" : `/rate-cards/${id}`,
    values,
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Create rate card") : t("Save changes"),
    cancel_url: "/rate-cards",
    sections: [
      {
        title: t("Rate card"),
        fields: [
          columnField(rateCards, "name", { is_disabled }),
          columnField(rateCards, "currency", { is_disabled, is_required: true }),
          columnField(rateCards, "description", { span: 6, rows: 2, is_disabled }),
          columnField(rateCards, "is_default", {
            is_disabled,
            hint: t("Counts for every company and contract without a card of its own."),
          }),
        ],
      },
      {
        title: t("Hourly rates"),
        hint: t("A work type that is left empty has no rate on this card."),
        fields: shown.map((type) =>
          field(`rates.${type.id}`, type.name, {
            kind: "decimal",
            is_own_words: true,
            is_disabled,
            prefix: currency,
            placeholder: type.currency === currency ? decimalShown(type.default_rate ?? "") : "",
          }),
        ),
      },
    ],
  });
}

/** Rate cards: the list, and a form with one rate a work type. */
export const rateCardPages: Route[] = recordPages({
  list: rateCardList,
  table: "rate_cards",
  permission: pricesRead,
  breadcrumbs: crumbs,
  form: rateCardForm,
  create: {
    action: createRateCard,
    title: () => t("New rate card"),
    done: () => redirect("/rate-cards", t("Rate card created.")),
  },
  update: { action: updateRateCard, done: () => t("Changes saved.") },
  remove: {
    action: deleteRateCard,
    label: () => t("Delete"),
    question: () => t("Delete this rate card?"),
    done: () => t("Rate card deleted."),
  },
});
