import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { platformPermission } from "../../platform/access/platform.ts";
import { validate } from "../../platform/access/validate.ts";
import { parseOrigin } from "../../platform/config/values.ts";
import { type Ctx, inUnit, systemContext, type Tenant } from "../../platform/context.ts";
import { changes } from "../../platform/database/edge.ts";
import type { Db } from "../../platform/database/tables.ts";
import { conflict, forbidden, invalid, invalidField, notFound, stale, unauthorized } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import { askStreams } from "../../platform/live/topics.ts";
import { provisionTenant } from "../../platform/provision.ts";
import { loadTenant } from "../../platform/tenants.ts";
import { mintOneTime } from "../staff/index.ts";
import { logDoing } from "./log.ts";
import { normalHost, urlAt } from "./rules.ts";
import { measureNow } from "./usage.ts";

/** What operators do to whole organizations. Each spans units of work of its own, so these are functions and no actions. */

const limits = {
  plan: Type.Optional(Type.Union([Type.String({ maxLength: 60 }), Type.Null()], { title: "Plan" })),
  notes: Type.Optional(Type.String({ maxLength: 4000, title: "Notes" })),
  staff_limit: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum: 100_000 }), Type.Null()], { title: "Staff seats" }),
  ),
  storage_limit_mb: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum: 100_000_000 }), Type.Null()], { title: "Storage (MB)" }),
  ),
  requests_per_minute: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()], { title: "API requests a minute" }),
  ),
};

export const newTenantInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 120, title: "Name" }),
    domain: Type.String({ minLength: 1, maxLength: 253, title: "Host name" }),
    url: Type.Optional(Type.Union([Type.String({ format: "url" }), Type.Null()], { title: "Public address" })),
    timezone: Type.Optional(Type.String({ format: "timezone", title: "Time zone" })),
    currency: Type.Optional(Type.String({ format: "currency", title: "Currency" })),
    locale: Type.Optional(Type.String({ maxLength: 35, title: "Locale" })),
    ...limits,
  },
  { additionalProperties: false },
);

export const tenantInput = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    version: Type.Optional(Type.Integer()),
    ...changes({ name: Type.String({ minLength: 1, maxLength: 120, title: "Name" }) }),
    allowed_modules: Type.Optional(
      Type.Union([Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100 }), Type.Null()], {
        title: "Allowed modules",
      }),
    ),
    ...limits,
  },
  { additionalProperties: false },
);

interface Limits {
  plan?: string | null;
  notes?: string;
  staff_limit?: number | null;
  storage_limit_mb?: number | null;
  requests_per_minute?: number | null;
}

export interface NewTenantInput extends Limits {
  name: string;
  domain: string;
  url?: string | null;
  timezone?: string;
  currency?: string;
  locale?: string;
}

export interface Provisioned {
  id: string;
  /** False when an organization with this domain was there already. */
  isNew: boolean;
  /** Makes the first administrator; null once there is one, and while the organization is suspended. */
  setup_url: string | null;
}

/**
 * Provisions an organization and its setup link. Asked again for the same domain and name it makes nothing twice, completes
 * what was left half done, and gives a new link while there is no administrator.
 */
export async function createTenant(ctx: Ctx, input: unknown): Promise<Provisioned> {
  const given = checked<NewTenantInput>(ctx, newTenantInput, input);
  const { app } = ctx;
  const domain = hostOf(ctx, given.domain);
  const name = given.name.trim();
  if (given.locale !== undefined && Intl.DateTimeFormat.supportedLocalesOf(safeTag(given.locale)).length === 0)
    throw invalidField("locale", t("Locale must be a language tag such as en-US or de-DE."), "invalid_format");
  const known = await app.database.platform((db) =>
    db
      .selectFrom("tenant_domains")
      .innerJoin("tenants", "tenants.id", "tenant_domains.domain_tenant_id")
      .select(["tenants.id", "tenants.name"])
      .where("tenant_domains.domain", "=", domain)
      .executeTakeFirst(),
  );
  if (known !== undefined && known.name !== name)
    throw conflict(t("The domain {domain} belongs to another organization.", { domain }), "duplicate");
  const { url, domain: _domain, ...rest } = given;
  const publicUrl = parseOrigin(url ?? urlAt(domain, app.options.adminUrl ?? ""));
  if (publicUrl === null)
    throw invalidField(
      "url",
      t("Enter no more than the host name, such as {origin}", { origin: URL.parse(url ?? "")?.origin ?? domain }),
    );
  const id = await provisionTenant(app, { ...rest, name, domain, public_url: publicUrl }, known?.id ?? newId());
  if (known === undefined)
    await app.database.platform((db) => logDoing(ctx, db, "tenants.create", { id, name }, { domain }));
  await measureNow(app, id);
  return { id, isNew: known === undefined, setup_url: await newSetupLink(ctx, id) };
}

/** Why a setup link would lead nowhere, in a sentence; empty where it works. */
export function whyNoSetupLink({ is_set_up, suspension }: Pick<Tenant, "is_set_up" | "suspension">): string {
  if (is_set_up) return t("This organization has an administrator already, who invites everybody else.");
  return suspension === null
    ? ""
    : t("While the organization is suspended, a setup link leads nowhere. Activate it first.");
}

