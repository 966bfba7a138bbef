import { Type } from "@sinclair/typebox";
import type { AllowedNetworks } from "./access/allowed-networks.ts";
import type { App, Tenant } from "./context.ts";
import { adoptDataKeys } from "./crypto/data-keys.ts";
import { runOnceBuilt } from "./database/once.ts";
import { address, col, defaulted, link, readOnly, record, secret, table, texts } from "./database/columns.ts";
import type { DefaultValues } from "./database/defaults.ts";
import { isOutage } from "./database/failures.ts";
import { notFound } from "./errors.ts";
import { currentLocale, currentZone, t } from "./language/index.ts";
import { complaint } from "./log.ts";
import type { Db, TableType } from "./database/tables.ts";

const network = Type.Object({ network: Type.String(), note: Type.String() });
const networks = Type.Partial(
  Type.Object({ staff: Type.Array(network), portal: Type.Array(network), api: Type.Array(network) }),
);
/** Table → column → value. */
const defaults = Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()));

/** The organizations of this installation. A single edition has exactly one. */
export const tenants = table(
  "tenants",
  {
    id: readOnly(col.id()),
    version: defaulted(readOnly(col.integer()), 1),
    name: col.text({ maxLength: 120, label: "Name" }),
    /** What the operator sells it as; a word of the operator's own. */
    plan: col.maybe.text({ maxLength: 60 }),
    notes: defaulted(col.text({ maxLength: 4000 }), ""),
    /** Limits; null: none, or the installation's own. */
    staff_limit: col.maybe.integer({ label: "Staff seats" }),
    storage_limit_mb: col.maybe.integer({ label: "Storage (MB)" }),
    requests_per_minute: col.maybe.integer({ label: "API requests a minute" }),
    /** Names of the modules that may be switched on; null: all. */
    allowed_modules: col.maybe.json<string[]>({ shape: texts }),
    created_at: readOnly(col.instant()),
    suspended_at: readOnly(col.maybe.instant()),
    /** Why, for the operators among themselves. */
    suspension_reason: readOnly(col.maybe.text({ maxLength: 1000 })),
    /** What the organization's people are told. */
    suspension_message: readOnly(col.maybe.text({ maxLength: 1000 })),
    /** Set when the deletion has begun; there is no way back from it. */
    deleting_at: readOnly(col.maybe.instant()),
    /** The data key that is sealed with now. */
    key_id: secret(col.maybe.text()),
    /** Raised by the database with each change of the organization's configuration. */
    configuration_version: secret(defaulted(readOnly(col.integer()), 1)),
  },
  { isPlatform: true, isConfiguration: true, isAudited: false, noun: "organization" },
);

/** Which host name belongs to whom; looked up before anybody has signed in. */
export const tenantDomains = table(
  "tenant_domains",
  {
    domain: col.text(),
    domain_tenant_id: col.ref("tenants"),
    created_at: col.instant(),
    /** The one that links are made with. */
    is_primary: defaulted(col.boolean(), false),
    /** When the organization has proved that it is theirs, or the operator has said so. */
    verified_at: col.maybe.instant(),
  },
  { isPlatform: true, isAudited: false, noun: "host name" },
);

/** The data keys of organizations, each sealed with the master key. */
export const tenantKeys = table(
  "tenant_keys",
  { for_tenant_id: col.ref("tenants"), key_id: col.text(), wrapped_key: secret(col.text()), created_at: col.instant() },
  { isPlatform: true, isAudited: false },
);

/** When something may be due for an organization: rounds visit only those that have work. */
export const tenantWork = table(
  "tenant_work",
  { for_tenant_id: col.ref("tenants"), due_at: col.instant() },
  { isPlatform: true, isAudited: false },
);

/** Who is doing what only one may do at a time. */
export const leases = table(
  "leases",
  { name: col.text(), holder: col.text(), expires_at: col.instant() },
  { isPlatform: true, isAudited: false },
);

/** Facts about this installation, such as the id of the master key that its secrets are sealed with. */
export const installation = table(
  "installation",
  { fact: col.text(), fact_value: col.text() },
  { isPlatform: true, isAudited: false },
);

