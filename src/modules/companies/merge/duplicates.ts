import { sql } from "kysely";
import { reach } from "../../../platform/access/reach.ts";
import { type Ctx, reading, refuseWhileHeld } from "../../../platform/context.ts";
import { breath } from "../../../platform/database/breath.ts";
import { contactName } from "../rules.ts";
import { type DistinctTable, saidDistinct } from "./distinct.ts";
import { type Candidate, likelyPairs, type Reason } from "./rules.ts";

export interface Duplicate {
  score: number;
  reasons: Reason[];
  /** The one that was there first stays. */
  first: { id: string; name: string; detail: string };
  second: { id: string; name: string; detail: string };
}

const most = 20_000;
/** Each piece is a read of its own, and short: others are answered in between, and no read stays open while records are compared. */
const piece = 1000;
const mostShown = 100;

export interface Duplicates {
  pairs: Duplicate[];
  /** How many records were compared, and how many there are. */
  compared: number;
  total: number;
}

/**
 * Companies or contacts that are probably the same, the surest first; without those of which somebody said otherwise. Of very
 * many, those added last are compared: what has just come in is what may be there already. Takes its time, so it is asked for outside
 * of a read.
 */
export async function duplicatesOf(ctx: Ctx, table: DistinctTable, atMost = most): Promise<Duplicates> {
  refuseWhileHeld(ctx);
  const said = await inPieces(ctx, Infinity, (reader, before, count) => saidDistinct(reader, table, count, before));
  const distinct = new Set(said.rows.map(({ first_id, second_id }) => `${first_id} ${second_id}`));
  const read = table === "companies" ? companyCandidates : contactCandidates;
  const { rows: candidates, isEnd } = await inPieces(ctx, atMost, read);
  const likely = await likelyPairs(candidates, {
    most: mostShown,
    isLeftOut: ({ first, second }) => distinct.has(`${first} ${second}`),
    rest: breath,
  });
  const shown = new Set(likely.flatMap(({ first, second }) => [first, second]));
  const byId = new Map(candidates.filter(({ id }) => shown.has(id)).map((one) => [one.id, one]));
  const side = (id: string): Duplicate["first"] => {
    const one = byId.get(id);
    return { id, name: one?.name ?? "", detail: one?.detail ?? "" };
  };
  const pairs = likely.map(({ score, reasons, first, second }) => ({
    score,
    reasons,
    first: side(first),
    second: side(second),
  }));
  const compared = candidates.length;
  return { pairs, compared, total: isEnd ? compared : await reading(ctx, (reader) => countOf(reader, table)) };
}

/** Reads rows in the order of their ids, the latest first, and says whether these are all. */
async function inPieces<Row extends { id: string }>(
  ctx: Ctx,
  atMost: number,
  read: (reader: Ctx, before: string | null, count: number) => Promise<Row[]>,
): Promise<{ rows: Row[]; isEnd: boolean }> {
  const rows: Row[] = [];
  let isEnd = false;
  while (!isEnd && rows.length < atMost) {
    const asked = Math.min(piece, atMost - rows.length);
    const next = await reading(ctx, (reader) => read(reader, rows.at(-1)?.id ?? null, asked));
    rows.push(...next);
    isEnd = next.length < asked;
  }
  return { rows, isEnd };
}

async function countOf(ctx: Ctx, table: DistinctTable): Promise<number> {
  const { count } = await reach(ctx, table)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where(sql.ref(`${table}.archived_at`), "is", null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

type Detailed = Candidate & { detail: string };

async function companyCandidates(ctx: Ctx, before: string | null, count: number): Promise<Detailed[]> {
  const rows = await reach(ctx, "companies")
    .select(["companies.id", "companies.name", "companies.website", "companies.phone", "companies.address"])
    .where("companies.archived_at", "is", null)
    .$if(before !== null, (query) => query.where("companies.id", "<", before))
    .orderBy("companies.id", "desc")
    .limit(count)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    website: row.website,
    phone: row.phone,
    email: null,
    company_id: null,
    detail: [row.address.city, row.website, row.phone].filter(Boolean).join(" · "),
  }));
}

async function contactCandidates(ctx: Ctx, before: string | null, count: number): Promise<Detailed[]> {
  const rows = await reach(ctx, "contacts")
    .innerJoin("companies", "companies.id", "contacts.company_id")
    .select([
      "contacts.id",
      "contacts.first_name",
      "contacts.last_name",
      "contacts.email",
      "contacts.mobile",
      "contacts.company_id",
      "companies.name as company",
    ])
    .where("contacts.archived_at", "is", null)
    .$if(before !== null, (query) => query.where("contacts.id", "<", before))
    .orderBy("contacts.id", "desc")
    .limit(count)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: contactName(row),
    email: row.email,
    website: null,
    phone: row.mobile,
    company_id: row.company_id,
    detail: [row.company, row.email].filter(Boolean).join(" · "),
  }));
}
