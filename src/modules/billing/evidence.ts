import type { Tenant } from "../../platform/context.ts";
import { shownHours } from "../../platform/decimal.ts";
import { formatDecimal } from "../../platform/http/pages/cells.ts";
import { formatMoney, formatPrice } from "../../platform/money.ts";
import { type ChargeEvidence, type RateSource, shownPeriod, shownSource } from "../contracts/index.ts";
import type { TimeEvidence } from "./rules/time-lines.ts";
import type { InvoiceLineRow } from "./schema.ts";
import { t } from "../../platform/language/index.ts";

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
      typeof calculated_total === "number"
        ? t("Changed by {name}; calculated were {amount}.", { name: changed_by, amount: money(calculated_total) })
        : t("Changed by {name}.", { name: changed_by }),
    );
  }
  return sentences;
}

function sentencesOf(evidence: Evidence, currency: string, tenant: Tenant): string[] {
  switch (evidence.kind) {
    case "flat_fee":
    case "contract_item": {
      const periods = evidence.periods.map(shownPeriod).join(", ");
      const sentences = [
        evidence.kind === "flat_fee"
          ? t("Fee of the contract for {periods}.", { periods })
          : t("Contract item for {periods}.", { periods }),
      ];
      const { proration } = evidence;
      if (proration !== null)
        sentences.push(
          t("{days} of {full_days} days of {amount}.", {
            days: proration.days,
            full_days: proration.full_days,
            amount: formatMoney(proration.full_amount, currency, tenant.locale),
          }),
        );
      return sentences;
    }
    case "time": {
      const { minutes, hourly_rate, rate_source, entries } = evidence;
      return [
        t("{hours} h in {count, plural, one {one entry} other {# entries}} at {price} an hour.", {
          hours: formatDecimal(shownHours(minutes)),
          count: entries.length,
          price: formatPrice(hourly_rate, currency, tenant.locale),
        }),
        `${shownSource(rate_source as RateSource)}.`,
      ];
    }
    case "covered": {
      if (evidence.minutes === 0) return [t("Time of zero minutes, at no charge.")];
      return evidence.covered_by.map(({ contract_item_id, minutes, name }) => {
        const share = { hours: formatDecimal(shownHours(minutes)), name };
        return contract_item_id === null
          ? t("{hours} h included in {name}.", share)
          : t("{hours} h from the prepaid hours of {name}.", share);
      });
    }
    case "manual":
      return [t("Written by {name}.", { name: evidence.by })];
    default:
      return [];
  }
}