/** The organization itself: letterhead, locale and defaults. One row a tenant. */
export const organizations = table(
  "organizations",
  {
    ...record,
    name: col.text({ maxLength: 120, label: "Organization name" }),
    email: col.maybe.text({ format: "email", label: "E-mail" }),
    phone: col.maybe.text({ maxLength: 50 }),
    website: col.maybe.text({ format: "website" }),
    address: address(),
    tax_id: col.maybe.text({ maxLength: 60, label: "Tax ID" }),
    bank_details: col.maybe.text({ maxLength: 1000 }),
    logo_file_id: readOnly(col.maybe.ref("files")),
    timezone: defaulted(col.text({ format: "timezone", label: "Time zone" }), "UTC"),
    currency: defaulted(col.text({ format: "currency" }), "USD"),
    locale: defaulted(col.text({ format: "locale" }), "en-US"),
    public_url: col.maybe.text({ format: "url", label: "Public URL" }),
    invoice_prefix: defaulted(col.text({ maxLength: 20 }), "INV-"),
    invoice_footer: col.maybe.text({ maxLength: 1000 }),
    payment_terms: defaulted(
      col.enum(["due_on_receipt", "net_15", "net_30", "net_45", "net_60"] as const),
      "net_30" as const,
    ),
    brand_color: col.maybe.text({ format: "color", label: "Colour" }),
    /** What clients read at the portal's door and on its first page. */
    portal_welcome: col.maybe.text({ maxLength: 300, isMultiLine: true, label: "Words of welcome" }),
    /** Networks that may come in, by door; an empty list lets everybody in. */
    allowed_networks: defaulted(readOnly(col.json<AllowedNetworks>({ shape: networks })), {}),
    /** What new records start with, by table and column. */
    default_values: defaulted(readOnly(col.json<DefaultValues>({ shape: defaults })), {}),
    /** Modules that are switched off. */
    disabled_modules: defaulted(readOnly(col.json<string[]>({ shape: texts })), []),
    /** How long the access log of the API is kept, in days. */
    api_log_days: defaulted(readOnly(col.integer()), 90),
    /** How long what happened (events, webhooks, read notifications) is kept, in days. */
    events_kept_days: defaulted(readOnly(col.integer()), 90),
    /** The wizard's last finished step, so that it goes on where it was left. */
    setup_step: readOnly(col.maybe.text()),
    set_up_at: readOnly(col.maybe.instant()),
  },
  { noun: "organization", isConfiguration: true, readPermission: "staff" },
);

/** How mail is sent. One row a tenant. */
export const mailSettings = table(
  "mail_settings",
  {
    ...record,
    host: col.text({ label: "SMTP server" }),
    port: col.integer(),
    security: col.enum(["none", "starttls", "tls"] as const),
    username: col.maybe.text({ label: "User name" }),
    password_sealed: secret(col.maybe.text({ maxLength: 2000, sealedFor: "mail-settings" })),
    from_name: col.text(),
    from_address: col.text({ format: "email" }),
    is_certificate_checked: defaulted(col.boolean({ label: "Check the server's certificate" }), true),
  },
  { noun: "mail settings", isConfiguration: true, readPermission: "settings.manage" },
);

/** Numbers without gaps, one counter a kind. */
export const counters = table(
  "counters",
  { ...link, counter: col.text(), last_number: col.integer() },
  { isAudited: false, readPermission: "nobody" },
);

declare module "./database/tables.ts" {
  interface Tables {
    tenants: TableType<typeof tenants>;
    tenant_domains: TableType<typeof tenantDomains>;
    tenant_keys: TableType<typeof tenantKeys>;
    tenant_work: TableType<typeof tenantWork>;
    leases: TableType<typeof leases>;
    installation: TableType<typeof installation>;
    organizations: TableType<typeof organizations>;
    mail_settings: TableType<typeof mailSettings>;
    counters: TableType<typeof counters>;
  }
}

