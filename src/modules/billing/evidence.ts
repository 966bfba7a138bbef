import type { Tenant } from "../../platform/context.ts";
import { shownHours } from "../../platform/decimal.ts";
import { formatMoney, formatPrice } from "../../platform/money.ts";
import { type ChargeEvidence, type RateSource, shownPeriod, shownSource } from "../contracts/index.ts";
import type { TimeEvidence } from "./rules/time-lines.ts";
import type { InvoiceLineRow } from "./schema.ts";

type Evidence = ChargeEvidence | TimeEvidence | { kind: "manual"; by: string };

/** Where the amount of a line comes from, in sentences: which period, which rate, whose hours. */
export function evidenceOf(
  line: Pick<InvoiceLineRow, "explanation" | "currency" | "unit_price">,
  tenant: Tenant,
): string[] {
  const money = (minor: number): string => formatMoney(minor, line.currency, tenant.locale);
  const sentences = sentencesOf(line.explanation as unknown as Evidence, line.currency, tenant);
  const { changed_by, calculated_total } = line.explanation;
  if (typeof changed_by === "string") {
    sentences.push(
      `Changed by ${changed_by}${typeof calculated_total === "number" ? `; calculated were ${money(calculated_total)}` : ""}.`,
    );
  }
  return sentences;
}

function sentencesOf(evidence: Evidence, currency: string, tenant: Tenant): string[] {
  switch (evidence.kind) {
    case "flat_fee":
    case "contract_item": {
      const what = evidence.kind === "flat_fee" ? "Fee of the contract" : "Contract item";
      const sentences = [`${what} for ${evidence.periods.map(shownPeriod).join(", ")}.`];
      const { proration } = evidence;
      if (proration !== null)
        sentences.push(
          `${proration.days} of ${proration.full_days} days of ${formatMoney(proration.full_amount, currency, tenant.locale)}.`,
        );
      return sentences;
    }
    case "time": {
      const { minutes, hourly_rate, rate_source, entries } = evidence;
      return [
        `${shownHours(minutes)} h in ${countOf(entries.length)} at ${formatPrice(hourly_rate, currency, tenant.locale)} an hour.`,
        `${shownSource(rate_source as RateSource)}.`,
      ];
    }
    case "covered": {
      if (evidence.minutes === 0) return ["Time of zero minutes, at no charge."];
      return evidence.covered_by.map(
        (share) =>
          `${shownHours(share.minutes)} h ${share.contract_item_id === null ? "included in" : "from the prepaid hours of"} ${share.name}.`,
      );
    }
    case "manual":
      return [`Written by ${evidence.by}.`];
    default:
      return [];
  }
}

const countOf = (entries: number): string => (entries === 1 ? "one entry" : `${entries} entries`);
