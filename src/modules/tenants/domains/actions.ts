import { Type } from "@sinclair/typebox";
import { type AuditAction, writeAuditEntry } from "../../../platform/access/audit.ts";
import { system } from "../../../platform/access/actor.ts";
import { countAttempt, type Limit } from "../../../platform/access/limits.ts";
import type { Ctx } from "../../../platform/context.ts";
import { contextOf, inUnit } from "../../../platform/context.ts";
import { newToken } from "../../../platform/crypto/tokens.ts";
import { update } from "../../../platform/database/records.ts";
import type { Db } from "../../../platform/database/tables.ts";
import { conflict, Failure, invalidField, notFound } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { organizations } from "../../../platform/tenants.ts";
import { checked, hostOf, rowOf, tenantOf } from "../actions.ts";
import { logDoing } from "../log.ts";
import { isClaimable, urlAt } from "../rules.ts";
import { findProof } from "./proof.ts";

/**
 * An organization's host names. `tenant_domains` holds only names that lead to somebody; what is claimed and not yet proved
 * stands in `domain_claims`, where several may claim the same: the first to prove it has it.
 */

export interface Domain {
  domain: string;
  is_primary: boolean;
  created_at: string;
}

export interface Claim {
  domain: string;
  proof: string;
  last_problem: string;
  last_tried_at: string | null;
}

/** The host names of an organization, the primary one first. */
export async function domainsOf(db: Db, tenantId: string): Promise<Domain[]> {
  return db
    .selectFrom("tenant_domains")
    .select(["domain", "is_primary", "created_at"])
    .where("domain_tenant_id", "=", tenantId)
    .orderBy("is_primary", "desc")
    .orderBy("domain")
    .execute();
}

/** The host names that it has asked for and not proved yet. */
export async function claimsOf(db: Db, tenantId: string): Promise<Claim[]> {
  return db
    .selectFrom("domain_claims")
    .select(["domain", "proof", "last_problem", "last_tried_at"])
    .where("for_tenant_id", "=", tenantId)
    .orderBy("domain")
    .execute();
}

export const domainInput = Type.Object(
  { id: Type.String({ format: "uuid" }), domain: Type.String({ minLength: 1, maxLength: 253, title: "Host name" }) },
  { additionalProperties: false },
);

/** An operator gives an organization a name without a proof: who runs the installation knows whose it is. */
export async function addDomain(ctx: Ctx, input: unknown): Promise<void> {
  const given = checked<{ id: string; domain: string }>(ctx, domainInput, input);
  const domain = hostOf(ctx, given.domain);
  await ctx.app.database.platform(async (db) => {
    const row = await rowOf(db, given.id);
    await take(ctx, db, given.id, domain);
    await logDoing(ctx, db, "tenants.domain_added", row, { domain });
  });
  await tell(ctx, given.id, "create", null, { name: domain, state: "verified" });
}

/** Takes a name away; the primary one only after another has become that. */
export async function removeDomain(ctx: Ctx, input: unknown): Promise<void> {
  const { id, domain } = checked<{ id: string; domain: string }>(ctx, domainInput, input);
  await ctx.app.database.platform(async (db) => {
    const row = await rowOf(db, id);
    await drop(db, id, domain);
    await logDoing(ctx, db, "tenants.domain_removed", row, { domain });
  });
  await tell(ctx, id, "delete", { name: domain, state: "verified" }, null);
}

/** Makes a name the one that links are made with. */
export async function makePrimary(ctx: Ctx, input: unknown): Promise<void> {
  const { id, domain } = checked<{ id: string; domain: string }>(ctx, domainInput, input);
  await choosePrimary(ctx, id, domain);
  await ctx.app.database.platform(async (db) =>
    logDoing(ctx, db, "tenants.domain_primary", await rowOf(db, id), { domain }),
  );
}

/** An organization says that a name is its own, and is told how to prove it. */
export async function claimDomain(ctx: Ctx, given: string): Promise<string> {
  const domain = hostOf(ctx, given);
  if (!isClaimable(domain))
    throw invalidField("domain", t("Choose a name of your own, such as desk.example.com."), "invalid_format");
  const isNew = await ctx.app.database.platform(async (db) => {
    const own = await db
      .selectFrom("tenant_domains")
      .select("domain_tenant_id")
      .where("domain", "=", domain)
      .executeTakeFirst();
    if (own?.domain_tenant_id === ctx.tenant.id)
      throw invalidField("domain", t("This name leads here already."), "duplicate");
    // Whether somebody else has it is told only to who can prove that it is theirs.
    const { count } = await db
      .selectFrom("domain_claims")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("for_tenant_id", "=", ctx.tenant.id)
      .executeTakeFirstOrThrow();
    if (Number(count) >= mostClaims)
      throw conflict(t("Verify or withdraw the names that wait before you add another one."), "too_many_claims");
    const made = await db
      .insertInto("domain_claims")
      .values({
        for_tenant_id: ctx.tenant.id,
        domain,
        proof: newToken(),
        created_at: ctx.app.clock.now(),
        last_problem: "",
      })
      .onConflict((oc) => oc.columns(["for_tenant_id", "domain"]).doNothing())
      .returning("domain")
      .executeTakeFirst();
    return made !== undefined;
  });
  if (isNew) await tell(ctx, ctx.tenant.id, "create", null, { name: domain, state: "claimed" });
  return domain;
}

const mostClaims = 10;
const attempts: Limit = { attempts: 30, seconds: 900 };

/**
 * Looks for the proof in DNS and on the web; when it is in one of them the name leads to the organization. No transaction is
 * open meanwhile. An attempt calls an address that somebody has typed, so there are not many in a while.
 */