/** A new link that makes the first administrator, or null where it would lead nowhere; earlier links stop working. */
export async function newSetupLink(ctx: Ctx, id: string): Promise<string | null> {
  const tenant = await tenantOf(ctx, id);
  if (whyNoSetupLink(tenant) !== "") return null;
  const token = await inUnit(systemContext(ctx.app, tenant), (work) => mintOneTime(work, "setup", null));
  return `${tenant.public_url}/setup/start/${token}`;
}

/** Name, plan, limits and notes. A stale `version` is a 412. */
export async function updateTenant(ctx: Ctx, input: unknown): Promise<void> {
  const given = checked<Limits & { id: string; version?: number; name?: string; allowed_modules?: string[] | null }>(
    ctx,
    tenantInput,
    input,
  );
  const { id, version, ...patch } = given;
  const unknown = (patch.allowed_modules ?? []).filter(
    (name) => !ctx.app.registry.modules.some((module) => module.name === name),
  );
  if (unknown.length > 0)
    throw invalidField(
      "allowed_modules",
      t("There is no module {unknown}.", { unknown: unknown.join(", ") }),
      "invalid_choice",
    );
  await ctx.app.database.platform(async (db) => {
    const row = await rowOf(db, id);
    if (version !== undefined && version !== row.version) throw stale();
    if (Object.keys(patch).length === 0) return;
    // Of two at the same moment the second one waits for the first, and then has seen something else than what it changes.
    const changed = await db
      .updateTable("tenants")
      .set((eb) => ({ ...patch, version: eb("version", "+", 1) }))
      .where("id", "=", id)
      .$if(version !== undefined, (query) => query.where("version", "=", version ?? 0))
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n) throw stale();
    await logDoing(ctx, db, "tenants.update", row, patch);
  });
}

export const suspendInput = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    reason: Type.String({ minLength: 1, maxLength: 1000, title: "Reason" }),
    message: Type.Optional(Type.String({ maxLength: 1000, title: "What its people are told" })),
  },
  { additionalProperties: false },
);

/**
 * Suspends an organization: its people get one page, its jobs, events and mail rest, its data stays. It waits for the unit
 * of work that is running, so nothing that begins after it has returned changes anything.
 */
export async function suspendTenant(ctx: Ctx, input: unknown): Promise<void> {
  const { id, reason, message } = checked<{ id: string; reason: string; message?: string }>(ctx, suspendInput, input);
  await ctx.app.database.platform((db) => rowOf(db, id));
  const ask = await ctx.app.database.write(id, async (db) => {
    const row = await rowOf(db, id);
    if (row.suspended_at !== null) throw conflict(t("This organization is suspended already."), "suspended");
    const suspended_at = ctx.app.clock.now();
    await db
      .updateTable("tenants")
      .set({ suspended_at, suspension_reason: reason, suspension_message: message ?? "", version: row.version + 1 })
      .where("id", "=", id)
      .execute();
    await logDoing(ctx, db, "tenants.suspend", row, { reason, message: message ?? "" });
    return askStreams(ctx.app, db, id);
  });
  ask();
}

/** Lets an organization go on where it was: sessions, keys, what waited. */
export async function activateTenant(ctx: Ctx, input: unknown): Promise<void> {
  const { id } = checked<{ id: string }>(ctx, Type.Object({ id: Type.String({ format: "uuid" }) }), input);
  await ctx.app.database.platform(async (db) => {
    const row = await rowOf(db, id);
    if (row.deleting_at !== null) throw conflict(t("This organization is being deleted."), "deleting");
    if (row.suspended_at === null) throw conflict(t("This organization is not suspended."), "not_suspended");
    await db
      .updateTable("tenants")
      .set({ suspended_at: null, suspension_reason: null, suspension_message: null, version: row.version + 1 })
      .where("id", "=", id)
      .execute();
    await db.updateTable("tenant_work").set({ due_at: ctx.app.clock.now() }).where("for_tenant_id", "=", id).execute();
    await logDoing(ctx, db, "tenants.activate", row);
  });
}

/** Checks permission and input, as `perform` does for actions. */
export function checked<I>(ctx: Ctx, schema: Parameters<typeof validate>[0], input: unknown): I {
  if (!can(ctx.actor, platformPermission)) throw ctx.actor.kind === "nobody" ? unauthorized() : forbidden();
  const problems = validate(schema, input);
  if (problems.length > 0) throw invalid(problems);
  return input as I;
}

/** A host name for an organization, or a 422: what is none, and the operators' own. */
export function hostOf(ctx: Ctx, given: string): string {
  const host = normalHost(given);
  if (host === null)
    throw invalidField("domain", t("Host name must be a host name, such as desk.example.com."), "invalid_format");
  const { adminUrl } = ctx.app.options;
  if (adminUrl !== null && new URL(adminUrl).hostname === host)
    throw invalidField("domain", t("This host name is where operators work; choose another one."), "reserved");
  return host;
}

function safeTag(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? "";
  } catch {
    return "und-x-none";
  }
}

/** The organization as the platform keeps it, or a 404. */
export async function rowOf(
  db: Db,
  id: string,
): Promise<{ id: string; name: string; version: number; suspended_at: string | null; deleting_at: string | null }> {
  const row = await db
    .selectFrom("tenants")
    .select(["id", "name", "version", "suspended_at", "deleting_at"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound(t("This organization"));
  return row;
}

/** The organization as its own requests know it. */
export function tenantOf(ctx: Ctx, id: string): Promise<Tenant> {
  return ctx.app.database.read(id, (db) => loadTenant(ctx.app, db, id));
}
