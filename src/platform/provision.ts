import { offerPermissions } from "./access/roles.ts";
import { type App, systemContext, inUnit, reading } from "./context.ts";
import { insert } from "./database/records.ts";
import { conflict } from "./errors.ts";
import { newId } from "./ids.ts";
import { t } from "./language/index.ts";
import { loadTenant, organizations } from "./tenants.ts";

/** Makes an organization with its standard roles. A domain that somebody else has is a 409. Returns the new tenant's id. */
export async function provisionTenant(
  app: App,
  given: { name: string; domain: string | null; public_url: string | null },
): Promise<string> {
  const id = newId();
  const now = app.clock.now();
  await app.database.platform(async (db) => {
    if (given.domain !== null) {
      const taken = await db
        .selectFrom("tenant_domains")
        .select("domain")
        .where("domain", "=", given.domain)
        .executeTakeFirst();
      if (taken !== undefined)
        throw conflict(
          t("The domain {domain} belongs to another organization.", { domain: given.domain }),
          "duplicate",
        );
    }
    await db.insertInto("tenants").values({ id, name: given.name, created_at: now }).execute();
    if (given.domain !== null) {
      await db
        .insertInto("tenant_domains")
        .values({ domain: given.domain, domain_tenant_id: id, created_at: now })
        .execute();
    }
  });
  const tenant = {
    id,
    name: given.name,
    timezone: "UTC",
    currency: "USD",
    organization_locale: "en-US",
    locale: "en-US",
    public_url: given.public_url ?? app.options.publicUrl,
    is_set_up: false,
    allowed_networks: {},
  };
  await inUnit(systemContext(app, tenant), async (work) => {
    await insert(work, organizations, { name: given.name, public_url: given.public_url });
    await offerPermissions(work);
  });
  return id;
}

/** Brings an organization's roles up to date with this version's permissions; done at every start. */
export async function refreshTenant(app: App, id: string): Promise<void> {
  const tenant = await app.database.read(id, (db) => loadTenant(app, db, id));
  const ctx = systemContext(app, tenant);
  const known = await reading(ctx, (reader) =>
    reader.db.selectFrom("offered_permissions").select("permission").execute(),
  );
  if (known.length === app.registry.permissions.size) return;
  await inUnit(ctx, offerPermissions);
}
