import { customFacts } from "../../../platform/custom-fields/show.ts";
import { can } from "../../../platform/access/actor.ts";
import { pricesRead } from "../../../platform/access/prices.ts";
import { find, maybeFind, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { activityOf } from "../../../platform/http/pages/activity.ts";
import {
  button,
  cell,
  empty,
  facts,
  formatDate,
  formatMinutes,
  link,
  words,
} from "../../../platform/http/pages/cells.ts";
import { section } from "../../../platform/http/pages/section.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page } from "../../../platform/http/route.ts";
import type { ActionLink, FactsModel, SectionModel, StatModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { formatMoney } from "../../../platform/money.ts";
import { todayOf } from "../actions/lifecycle.ts";
import { hoursBadge } from "../coverage.ts";
import { type HoursLeft, hoursOfContract } from "../hours.ts";
import { itemColumns, type ItemListRow } from "../item-list.ts";
import { statusTone } from "../lists.ts";
import { perMonth, timesAYear } from "../rules/recurring.ts";
import { type Period, periodContaining, shownPeriod } from "../rules/periods.ts";
import type { contracts } from "../schema.ts";

type ContractRow = RowOf<typeof contracts>;

/** A contract with its items, the hours that are left, and the time of the current period. */
export async function showContract(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const contract = await find(ctx, "contracts", incoming.params["id"] ?? "");
  const period = periodContaining(contract, todayOf(ctx));
  const mayWrite = can(ctx.actor, "contracts.write");
  const [company, hours, items, worked, activity, terms, billing, custom] = await Promise.all([
    find(ctx, "companies", contract.company_id),
    hoursOfContract(ctx, contract),
    itemsOf(ctx, contract),
    period === null ? [] : workedStat(ctx, contract, period),
    activityOf(ctx, "contracts", contract.id),
    termFacts(ctx, contract),
    billingFacts(ctx, contract, period),
    customFacts(ctx, "contracts", contract.custom_fields),
  ]);
  const model: RecordPageModel = {
    header: {
      title: contract.name,
      subtitle: `${contract.contract_number} · ${company.name}`,
      breadcrumbs: [
        { label: t("Contracts"), href: "/contracts" },
        { label: company.name, is_own_words: true, href: `/companies/${company.id}` },
      ],
      badges: [
        { text: words(contract.status), tone: statusTone(contract.status) },
        { text: words(contract.contract_type), tone: "neutral" },
        ...(contract.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }]),
      ],
      actions: mayWrite ? buttons(contract) : [],
    },
    stats: [...monthStats(ctx, contract, items), ...hourStats(hours), ...[worked].flat()],
    tabs: [],
    sections: [
      itemSection(ctx, contract, items, mayWrite),
      ...(hours.buckets.length === 0 ? [] : [bucketSection(ctx, hours)]),
      activity,
    ],
    facts: [terms, billing, ...custom],
    notes: contract.notes ?? "",
    attachments: [],
  };
  return page("records/show", contract.name, model);
}

function buttons(contract: ContractRow): ActionLink[] {
  const at = `/contracts/${contract.id}`;
  const { status, name } = contract;
  if (contract.archived_at !== null)
    return [
      button(t("Restore"), `${at}/restore`, "refresh"),
      button(t("Delete"), `${at}/delete`, "trash", "danger", t("Delete {name} for good?", { name })),
    ];
  const isOver = status === "expired" || status === "cancelled" || status === "renewed";
  return [
    ...(status === "active" ? [] : [button(t("Activate"), `${at}/activate`, "check", "primary")]),
    link(t("Edit"), `${at}/edit`, "pencil"),
    ...(contract.end_date !== null && (status === "active" || status === "expired")
      ? [
          button(
            t("Renew"),
            `${at}/renew?version=${contract.version}`,
            "refresh",
            "ghost",
            t("Renew {name} by its renewal terms?", { name }),
          ),
        ]
      : []),
    ...(isOver
      ? []
      : [
          button(
            t("Cancel contract"),
            `${at}/cancel`,
            "ban",
            "danger",
            t("Cancel {name}? Time is not covered by it any more.", { name }),
          ),
        ]),
    ...(status === "active"
      ? []
      : [
          button(
            t("Archive"),
            `${at}/archive`,
            "archive",
            "ghost",
            t("Archive {name}? It leaves the lists, and can be restored.", { name }),
          ),
        ]),
  ];
}

function hourStats(hours: HoursLeft): StatModel[] {
  if (hours.buckets.length === 0) return [];
  const { tone } = hoursBadge(hours);
  const of = { used: formatMinutes(hours.used_minutes), total: formatMinutes(hours.total_minutes) };
  const hint =
    hours.overage_minutes === 0
      ? t("{used} of {total} used", of)
      : t("{used} of {total} used, {over} beyond", { ...of, over: formatMinutes(hours.overage_minutes) });
  return [{ label: t("Hours left"), value: formatMinutes(hours.left_minutes), hint, tone, href: "", icon: "clock" }];
}

async function workedStat(ctx: Ctx, contract: ContractRow, period: Period): Promise<StatModel> {
  const row = await ctx.db
    .selectFrom("time_entries")
    .select((eb) => eb.fn.sum<number | null>("duration_minutes").as("minutes"))
    .where("contract_id", "=", contract.id)
    .where("date", ">=", period.start)
    .where("date", "<", period.end)
    .executeTakeFirst();
  return {
    label: t("Time in this period"),
    value: formatMinutes(Number(row?.minutes ?? 0)),
    hint: shownPeriod(period),
    tone: "",
    href: can(ctx.actor, "time.read") ? `/time?company=${contract.company_id}&from=${period.start}` : "",
    icon: "history",
  };
}

