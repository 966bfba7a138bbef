import { hasNewOffers, offerPermissions } from "./access/roles.ts";
import { noBrand } from "./brand.ts";
import { type App, inUnit, reading, systemContext, type Tenant } from "./context.ts";
import { adoptDataKeys, giveDataKey } from "./crypto/data-keys.ts";
import { insert } from "./database/records.ts";
import type { Db } from "./database/tables.ts";
import { conflict } from "./errors.ts";
import { newId } from "./ids.ts";
import { t } from "./language/index.ts";
import { loadTenant, organizations } from "./tenants.ts";

export interface NewTenant {
  name: string;
  /** Host name, as it is kept; null in the single edition. */
  domain: string | null;
  public_url: string | null;
  timezone?: string;
  currency?: string;
  locale?: string;
  plan?: string | null;
  notes?: string;
  staff_limit?: number | null;
  storage_limit_mb?: number | null;
  requests_per_minute?: number | null;
}

/**
 * Makes an organization with its key and its standard roles. A domain that somebody else has is a 409. What an earlier
 * attempt at the same id (`wanted`) left half done is completed; without a domain that is the installation's only one. Returns the tenant's id.
 */
export async function provisionTenant(app: App, given: NewTenant, wanted = newId()): Promise<string> {
  const now = app.clock.now();
  const { name, domain, public_url, timezone, currency, locale, ...kept } = given;
  const id = await app.database.platform(async (db) => {
    const known = await db
      .selectFrom("tenants")
      .select("id")
      .$if(domain !== null, (query) => query.where("id", "=", wanted))
      .executeTakeFirst();
    const id = known?.id ?? wanted;
    if (known === undefined) {
      if (domain !== null) {
        const taken = await db
          .selectFrom("tenant_domains")
          .select("domain")
          .where("domain", "=", domain)
          .executeTakeFirst();
        if (taken !== undefined)
          throw conflict(t("The domain {domain} belongs to another organization.", { domain }), "duplicate");
      }
      await db
        .insertInto("tenants")
        .values({ id, name, created_at: now, ...kept })
        .execute();
      await db.insertInto("tenant_work").values({ for_tenant_id: id, due_at: now }).execute();
      if (domain !== null) {
        await db
          .insertInto("tenant_domains")
          .values({ domain, domain_tenant_id: id, created_at: now, is_primary: true, verified_at: now })
          .execute();
      }
    }
    await giveDataKey(app, db, id);
    return id;
  });
  const tenant: Tenant = {
    id,
    name,
    timezone: timezone ?? "UTC",
    zone: timezone ?? "UTC",
    currency: currency ?? "USD",
    organization_locale: locale ?? "en-US",
    locale: locale ?? "en-US",
    public_url: public_url ?? app.options.publicUrl,
    is_set_up: false,
    allowed_networks: {},
    suspension: null,
    limits: { staff: null, storage_mb: null, requests_per_minute: null },
    allowed_modules: null,
    default_values: {},
    disabled_modules: [],
    brand: noBrand,
  };
  await inUnit(systemContext(app, tenant), async (work) => {
    if (await hasOrganization(work.db)) return;
    const chosen = { ...(timezone && { timezone }), ...(currency && { currency }), ...(locale && { locale }) };
    await insert(work, organizations, { name, public_url, ...chosen });
    await offerPermissions(work);
  });
  return id;
}

async function hasOrganization(db: Db): Promise<boolean> {
  return (await db.selectFrom("organizations").select("id").executeTakeFirst()) !== undefined;
}

/**
 * Makes the single edition's organization, unless it is there. A start that was killed can have left it without its record,
 * and a command can make it at the same moment as the server.
 */
export async function provisionOnly(app: App): Promise<void> {
  const known = await app.database.platform((db) => db.selectFrom("tenants").select("id").executeTakeFirst());
  if (known !== undefined && (await app.database.read(known.id, hasOrganization))) return;
  await provisionTenant(app, { name: "Purser", domain: null, public_url: null });
}

/**
 * Brings an organization's roles up to date with this version's permissions, gives it a data key when it comes from before
 * there were any, and opens the key; done at every start. Throws when the key is missing or cannot be opened.
 */
export async function refreshTenant(app: App, id: string): Promise<void> {
  await app.database.platform(async (db) => {
    await giveDataKey(app, db, id);
    const { key_id } = await db.selectFrom("tenants").select("key_id").where("id", "=", id).executeTakeFirstOrThrow();
    await adoptDataKeys(app, db, id, key_id ?? "");
  });
  const tenant = await app.database.read(id, (db) => loadTenant(app, db, id));
  const ctx = systemContext(app, tenant);
  if (!(await reading(ctx, hasNewOffers))) return;
  await inUnit(ctx, offerPermissions);
}
