import { nameKey } from "../rules.ts";

/** Which records are probably the same: by what they share, and how much that says. */

export interface Candidate {
  id: string;
  name: string;
  email: string | null;
  website: string | null;
  phone: string | null;
  /** Contacts: the company they are of. */
  company_id: string | null;
}

export type Reason = "name" | "similar_name" | "email" | "domain" | "phone";

export interface Pair {
  first: string;
  second: string;
  /** 0 to 100. */
  score: number;
  reasons: Reason[];
}

const weights: Record<Reason, number> = { name: 70, similar_name: 45, email: 80, domain: 45, phone: 40 };

// How companies say what they are before the law, in the countries that most small providers work in.
const forms = new Set(
  "inc incorporated llc ltd limited corp corporation co company gmbh ag kg ohg ug mbh ev sa sarl srl bv nv ab as oy pty plc llp sp z o oo the and und".split(
    " ",
  ),
);

/** A name without its legal form: "Prairie Printing, Inc." and "Prairie Printing LLC" are one. */
export function coreName(name: string): string {
  const words = nameKey(name).split(" ");
  const core = words.filter((word) => !forms.has(word));
  return (core.length === 0 ? words : core).join(" ");
}

/** A telephone number by its last nine digits: with or without the country in front. Empty when it is too short to tell. */
export function phoneKey(phone: string | null): string {
  const digits = (phone ?? "").replace(/(ext|x|durchwahl).*$/i, "").replace(/\D/g, "");
  return digits.length < 7 ? "" : digits.slice(-9);
}

/** The host of a web address without `www`. */
export function domainKey(website: string | null): string {
  const host = /^(?:https?:\/\/)?(?:www\.)?([^/:?#\s]+)/i.exec(website ?? "")?.[1] ?? "";
  return host.includes(".") ? host.toLowerCase() : "";
}

// A key that many share says nothing: a switchboard's number, a provider's domain.
const mostAlike = 6;

const least = 45;

interface Wanted {
  /** How many at most. */
  most?: number;
  /** Pairs that are not asked for. */
  isLeftOut?: (pair: Pair) => boolean;
  /** Lets others be answered in between, where there are many candidates. */
  rest?: () => Promise<void> | undefined;
}

/** Pairs that are probably the same record, the surest first. */
export async function likelyPairs(
  candidates: readonly Candidate[],
  { most = Infinity, isLeftOut = () => false, rest = () => undefined }: Wanted = {},
): Promise<Pair[]> {
  const pairs = new Map<string, Pair>();
  const add = async (reason: Reason, keyOf: (one: Candidate) => string): Promise<void> => {
    const groups = new Map<string, Candidate[]>();
    await inPieces(candidates, rest, (one) => {
      const key = keyOf(one);
      const group = groups.get(key);
      if (group !== undefined) group.push(one);
      else if (key !== "") groups.set(key, [one]);
    });
    await inPieces(groups.values(), rest, (group) => {
      if (group.length < 2 || group.length > mostAlike) return;
      for (const [at, one] of group.entries()) for (const other of group.slice(at + 1)) note(pairs, one, other, reason);
    });
  };
  await add("name", ({ name, company_id }) => {
    const key = nameKey(name);
    return key === "" ? "" : `${key} ${company_id ?? ""}`.trim();
  });
  await add("similar_name", ({ name, company_id }) => (company_id === null ? coreName(name) : ""));
  await add("email", ({ email }) => (email ?? "").toLowerCase());
  await add("domain", ({ website }) => domainKey(website));
  await add("phone", ({ phone }) => phoneKey(phone));
  // Those that are not among the surest go as soon as there are more than enough: nothing long is ever sorted at once.
  let surest: Pair[] = [];
  await inPieces(pairs.values(), rest, (pair) => {
    if (pair.score < least || isLeftOut(pair)) return;
    surest.push(pair);
    if (surest.length > most * 2) surest = surest.toSorted(bySureness).slice(0, most);
  });
  return surest.toSorted(bySureness).slice(0, most);
}

const bySureness = (a: Pair, b: Pair): number =>
  b.score - a.score || (a.first < b.first ? -1 : a.first > b.first ? 1 : a.second < b.second ? -1 : 1);

async function inPieces<T>(
  all: Iterable<T>,
  rest: () => Promise<void> | undefined,
  each: (one: T) => void,
): Promise<void> {
  let at = 0;
  for (const one of all) {
    if (at % 100 === 0) await rest();
    at += 1;
    each(one);
  }
}

function note(pairs: Map<string, Pair>, one: Candidate, other: Candidate, reason: Reason): void {
  const [first, second] = one.id < other.id ? [one.id, other.id] : [other.id, one.id];
  const pair = pairs.get(`${first} ${second}`) ?? { first, second, score: 0, reasons: [] };
  // The same name is similar, too; it counts once.
  if (reason === "similar_name" && pair.reasons.includes("name")) return;
  pair.reasons.push(reason);
  const missed = pair.reasons.reduce((rest, each) => rest * (1 - weights[each] / 100), 1);
  pair.score = Math.round((1 - missed) * 100);
  pairs.set(`${first} ${second}`, pair);
}
