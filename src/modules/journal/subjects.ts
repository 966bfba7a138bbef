import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import { find, type ReachRule, reach } from "../../platform/access/reach.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { forbidden, invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";

/** A kind of record that notes and files hang on. */
export interface Subject {
  table: "companies" | "contacts" | "sites";
  /** Its column in `record_notes` and `record_attachments`. */
  column: "company_id" | "contact_id" | "site_id";
  read: string;
  write: string;
  /** In words. */
  in_words: string;
}

export const subjects: readonly Subject[] = [
  { table: "companies", column: "company_id", read: "companies.read", write: "companies.write", in_words: "a company" },
  { table: "contacts", column: "contact_id", read: "companies.read", write: "companies.write", in_words: "a contact" },
  { table: "sites", column: "site_id", read: "companies.read", write: "companies.write", in_words: "a site" },
];

export type SubjectIds = { company_id?: string | null; contact_id?: string | null; site_id?: string | null };

/** What a note or file is about: the one id that is set. */
export function subjectOf(row: SubjectIds): { subject: Subject; id: string } {
  const set = subjects.flatMap((subject) => {
    const id = row[subject.column];
    return typeof id === "string" ? [{ subject, id }] : [];
  });
  const [only] = set;
  if (only === undefined || set.length > 1)
    throw invalidField(
      "company_id",
      t("Say what it is about: a company, a contact or a site, and only one of them."),
      "required",
    );
  return only;
}

/** The subject for a change: within reach, and the actor may change it. */
export async function writableSubject(work: Work, row: SubjectIds): Promise<{ subject: Subject; id: string }> {
  const found = subjectOf(row);
  if (!can(work.actor, found.subject.write)) throw forbidden();
  await find(work, found.subject.table, found.id);
  return found;
}

/** Notes and files are in reach when what they hang on is. */
export function withItsSubject(table: "record_notes" | "record_attachments"): ReachRule {
  return (query, ctx) => {
    if (ctx.actor.kind === "portal") return teamsOnly(query);
    let held = query;
    for (const { table: target, column } of subjects) held = heldTo(ctx, held, `${table}.${column}`, target);
    return held;
  };
}

export const interactionReach: ReachRule = (query, ctx) =>
  ctx.actor.kind === "portal" ? teamsOnly(query) : heldTo(ctx, query, "interactions.company_id", "companies");

/** What the team writes to itself about clients is no client's, not even about their own company. */
const teamsOnly = (query: Query): Query => query.where(sql<boolean>`1 = 0`);

type Query = Parameters<ReachRule>[0];

/** Only where the target is narrower than the organization: otherwise each reference is within reach. */
function heldTo(ctx: Ctx, query: Query, reference: string, target: TableName): Query {
  if (ctx.actor.kind === "system" || !ctx.app.registry.reach.has(target)) return query;
  return query.where((eb) =>
    eb.or([
      eb(reference as never, "is", null),
      eb(reference as never, "in", reach(ctx, target).select(`${target}.id` as never) as never),
    ]),
  );
}
