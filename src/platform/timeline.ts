import { type RawBuilder, sql } from "kysely";
import type { Ctx } from "./context.ts";

/** One thing that happened with a client, whatever module knows of it. */
export interface TimelineEntry {
  id: string;
  /** The source's kind: `ticket`, `note`, `interaction` … */
  kind: string;
  /** When, as an ISO instant; sources sort by it and then by id. */
  at: string;
  /** Who did it, or empty. */
  actor_name: string;
  /** What it was, in a sentence without the actor. */
  text: string;
  /** What was written, as safe HTML, or empty. */
  html: string;
  /** Where to read on, or empty. */
  href: string;
  icon: string;
  badge: { text: string; tone: string } | null;
  /** The columns that a change changed. */
  changes?: string[];
  /** What kind of change it was: `create`, `update` … */
  action?: string;
}

/** Whose timeline it is. The record itself was fetched through reach. */
export interface TimelineSubject {
  table: "companies" | "contacts";
  id: string;
}

export interface TimelineRange {
  /** Entries before this one only; null: the newest. */
  before: { at: string; id: string } | null;
  limit: number;
}

/**
 * What a module knows of the history of a company or a contact. It reads through reach, newest first, and gives at most
 * `limit` entries, so that a page of the whole costs a page of each.
 */
export interface TimelineSource {
  kind: string;
  /** What the filter calls it: "Tickets". */
  label: string;
  /** What one needs to see any of it; null: whoever sees the record. */
  permission: string | null;
  load(ctx: Ctx, subject: TimelineSubject, range: TimelineRange): Promise<TimelineEntry[]>;
}

/** The values that a statement over somebody's history depends on, for `runOnceBuilt`: whose it is, and where its page begins. */
export type TimelineValues = { id: string } & Partial<Record<"before_at" | "before_id", string>>;

export function timelineValues({ id }: Pick<TimelineSubject, "id">, { before }: TimelineRange): TimelineValues {
  return before === null ? { id } : { id, before_at: before.at, before_id: before.id };
}

/** What the text of such a statement depends on, beside `kind`. */
export function timelineShape(kind: string, table: string, { before, limit }: TimelineRange): string {
  return `${kind} of ${table}, ${limit} ${before === null ? "latest" : "earlier"}`;
}

/** The condition that a row comes after the given one in a timeline, for the columns of its instant and its id. */
export function beforeIn(at: string, id: string, { before_at, before_id }: TimelineValues): RawBuilder<boolean> {
  if (before_at === undefined) return sql<boolean>`1 = 1`;
  return sql<boolean>`(${sql.ref(at)} < ${before_at} or (${sql.ref(at)} = ${before_at} and ${sql.ref(id)} < ${before_id}))`;
}
