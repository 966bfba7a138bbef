import { type Kysely, sql } from "kysely";
import { migrations } from "#generated/migrations.ts";
import { newId } from "../../src/platform/ids.ts";
import { testNow } from "./program.ts";

/** An organization from before there were portal roles, as that version's database holds it. */

export const olderMigrations = Object.fromEntries(
  Object.entries(migrations).filter(([name]) => name < "20261125T0800"),
);
export const olderIds = {
  tenant: newId(),
  technician: newId(),
  administrator: newId(),
  finance: newId(),
  tess: newId(),
};
export const olderPortal = { company: newId(), contact: newId(), user: newId() };

/** As the version before wrote it: technicians were offered `tickets.write`, and somebody has taken it away. */
export async function fillOlder(db: Kysely<unknown>): Promise<void> {
  const insert = async (table: string, row: Record<string, unknown>): Promise<void> => {
    const names = sql.join(Object.keys(row).map((name) => sql.ref(name)));
    await sql`insert into ${sql.table(table)} (${names}) values (${sql.join(Object.values(row))})`.execute(db);
  };
  const own = { tenant_id: olderIds.tenant };
  const record = (id: string): Record<string, unknown> => ({
    ...own,
    id,
    version: 1,
    created_at: testNow,
    updated_at: testNow,
  });
  await insert("tenants", { id: olderIds.tenant, name: "Harbor IT", created_at: testNow });
  await insert("organizations", { ...record(newId()), name: "Harbor IT", set_up_at: testNow });
  for (const permission of ["tickets.read", "tickets.write", "companies.read", "billing.read", "staff.manage"])
    await insert("offered_permissions", { ...own, permission });
  const roles = {
    administrator: ["staff.manage", "tickets.read"],
    technician: ["tickets.read"],
    finance: ["billing.read"],
  };
  for (const [key, permissions] of Object.entries(roles)) {
    const role_id = olderIds[key as keyof typeof roles];
    await insert("roles", { ...record(role_id), role_key: key, name: key });
    for (const permission of permissions) await insert("role_permissions", { ...own, role_id, permission });
  }
  const person = { name: "Tess", email: "tess@harbor.test", password_hash: "x" };
  await insert("users", { ...record(olderIds.tess), ...person, user_type: "staff" });
  await insert("user_roles", { ...own, user_id: olderIds.tess, role_id: olderIds.technician });
  await insert("companies", {
    ...record(olderPortal.company),
    name: "Nordwind",
    name_key: "nordwind",
    currency: "EUR",
  });
  await insert("sites", {
    ...record(newId()),
    company_id: olderPortal.company,
    name: "Läger West",
    address: JSON.stringify({ city: "Kiel" }),
  });
  await insert("contacts", {
    ...record(olderPortal.contact),
    company_id: olderPortal.company,
    first_name: "Annika",
    is_portal_user: sql`true`,
  });
  await insert("users", {
    ...record(olderPortal.user),
    user_type: "portal",
    name: "Annika",
    email: "annika@nordwind.test",
    password_hash: "x",
    contact_id: olderPortal.contact,
  });
}
