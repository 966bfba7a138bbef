import { asSystem, type Work } from "../../../platform/context.ts";
import { hoursOf } from "../../../platform/decimal.ts";
import { bucketsWithin, withRollover, writeHourBalance } from "../../contracts/index.ts";
import type { InvoiceRow } from "../schema.ts";
import { drawsIn, usedMinutes } from "./billed.ts";
import { linesOf } from "./recompute.ts";

/**
 * Brings the ledger of prepaid hours in line with the invoices that stand, for the periods that an invoice touches: its
 * own, and those its late time drew on. Run when it is approved, and again when it is void.
 */
export async function writeLedger(work: Work, invoice: InvoiceRow): Promise<void> {
  const { contract_id, period_start, period_end } = invoice;
  if (contract_id === null || period_start === null || period_end === null) return;
  const contract = await work.db
    .selectFrom("contracts")
    .selectAll()
    .where("id", "=", contract_id)
    .executeTakeFirstOrThrow();
  const items = await work.db.selectFrom("contract_items").selectAll().where("contract_id", "=", contract_id).execute();
  const draws = (await linesOf(work, invoice.id)).flatMap((line) => drawsIn(line.explanation));
  const touched = new Set(draws.map((draw) => `${draw.contract_item_id} ${draw.period_start}`));
  const from = draws.reduce((first, draw) => (draw.period_start < first ? draw.period_start : first), period_start);
  const buckets = bucketsWithin(contract, items, from, period_end);
  const used = await usedMinutes(work, [contract_id], buckets, true);
  for (const bucket of await withRollover(work, contract_id, buckets)) {
    const isOwn = bucket.start < period_end && period_start < bucket.end;
    if (!isOwn && !touched.has(`${bucket.contract_item_id} ${bucket.start}`)) continue;
    const minutes = used(bucket.contract_item_id, bucket.start);
    await writeHourBalance(asSystem(work), {
      contract_id,
      contract_item_id: bucket.contract_item_id,
      period_start: bucket.start,
      period_end: bucket.end,
      hours_included: hoursOf(bucket.included_minutes),
      hours_used: hoursOf(minutes),
      hours_remaining: hoursOf(bucket.included_minutes + bucket.rollover_minutes - minutes),
      rollover_hours: hoursOf(bucket.rollover_minutes),
    });
  }
}
