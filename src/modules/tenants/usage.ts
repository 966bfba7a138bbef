import { sql } from "kysely";
import type { App, Ctx } from "../../platform/context.ts";
import { plus } from "../../platform/clock.ts";
import { reading, systemContext } from "../../platform/context.ts";
import type { Db } from "../../platform/database/tables.ts";
import { loadTenant, loadTenants } from "../../platform/tenants.ts";
import "./schema.ts";

/** What organizations use, a row a day (UTC). Requests are counted in memory and added each minute; the rest is measured. */

export interface Usage {
  used_on: string;
  staff_count: number;
  portal_user_count: number;
  ticket_count: number;
  storage_kb: number;
  request_count: number;
  mail_count: number;
}

export const usageColumns = [
  "used_on",
  "staff_count",
  "portal_user_count",
  "ticket_count",
  "storage_kb",
  "request_count",
  "mail_count",
] as const;

/** Adds what this node has counted since the last time. What a node has not yet written when it is killed is lost: a minute's. */
export async function flushRequestCounts(app: App): Promise<void> {
  const counts = app.traffic.drain();
  if (counts.size === 0) return;
  const used_on = app.clock.now().slice(0, 10);
  await app.database.platform(async (db) => {
    // An organization may have been deleted since. In one order everywhere, so that two nodes cannot wait for each other.
    const there = await db
      .selectFrom("tenants")
      .select("id")
      .where("id", "in", [...counts.keys()])
      .orderBy("id")
      .execute();
    const rows = there.map(({ id }) => ({ for_tenant_id: id, used_on, request_count: counts.get(id) ?? 0 }));
    if (rows.length === 0) return;
    await db
      .insertInto("tenant_usage")
      .values(rows)
      .onConflict((oc) =>
        oc
          .columns(["for_tenant_id", "used_on"])
          .doUpdateSet({ request_count: sql<number>`tenant_usage.request_count + excluded.request_count` }),
      )
      .execute();
  });
}

/** Measures an organization's day so far, and the day before once more, which may have ended since it was measured last. */
export async function measureUsage(ctx: Ctx): Promise<void> {
  const now = ctx.app.clock.now();
  for (const instant of [plus(now, -86_400_000), now]) await measureDay(ctx, instant.slice(0, 10));
}

async function measureDay(ctx: Ctx, day: string): Promise<void> {
  const measured = await reading(ctx, ({ db }) => measuredOn(db, day));
  const values = { ...measured, measured_at: ctx.app.clock.now() };
  await ctx.app.database.platform((db) =>
    db
      .insertInto("tenant_usage")
      .values({ for_tenant_id: ctx.tenant.id, used_on: day, ...values })
      .onConflict((oc) => oc.columns(["for_tenant_id", "used_on"]).doUpdateSet(values))
      .execute(),
  );
}

/**
 * Measures one organization's day so far, for whoever looks at it or has just made it: the hourly job may not have come to it yet, and
 * what this node has counted may still be in memory. One that is being deleted is left alone.
 */
export async function measureNow(app: App, id: string): Promise<void> {
  await flushRequestCounts(app);
  const row = await app.database.platform((db) =>
    db.selectFrom("tenants").select("deleting_at").where("id", "=", id).executeTakeFirst(),
  );
  if (row === undefined || row.deleting_at !== null) return;
  const tenant = await app.database.read(id, (db) => loadTenant(app, db, id));
  await measureDay(systemContext(app, tenant), app.clock.now().slice(0, 10));
}

const freshMilliseconds = 60_000;
const mostAtOnce = 100;

/**
 * Measures the organizations' day so far for whoever looks at all of them: those that have not been in the last minute, the
 * longest ago first, and no more than a page can wait for. What is left is no older than the hour.
 */
export async function measureAll(app: App): Promise<void> {
  const now = app.clock.now();
  const due = await app.database.platform((db) =>
    db
      .selectFrom("tenants")
      .leftJoin("tenant_usage", (join) =>
        join.onRef("tenant_usage.for_tenant_id", "=", "tenants.id").on("tenant_usage.used_on", "=", now.slice(0, 10)),
      )
      .select("tenants.id")
      .where("tenants.deleting_at", "is", null)
      .where((eb) =>
        eb.or([
          eb("tenant_usage.measured_at", "is", null),
          eb("tenant_usage.measured_at", "<", plus(now, -freshMilliseconds)),
        ]),
      )
      .orderBy("tenant_usage.measured_at", (order) => order.asc().nullsFirst())
      .limit(mostAtOnce)
      .execute(),
  );
  await flushRequestCounts(app);
  for (const tenant of await loadTenants(
    app,
    due.map(({ id }) => id),
  ))
    await measureDay(systemContext(app, tenant), now.slice(0, 10));
}