function itemsOf(ctx: Ctx, contract: ContractRow): Promise<ItemListRow[]> {
  return reach(ctx, "contract_items")
    .leftJoin("work_types", "work_types.id", "contract_items.work_type_id")
    .selectAll("contract_items")
    .select("work_types.name as work_type")
    .where("contract_items.contract_id", "=", contract.id)
    .orderBy("contract_items.sort_order")
    .orderBy("contract_items.id")
    .execute();
}

/** What the contract comes to a month; nothing where all is paid by the hour, or for those who do not see prices. */
function monthStats(ctx: Ctx, contract: ContractRow, items: readonly ItemListRow[]): StatModel[] {
  const amount = perMonth({
    ...contract,
    items_a_year: items.reduce((sum, item) => sum + item.total_price * timesAYear[item.billing_frequency], 0),
  });
  if (amount === 0 || !can(ctx.actor, pricesRead)) return [];
  return [
    {
      label: t("A month"),
      value: formatMoney(amount, contract.currency, ctx.tenant.locale),
      hint: t("Fee and items before tax; time comes on top"),
      tone: "",
      href: "",
      icon: "invoice",
    },
  ];
}

function itemSection(ctx: Ctx, contract: ContractRow, rows: readonly ItemListRow[], mayWrite: boolean): SectionModel {
  const add = link(t("Add item"), `/contracts/${contract.id}/items/new`, "plus");
  return {
    id: "items",
    title: t("Items"),
    actions: mayWrite ? [add] : [],
    table: tableModel(ctx, itemColumns(mayWrite), rows, "", null),
    empty: empty("layers", t("No items yet"), t("Services, prepaid hours and products that the contract consists of.")),
    more_url: "",
    more_label: "",
  };
}

/** The prepaid hours as a table: how each bucket burns down. */
function bucketSection(ctx: Ctx, hours: HoursLeft): SectionModel {
  return section({
    id: "hours",
    title: t("Prepaid hours"),
    caption: t("Prepaid hours in the current period"),
    columns: [
      t("Item"),
      t("Until"),
      ...[t("Included"), t("Used"), t("Left")].map((label) => ({ label, is_numeric: true })),
    ],
    rows: hours.buckets.map((bucket) => ({
      id: bucket.contract_item_id,
      cells: [
        cell.text(bucket.name),
        bucket.end.startsWith("9999") ? cell.muted(t("Open-ended")) : cell.date(lastDay(bucket), ctx.tenant),
        cell.duration(bucket.included_minutes + bucket.rollover_minutes),
        cell.duration(bucket.used_minutes),
        cell.duration(bucket.left_minutes),
      ],
    })),
    empty: empty("clock", t("No prepaid hours"), ""),
  });
}

const lastDay = (period: Period): string => Temporal.PlainDate.from(period.end).subtract({ days: 1 }).toString();

async function termFacts(ctx: Ctx, contract: ContractRow): Promise<FactsModel> {
  const signer =
    contract.signed_by_contact_id === null
      ? undefined
      : await maybeFind(ctx, "contacts", contract.signed_by_contact_id);
  const months = contract.renewal_terms["months"];
  return facts(t("Terms"), [
    [t("First day"), cell.date(contract.start_date, ctx.tenant)],
    [
      t("Last day"),
      contract.end_date === null ? cell.muted(t("Open-ended")) : cell.date(contract.end_date, ctx.tenant),
    ],
    [
      t("Renewal"),
      contract.end_date === null
        ? cell.nothing
        : cell.text(
            contract.auto_renew
              ? t("By itself, {count, plural, one {# month} other {# months}}", {
                  count: typeof months === "number" ? months : 12,
                })
              : t("By hand, {count, plural, one {# month} other {# months}}", {
                  count: typeof months === "number" ? months : 12,
                }),
          ),
    ],
    [t("Signed"), cell.date(contract.signed_date, ctx.tenant)],
    [
      t("Signed by"),
      signer === undefined
        ? cell.nothing
        : cell.link(`${signer.first_name} ${signer.last_name}`.trim(), `/contacts/${signer.id}`),
    ],
  ]);
}

async function billingFacts(ctx: Ctx, contract: ContractRow, period: Period | null): Promise<FactsModel> {
  const seesPrices = can(ctx.actor, pricesRead);
  const card = await maybeFind(ctx, "rate_cards", contract.rate_card_id);
  return facts(t("Billing"), [
    [t("Cycle"), cell.text(words(contract.billing_cycle))],
    [
      t("Fee per cycle"),
      seesPrices ? cell.money(contract.billing_amount, contract.currency, ctx.tenant) : cell.nothing,
    ],
    [t("Currency"), cell.text(contract.currency)],
    [
      t("Rate card"),
      card === undefined
        ? cell.muted(t("The company's, or the standard one"))
        : seesPrices
          ? cell.link(card.name, `/rate-cards/${card.id}`)
          : cell.text(card.name),
    ],
    [
      t("Current period"),
      period === null
        ? cell.nothing
        : cell.text(`${formatDate(period.start, ctx.tenant)} – ${formatDate(lastDay(period), ctx.tenant)}`),
    ],
  ]);
}
