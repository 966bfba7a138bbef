import { find } from "../../platform/access/reach.ts";
import { dateIn } from "../../platform/clock.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import type { NewRow, RowOf } from "../../platform/database/columns.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import { insert, update } from "../../platform/database/records.ts";
import { minutesOf } from "../../platform/decimal.ts";
import { dayAfter } from "./rules/periods.ts";
import { type Bucket, bucketsWithin, drawDown, minutesLeft } from "./rules/prepaid.ts";
import { includesAllTime } from "./rules/coverage.ts";
import { contractHourBalances, type contracts } from "./schema.ts";

type ContractRow = RowOf<typeof contracts>;

/** A bucket of prepaid minutes as it stands, with the work of the period taken off. */
export interface CurrentBucket extends Bucket {
  left_minutes: number;
}

/** The prepaid hours of a contract in the periods that hold today; all whole minutes. */
export interface HoursLeft {
  contract_id: string;
  /** What the periods began with, brought-over minutes included. */
  total_minutes: number;
  used_minutes: number;
  left_minutes: number;
  /** Minutes worked in these periods that no prepaid hours were left for. */
  overage_minutes: number;
  /** One for each line with prepaid hours; empty when the contract has none. */
  buckets: CurrentBucket[];
}

/** The prepaid hours that are left under a contract within the actor's reach; 404 for any other. */
export async function hoursLeft(ctx: Ctx, contractId: string): Promise<HoursLeft> {
  return hoursOfContract(ctx, await find(ctx, "contracts", contractId));
}

/**
 * The same for a contract that was fetched through reach. All billable work of the periods counts, billed or not, in the
 * order in which billing draws it; so the answer is the same before and after an invoice.
 */
export async function hoursOfContract(ctx: Ctx, contract: ContractRow): Promise<HoursLeft> {
  const today = dateIn(ctx.tenant.timezone, ctx.app.clock.now());
  const { id } = contract;
  const items = await runOnceBuilt(ctx, "items of a contract", { id }, (given) =>
    ctx.db.selectFrom("contract_items").selectAll().where("contract_id", "=", given.id),
  );
  const current = bucketsWithin(contract, items, today, dayAfter(today));
  const nothing = {
    contract_id: contract.id,
    total_minutes: 0,
    used_minutes: 0,
    left_minutes: 0,
    overage_minutes: 0,
    buckets: [],
  };
  if (current.length === 0 || includesAllTime(contract.contract_type)) return nothing;
  // An annual bucket of today was drawn on after the monthly ones of earlier months: those have to be drawn as well.
  const from = current.reduce((first, { start }) => (start < first ? start : first), today);
  const to = current.reduce((last, { end }) => (end > last ? end : last), today);
  const [buckets, entries] = await Promise.all([
    // Nearly always every bucket is of the same period, and then these are all that there are between its ends.
    withRollover(
      ctx,
      id,
      current.every(({ start, end }) => start === from && end === to)
        ? current
        : bucketsWithin(contract, items, from, to),
    ),
    runOnceBuilt(ctx, "billable work under a contract", { id, from, to }, (given) =>
      ctx.db
        .selectFrom("time_entries")
        .select(["id", "date", "created_at", "work_type_id", "duration_minutes"])
        .where("contract_id", "=", given.id)
        .where("is_billable", "=", true)
        .where("approval_status", "<>", "rejected")
        .where("date", ">=", given.from)
        .where("date", "<", given.to),
    ),
  ]);
  const drawn = drawDown(entries, buckets);
  const taken = (bucket: Bucket): number =>
    drawn
      .flatMap((one) => one.taken)
      .reduce(
        (sum, one) =>
          sum +
          (one.contract_item_id === bucket.contract_item_id && one.period_start === bucket.start ? one.minutes : 0),
        0,
      );
  const standing = buckets
    .filter((bucket) => bucket.start <= today && today < bucket.end)
    .map((bucket) => ({ ...bucket, used_minutes: taken(bucket) }))
    .map((bucket) => ({ ...bucket, left_minutes: minutesLeft(bucket) }));
  const sum = (of: (bucket: CurrentBucket) => number): number =>
    standing.reduce((total, bucket) => total + of(bucket), 0);
  // Over what is prepaid now: work of earlier months that ran over has been an earlier month's matter.
  const since = standing.reduce((last, { start }) => (start > last ? start : last), from);
  return {
    contract_id: contract.id,
    total_minutes: sum((bucket) => bucket.included_minutes + bucket.rollover_minutes),
    used_minutes: sum((bucket) => bucket.used_minutes),
    left_minutes: sum((bucket) => bucket.left_minutes),
    overage_minutes: drawn.reduce((total, one) => total + (one.entry.date >= since ? one.overage_minutes : 0), 0),
    buckets: standing,
  };
}

/** The same buckets with the minutes that the ledger says were brought over into them. */
export async function withRollover(ctx: Ctx, contractId: string, buckets: readonly Bucket[]): Promise<Bucket[]> {
  const brought = await rollovers(ctx, [contractId], buckets);
  return brought(buckets);
}

/** The same for `buckets` of many contracts, by one look. */
export async function rollovers(
  ctx: Ctx,
  contractIds: readonly string[],
  among: readonly Bucket[],
): Promise<(buckets: readonly Bucket[]) => Bucket[]> {
  // The ledger has a line for every period that ever was.
  const from = among.reduce((first, { start }) => (start < first ? start : first), "9999-12-31");
  const ledger = await runOnceBuilt(ctx, "hour balances of contracts", { ids: contractIds, from }, (given) =>
    ctx.db
      .selectFrom("contract_hour_balances")
      .select(["contract_item_id", "period_start", "rollover_hours"])
      .where("contract_id", "in", given.ids)
      .where("period_start", ">=", given.from),
  );
  const brought = new Map(ledger.map((row) => [`${row.contract_item_id} ${row.period_start}`, row.rollover_hours]));
  return (buckets) =>
    buckets.map((bucket) => {
      const hours = brought.get(`${bucket.contract_item_id} ${bucket.start}`);
      return hours === undefined ? bucket : { ...bucket, rollover_minutes: minutesOf(hours) };
    });
}

/** Writes a line of the ledger of prepaid hours, or brings it up to date: there is one for each item and period. */
export async function writeHourBalance(
  work: Work,
  balance: NewRow<typeof contractHourBalances>,
): Promise<RowOf<typeof contractHourBalances>> {
  const known = await work.db
    .selectFrom("contract_hour_balances")
    .select("id")
    .where("contract_item_id", "=", balance.contract_item_id)
    .where("period_start", "=", balance.period_start)
    .executeTakeFirst();
  return known === undefined
    ? insert(work, contractHourBalances, balance)
    : update(work, contractHourBalances, known.id, balance);
}