export async function verifyDomain(ctx: Ctx, domain: string): Promise<void> {
  const { app, tenant } = ctx;
  const claim = await app.database.platform((db) => claimNamed(db, tenant.id, domain));
  await countAttempt(app, `domain-proof:${tenant.id}`, attempts);
  const { by, problem } = await findProof(app, domain, claim.proof);
  const isTaken = await app.database.platform(async (db) => {
    const last_tried_at = app.clock.now();
    await db
      .updateTable("domain_claims")
      .set({ last_tried_at, last_problem: problem.slice(0, 500) })
      .where("for_tenant_id", "=", tenant.id)
      .where("domain", "=", domain)
      .execute();
    if (problem !== "") return false;
    // Of two at the same moment only one inserts; the other one waits for it and then finds the name taken.
    const taken = await db
      .insertInto("tenant_domains")
      .values({ domain, domain_tenant_id: tenant.id, created_at: last_tried_at, verified_at: last_tried_at })
      .onConflict((oc) => oc.column("domain").doNothing())
      .returning("domain")
      .executeTakeFirst();
    if (taken === undefined) return true;
    await db.deleteFrom("domain_claims").where("for_tenant_id", "=", tenant.id).where("domain", "=", domain).execute();
    await logDoing(ctx, db, "tenants.domain_verified", { id: tenant.id, name: tenant.name }, { domain, by });
    return false;
  });
  if (problem !== "") throw new Failure(409, "not_verified", problem);
  if (isTaken)
    throw conflict(
      t("{domain} leads to another organization of this installation. Ask whoever runs it.", { domain }),
      "duplicate",
    );
  await tell(ctx, tenant.id, "update", { name: domain, state: "claimed" }, { name: domain, state: "verified", by });
}

/** What an organization has still to prove of a name. @throws Failure 404 when it has claimed no such name */
export async function claimNamed(db: Db, tenantId: string, domain: string): Promise<{ proof: string }> {
  const claim = await db
    .selectFrom("domain_claims")
    .select("proof")
    .where("for_tenant_id", "=", tenantId)
    .where("domain", "=", domain)
    .executeTakeFirst();
  if (claim === undefined) throw notFound(t("This host name"));
  return claim;
}

/** An organization gives a name back, proved or not. */
export async function withdrawDomain(ctx: Ctx, domain: string): Promise<void> {
  const state = await ctx.app.database.platform(async (db) => {
    const claimed = await db
      .deleteFrom("domain_claims")
      .where("for_tenant_id", "=", ctx.tenant.id)
      .where("domain", "=", domain)
      .executeTakeFirst();
    if (claimed.numDeletedRows > 0n) return "claimed";
    await drop(db, ctx.tenant.id, domain);
    await logDoing(ctx, db, "tenants.domain_removed", { id: ctx.tenant.id, name: ctx.tenant.name }, { domain });
    return "verified";
  });
  await tell(ctx, ctx.tenant.id, "delete", { name: domain, state }, null);
}

/** The name that links are made with: marked, and the organization's public address set to it. */
export async function choosePrimary(ctx: Ctx, tenantId: string, domain: string): Promise<void> {
  const { app } = ctx;
  await app.database.platform(async (db) => {
    const known = (await domainsOf(db, tenantId)).some((one) => one.domain === domain);
    if (!known) throw notFound(t("This host name"));
    const own = db.updateTable("tenant_domains").where("domain_tenant_id", "=", tenantId);
    await own.set({ is_primary: false }).where("domain", "<>", domain).execute();
    await own.set({ is_primary: true }).where("domain", "=", domain).execute();
  });
  const organization = await inOrganization(ctx, tenantId);
  await inUnit(organization, async (work) => {
    const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
    await update(work, organizations, id, { public_url: urlAt(domain, organization.tenant.public_url) });
  });
}

/** In the organization, in the name of whoever of it asks; an operator is nobody there. */
async function inOrganization(ctx: Ctx, tenantId: string): Promise<Ctx> {
  const actor = ctx.actor.kind === "staff" ? ctx.actor : { ...system, name: "Operator" };
  return contextOf(ctx.app, await tenantOf(ctx, tenantId), actor, ctx.request);
}

/** Which names lead to an organization is written down in its own audit log: what operators read, it does not see. */
async function tell(
  ctx: Ctx,
  tenantId: string,
  action: AuditAction,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): Promise<void> {
  await inUnit(await inOrganization(ctx, tenantId), (work) =>
    writeAuditEntry(work, action, "tenant_domains", "", before, after),
  );
}

async function take(ctx: Ctx, db: Db, tenantId: string, domain: string): Promise<void> {
  const now = ctx.app.clock.now();
  const taken = await db
    .insertInto("tenant_domains")
    .values({ domain, domain_tenant_id: tenantId, created_at: now, verified_at: now })
    .onConflict((oc) => oc.column("domain").doNothing())
    .returning("domain")
    .executeTakeFirst();
  if (taken === undefined) {
    const own = (await domainsOf(db, tenantId)).some((one) => one.domain === domain);
    throw invalidField(
      "domain",
      own ? t("This name leads here already.") : t("The domain {domain} belongs to another organization.", { domain }),
      "duplicate",
    );
  }
  await db.deleteFrom("domain_claims").where("for_tenant_id", "=", tenantId).where("domain", "=", domain).execute();
}

async function drop(db: Db, tenantId: string, domain: string): Promise<void> {
  const row = (await domainsOf(db, tenantId)).find((one) => one.domain === domain);
  if (row === undefined) throw notFound(t("This host name"));
  if (row.is_primary)
    throw conflict(t("Links are made with this name. Choose another one for that first."), "primary_domain");
  await db
    .deleteFrom("tenant_domains")
    .where("domain_tenant_id", "=", tenantId)
    .where("domain", "=", domain)
    .where("is_primary", "=", false)
    .execute();
}
