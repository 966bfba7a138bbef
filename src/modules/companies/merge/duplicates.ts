import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
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
const mostShown = 100;

/** Companies or contacts that are probably the same, the surest first; without those of which somebody said otherwise. */
export async function duplicatesOf(ctx: Ctx, table: DistinctTable): Promise<Duplicate[]> {
  const said = new Set((await saidDistinct(ctx, table)).map(({ first_id, second_id }) => `${first_id} ${second_id}`));
  const candidates = table === "companies" ? await companyCandidates(ctx) : await contactCandidates(ctx);
  const byId = new Map(candidates.map((one) => [one.id, one]));
  const side = (id: string): Duplicate["first"] => {
    const one = byId.get(id);
    return { id, name: one?.name ?? "", detail: one?.detail ?? "" };
  };
  return likelyPairs(candidates)
    .filter(({ first, second }) => !said.has(`${first} ${second}`))
    .slice(0, mostShown)
    .map((pair) => ({ score: pair.score, reasons: pair.reasons, first: side(pair.first), second: side(pair.second) }));
}

type Detailed = Candidate & { detail: string };

async function companyCandidates(ctx: Ctx): Promise<Detailed[]> {
  const rows = await reach(ctx, "companies")
    .select(["companies.id", "companies.name", "companies.website", "companies.phone", "companies.address"])
    .where("companies.archived_at", "is", null)
    .orderBy("companies.id")
    .limit(most)
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

async function contactCandidates(ctx: Ctx): Promise<Detailed[]> {
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
    .orderBy("contacts.id")
    .limit(most)
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