async function measuredOn(db: Db, day: string): Promise<Omit<Usage, "used_on" | "request_count">> {
  const from = `${day}T00:00:00.000Z`;
  const until = plus(from, 86_400_000);
  const row = await db
    .selectNoFrom((eb) => [
      eb
        .selectFrom("users")
        .select((of) => of.fn.countAll().as("n"))
        .where("user_type", "=", "staff")
        .where("created_at", "<", until)
        .where((of) => of.or([of("deactivated_at", "is", null), of("deactivated_at", ">=", until)]))
        .as("staff_count"),
      eb
        .selectFrom("users")
        .select((of) => of.fn.countAll().as("n"))
        .where("user_type", "=", "portal")
        .where("created_at", "<", until)
        .where((of) => of.or([of("deactivated_at", "is", null), of("deactivated_at", ">=", until)]))
        .as("portal_user_count"),
      eb
        .selectFrom("tickets")
        .select((of) => of.fn.countAll().as("n"))
        .where("created_at", ">=", from)
        .where("created_at", "<", until)
        .as("ticket_count"),
      eb
        .selectFrom("mails")
        .select((of) => of.fn.countAll().as("n"))
        .where("sent_at", ">=", from)
        .where("sent_at", "<", until)
        .as("mail_count"),
      eb
        .selectFrom("files")
        .select((of) => of.fn.sum("file_size").as("n"))
        .where("created_at", "<", until)
        .as("bytes"),
    ])
    .executeTakeFirstOrThrow();
  return {
    staff_count: Number(row.staff_count),
    portal_user_count: Number(row.portal_user_count),
    ticket_count: Number(row.ticket_count),
    mail_count: Number(row.mail_count),
    storage_kb: Math.ceil(Number(row.bytes ?? 0) / 1000),
  };
}

/** An organization's days, newest first. */
export function usageOf(db: Db, tenantId: string, from: string, to: string): Promise<Usage[]> {
  return db
    .selectFrom("tenant_usage")
    .select(usageColumns)
    .where("for_tenant_id", "=", tenantId)
    .where("used_on", ">=", from)
    .where("used_on", "<=", to)
    .orderBy("used_on", "desc")
    .execute();
}

export interface MonthOfTenant {
  id: string;
  name: string;
  plan: string | null;
  suspended_at: string | null;
  /** The most of the month. */
  staff_count: number;
  portal_user_count: number;
  storage_kb: number;
  /** The sum of the month. */
  ticket_count: number;
  request_count: number;
  mail_count: number;
}

/** Every organization's month (`YYYY-MM`), by name: what is billed by. */
export async function usageOfMonth(db: Db, month: string): Promise<MonthOfTenant[]> {
  const rows = await db
    .selectFrom("tenants")
    .leftJoin("tenant_usage", (join) =>
      join
        .onRef("tenant_usage.for_tenant_id", "=", "tenants.id")
        .on("tenant_usage.used_on", ">=", `${month}-01`)
        .on("tenant_usage.used_on", "<=", lastDayOf(month)),
    )
    .select(["tenants.id", "tenants.name", "tenants.plan", "tenants.suspended_at"])
    .select((eb) => [
      eb.fn.max("tenant_usage.staff_count").as("staff"),
      eb.fn.max("tenant_usage.portal_user_count").as("portal"),
      eb.fn.max("tenant_usage.storage_kb").as("storage"),
      eb.fn.sum("tenant_usage.ticket_count").as("tickets"),
      eb.fn.sum("tenant_usage.request_count").as("requests"),
      eb.fn.sum("tenant_usage.mail_count").as("mails"),
    ])
    .groupBy(["tenants.id", "tenants.name", "tenants.plan", "tenants.suspended_at"])
    .orderBy("tenants.name")
    .orderBy("tenants.id")
    .execute();
  return rows.map(({ staff, portal, storage, tickets, requests, mails, ...row }) => ({
    ...row,
    staff_count: Number(staff ?? 0),
    portal_user_count: Number(portal ?? 0),
    storage_kb: Number(storage ?? 0),
    ticket_count: Number(tickets ?? 0),
    request_count: Number(requests ?? 0),
    mail_count: Number(mails ?? 0),
  }));
}

/** The last calendar day of a month `YYYY-MM`. */
function lastDayOf(month: string): string {
  return Temporal.PlainYearMonth.from(month).toPlainDate({ day: 31 }).toString();
}
