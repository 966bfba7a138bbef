import { type RawBuilder, sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import { reach, wholeShape } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";

/** Groups of companies: who stands above and below. Each is billed by itself. */

/** The companies above one, the topmost first, as far as they are within reach. */
export async function companiesAbove(
  ctx: Ctx,
  company: { parent_company_id: string | null },
): Promise<{ id: string; name: string }[]> {
  const above: { id: string; name: string }[] = [];
  let next = company.parent_company_id;
  // No action makes a circle; one that is there all the same must not hold up the whole program.
  const seen = new Set<string>();
  while (next !== null && !seen.has(next)) {
    seen.add(next);
    const row: { id: string; name: string; parent_company_id: string | null } | undefined = await reach(
      ctx,
      "companies",
    )
      .select(["companies.id", "companies.name", "companies.parent_company_id"])
      .where("companies.id", "=", next)
      .executeTakeFirst();
    if (row === undefined) break;
    above.unshift({ id: row.id, name: row.name });
    next = row.parent_company_id;
  }
  return above;
}

/** The ids of a company and all below it, over however many generations, as a query. */
export function groupOf(ctx: Ctx, id: string): RawBuilder<string> {
  return sql<string>`(
    with recursive below (id) as (
      select id from companies where tenant_id = ${ctx.tenant.id} and id = ${id}
      union
      select child.id from companies child join below on child.parent_company_id = below.id
      where child.tenant_id = ${ctx.tenant.id}
    ) select id from below)`;
}

/** Whether a company is another one, or stands anywhere below it. */
export async function isInGroup(ctx: Ctx, topId: string, id: string): Promise<boolean> {
  const found = await ctx.db
    .selectFrom("companies")
    .select("companies.id")
    .where("companies.id", "=", id)
    .where(sql<boolean>`companies.id in ${groupOf(ctx, topId)}`)
    .executeTakeFirst();
  return found !== undefined;
}

export interface Below {
  id: string;
  name: string;
  status: string;
  /** 1 for a direct child; who stands below an archived company counts from above it. */
  depth: number;
  /** Null for who may not see tickets or contracts. */
  open_ticket_count: number | null;
  active_contract_count: number | null;
}

const mostBelow = 500;

/**
 * All companies below one that are not archived, each behind the one it stands below, with what is going on there. What
 * stands below an archived one is shown where that one stood: it belongs to the group as before.
 */
export async function companiesBelow(ctx: Ctx, id: string): Promise<Below[]> {
  const shape = wholeShape(ctx, "companies below", "companies");
  const rows = await runOnceBuilt(ctx, shape, { id }, (given) =>
    reach(ctx, "companies")
      .select([
        "companies.id",
        "companies.name",
        "companies.status",
        "companies.parent_company_id",
        "companies.archived_at",
      ])
      .where(sql<boolean>`companies.id in ${groupOf(ctx, given.id)}`)
      .where("companies.id", "<>", given.id)
      .orderBy("companies.name"),
  );
  const children = Map.groupBy(rows, (row) => row.parent_company_id);
  const found: { row: (typeof rows)[number]; depth: number }[] = [];
  const walk = (parent: string, depth: number): void => {
    for (const row of children.get(parent) ?? []) {
      const isShown = row.archived_at === null;
      if (isShown) found.push({ row, depth });
      walk(row.id, isShown ? depth + 1 : depth);
    }
  };
  walk(id, 1);
  const shown = found.slice(0, mostBelow);
  if (shown.length === 0) return [];
  const ids = shown.map(({ row }) => row.id);
  const [open, running] = await Promise.all([
    can(ctx.actor, "tickets.read") ? openTickets(ctx, ids) : null,
    can(ctx.actor, "contracts.read") ? activeContracts(ctx, ids) : null,
  ]);
  return shown.map(({ row: { id: one, name, status }, depth }) => ({
    id: one,
    name,
    status,
    depth,
    open_ticket_count: open === null ? null : (open.get(one) ?? 0),
    active_contract_count: running === null ? null : (running.get(one) ?? 0),
  }));
}

async function openTickets(ctx: Ctx, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await reach(ctx, "tickets")
    .select(["tickets.company_id", sql<number>`count(*)`.as("count")])
    .where("tickets.company_id", "in", [...ids])
    .where("tickets.closed_at", "is", null)
    .groupBy("tickets.company_id")
    .execute();
  return new Map(rows.map((row) => [row.company_id, Number(row.count)]));
}

async function activeContracts(ctx: Ctx, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await reach(ctx, "contracts")
    .select(["contracts.company_id", sql<number>`count(*)`.as("count")])
    .where("contracts.company_id", "in", [...ids])
    .where("contracts.status", "=", "active")
    .groupBy("contracts.company_id")
    .execute();
  return new Map(rows.map((row) => [row.company_id, Number(row.count)]));
}
