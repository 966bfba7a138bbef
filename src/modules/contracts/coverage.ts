import { maybeFind, reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import { shownHours } from "../../platform/decimal.ts";
import { formatDate, formatMinutes, words } from "../../platform/http/pages/cells.ts";
import type { PortalHomeModel, TicketPageModel } from "../../platform/http/models/pages.ts";
import { t } from "../../platform/language/index.ts";
import { isModuleOn } from "../../platform/switches.ts";
import { type HoursLeft, hoursOfContract } from "./hours.ts";
import { includesAllTime } from "./rules/coverage.ts";
import type { contracts } from "./schema.ts";

type ContractRow = RowOf<typeof contracts>;

/** What a contract says about work, ready to be shown beside the work: "2 h 30 min left". */
export type Coverage = NonNullable<TicketPageModel["coverage"]>;

/**
 * What covers work for a company: the contract that is named, else the company's own. Null when there is none within the
 * actor's reach; the work is then billed by the hour.
 */
export async function coverageOf(
  ctx: Ctx,
  about: { company_id: string; contract_id: string | null },
): Promise<Coverage | null> {
  const contract = await contractFor(ctx, about);
  if (contract === undefined) return null;
  const base = { title: contract.name, href: `/contracts/${contract.id}` };
  if (contract.status !== "active") {
    return {
      ...base,
      badge: { text: words(contract.status), tone: "warning" },
      text: t("This contract is not in force."),
      hours: null,
    };
  }
  if (includesAllTime(contract.contract_type)) {
    return {
      ...base,
      badge: { text: t("Included"), tone: "success" },
      text: t("All work is included in the contract's price."),
      hours: null,
    };
  }
  const hours = await hoursOfContract(ctx, contract);
  if (hours.buckets.length === 0) {
    return {
      ...base,
      badge: { text: t("Billable"), tone: "info" },
      text: t("Work is billed by the hour, at the contract's rates."),
      hours: null,
    };
  }
  return {
    ...base,
    badge: hoursBadge(hours),
    text: t("{used} of {total} used", {
      used: formatMinutes(hours.used_minutes),
      total: formatMinutes(hours.total_minutes),
    }),
    hours: bar(hours),
  };
}

/** What is left, in a word; a warning when a fifth or less is left. */
export function hoursBadge(hours: HoursLeft): { text: string; tone: "success" | "warning" | "error" } {
  if (hours.left_minutes === 0) return { text: t("Hours used up"), tone: "error" };
  const isLow = hours.left_minutes * 5 <= hours.total_minutes;
  return {
    text: t("{hours} left", { hours: formatMinutes(hours.left_minutes) }),
    tone: isLow ? "warning" : "success",
  };
}

function bar(hours: HoursLeft): { used: number; total: number } {
  return {
    used: Number(shownHours(hours.used_minutes)),
    total: Number(shownHours(hours.total_minutes)),
  };
}

async function contractFor(
  ctx: Ctx,
  about: { company_id: string; contract_id: string | null },
): Promise<ContractRow | undefined> {
  if (about.contract_id !== null) return maybeFind(ctx, "contracts", about.contract_id);
  const company = await maybeFind(ctx, "companies", about.company_id);
  return company?.contract_id == null ? undefined : maybeFind(ctx, "contracts", company.contract_id);
}

/** The prepaid hours of a portal user's own company, for the portal's home page; a card for each contract that has some. */
export async function portalHours(ctx: Ctx): Promise<PortalHomeModel["hours"]> {
  if (!isModuleOn(ctx.app, ctx.tenant, "contracts")) return [];
  const rows = (await reach(ctx, "contracts")
    .selectAll()
    .where("status", "=", "active")
    .orderBy("name")
    .execute()) as ContractRow[];
  const cards: PortalHomeModel["hours"] = [];
  for (const contract of rows) {
    const hours = await hoursOfContract(ctx, contract);
    if (hours.buckets.length === 0) continue;
    const last = hours.buckets.map((bucket) => bucket.end).toSorted()[0] ?? "";
    const isRenewed = last < "9999" && !(contract.end_date !== null && last > contract.end_date);
    const of = { used: formatMinutes(hours.used_minutes), total: formatMinutes(hours.total_minutes) };
    cards.push({
      title: contract.name,
      value: t("{hours} left", { hours: formatMinutes(hours.left_minutes) }),
      hint: isRenewed
        ? t("{used} of {total} used, renewed on {date}", { ...of, date: formatDate(last, ctx.tenant) })
        : t("{used} of {total} used", of),
      tone: hoursBadge(hours).tone,
      used: Math.min(bar(hours).used, bar(hours).total),
      total: bar(hours).total,
      href: "",
    });
  }
  return cards;
}
