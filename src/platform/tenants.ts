import type { AllowedNetworks } from "./access/allowed-networks.ts";
import type { App, Tenant } from "./context.ts";
import { address, col, defaulted, link, readOnly, record, secret, table } from "./database/columns.ts";
import { currentLocale } from "./language/index.ts";
import type { Db, TableType } from "./database/tables.ts";

/** The organizations of this installation. A single edition has exactly one. */
export const tenants = table(
  "tenants",
  { id: readOnly(col.id()), name: col.text(), created_at: col.instant(), suspended_at: col.maybe.instant() },
  { isPlatform: true, isAudited: false },
);

/** Which host name belongs to whom; looked up before anybody has signed in. */
export const tenantDomains = table(
  "tenant_domains",
  { domain: col.text(), domain_tenant_id: col.ref("tenants"), created_at: col.instant() },
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
    website: col.maybe.text({ format: "url" }),
    address: address(),
    tax_id: col.maybe.text({ maxLength: 60, label: "Tax ID" }),
    bank_details: col.maybe.text({ maxLength: 1000 }),
    logo_file_id: readOnly(col.maybe.ref("files")),
    timezone: defaulted(col.text({ format: "timezone", label: "Time zone" }), "UTC"),
    currency: defaulted(col.text({ format: "currency" }), "USD"),
    locale: defaulted(col.text(), "en-US"),
    public_url: col.maybe.text({ format: "url", label: "Public URL" }),
    invoice_prefix: defaulted(col.text({ maxLength: 20 }), "INV-"),
    invoice_footer: col.maybe.text({ maxLength: 1000 }),
    payment_terms: defaulted(
      col.enum(["due_on_receipt", "net_15", "net_30", "net_45", "net_60"] as const),
      "net_30" as const,
    ),
    /** Networks that may come in, by door; an empty list lets everybody in. */
    allowed_networks: defaulted(readOnly(col.json<AllowedNetworks>()), {}),
    /** How long the access log of the API is kept, in days. */
    api_log_days: defaulted(readOnly(col.integer()), 90),
    /** The wizard's last finished step, so that it goes on where it was left. */
    setup_step: readOnly(col.maybe.text()),
    set_up_at: readOnly(col.maybe.instant()),
  },
  { noun: "organization" },
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
    password_sealed: secret(col.maybe.text({ maxLength: 2000 })),
    from_name: col.text(),
    from_address: col.text({ format: "email" }),
    is_certificate_checked: defaulted(col.boolean({ label: "Check the server's certificate" }), true),
  },
  { noun: "mail settings" },
);

/** Numbers without gaps, one counter a kind. */
export const counters = table(
  "counters",
  { ...link, counter: col.text(), last_number: col.integer() },
  { isAudited: false },
);

declare module "./database/tables.ts" {
  interface Tables {
    tenants: TableType<typeof tenants>;
    tenant_domains: TableType<typeof tenantDomains>;
    leases: TableType<typeof leases>;
    installation: TableType<typeof installation>;
    organizations: TableType<typeof organizations>;
    mail_settings: TableType<typeof mailSettings>;
    counters: TableType<typeof counters>;
  }
}

/** The id of the single edition's only tenant. */
export async function onlyTenantId(db: Db): Promise<string> {
  const row = await db.selectFrom("tenants").select("id").executeTakeFirstOrThrow();
  return row.id;
}

/** Everything that a context needs to know of a tenant, from inside a read of that tenant. */
export async function loadTenant(app: Pick<App, "options">, db: Db, id: string): Promise<Tenant> {
  const row = await db
    .selectFrom("organizations")
    .select(["name", "timezone", "currency", "locale", "public_url", "set_up_at", "allowed_networks"])
    .executeTakeFirst();
  const organization_locale = row?.locale ?? "en-US";
  return {
    id,
    name: row?.name ?? "Purser",
    timezone: row?.timezone ?? "UTC",
    currency: row?.currency ?? "USD",
    organization_locale,
    get locale() {
      return currentLocale() ?? organization_locale;
    },
    public_url: (row?.public_url ?? app.options.publicUrl).replace(/\/+$/, ""),
    is_set_up: row?.set_up_at != null,
    allowed_networks: row?.allowed_networks ?? {},
  };
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