/** Everything that a context needs to know of a tenant, from inside a read of that tenant. */
export async function loadTenant(app: Pick<App, "options" | "keyring">, db: Db, id: string): Promise<Tenant> {
  const [row] = await runOnceBuilt({ db }, "tenant", { id }, (given) =>
    db
      .selectFrom("tenants")
      // While an organization is being deleted its own row may be gone already; that it is suspended still shows.
      .leftJoin("organizations", "organizations.tenant_id", "tenants.id")
      .where("tenants.id", "=", given.id)
      .select([
        "tenants.name as tenant_name",
        "organizations.name",
        "organizations.timezone",
        "organizations.currency",
        "organizations.locale",
        "organizations.public_url",
        "organizations.set_up_at",
        "organizations.allowed_networks",
        "organizations.default_values",
        "organizations.payment_terms",
        "organizations.disabled_modules",
        "organizations.brand_color",
        "organizations.logo_file_id",
        "organizations.portal_welcome",
        "tenants.suspended_at",
        "tenants.deleting_at",
        "tenants.suspension_message",
        "tenants.staff_limit",
        "tenants.storage_limit_mb",
        "tenants.requests_per_minute",
        "tenants.allowed_modules",
        "tenants.key_id",
      ]),
  );
  if (row === undefined) throw notFound(t("An organization at this address"));
  const organization_locale = row.locale ?? "en-US";
  // Of one that is being deleted nothing can be opened any more: its key goes first.
  if (row.key_id !== null && row.deleting_at === null) await adoptDataKeys(app, db, id, row.key_id);
  return {
    id,
    name: row.name ?? row.tenant_name,
    timezone: row.timezone ?? "UTC",
    get zone() {
      return currentZone() ?? row.timezone ?? "UTC";
    },
    currency: row.currency ?? "USD",
    organization_locale,
    get locale() {
      return currentLocale() ?? organization_locale;
    },
    public_url: (row.public_url ?? app.options.publicUrl).replace(/\/+$/, ""),
    is_set_up: row.set_up_at != null,
    allowed_networks: row.allowed_networks ?? {},
    suspension: row.suspended_at == null ? null : { since: row.suspended_at, message: row.suspension_message ?? "" },
    limits: {
      staff: row.staff_limit ?? null,
      storage_mb: row.storage_limit_mb ?? null,
      requests_per_minute: row.requests_per_minute ?? null,
    },
    allowed_modules: row.allowed_modules ?? null,
    default_values: {
      ...row.default_values,
      companies: {
        ...(row.payment_terms === null ? {} : { payment_terms: row.payment_terms, currency: row.currency }),
        ...row.default_values?.["companies"],
      },
    },
    disabled_modules: row.disabled_modules ?? [],
    brand: { color: row.brand_color, logo_file_id: row.logo_file_id, welcome: row.portal_welcome ?? "" },
  };
}

const left = complaint("error", "an organization could not be loaded and is left out");

/**
 * Loads those of several organizations that can be loaded. What is wrong with one of them, whose key is broken or which has
 * been deleted since, keeps nobody else waiting; that the database is away is everybody's trouble, and thrown.
 */
export async function loadTenants(app: App, ids: readonly string[]): Promise<Tenant[]> {
  const loaded: Tenant[] = [];
  for (const id of ids) {
    try {
      loaded.push(await app.database.read(id, (db) => loadTenant(app, db, id)));
    } catch (error) {
      if (isOutage(error)) throw error;
      left({ tenant: id, error: String(error) });
    }
  }
  return loaded;
}

/** The next number of a counter; the row stays locked until the commit, so numbers have no gaps. */
export async function nextNumber(db: Db, counter: string): Promise<number> {
  const row = await db
    .insertInto("counters")
    .values({ counter, last_number: 1 })
    .onConflict((oc) =>
      oc.columns(["tenant_id", "counter"]).doUpdateSet((eb) => ({ last_number: eb("counters.last_number", "+", 1) })),
    )
    .returning("last_number")
    .executeTakeFirstOrThrow();
  return row.last_number;
}
