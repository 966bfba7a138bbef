import type { Ctx, Work } from "../context.ts";
import { insert } from "../database/records.ts";
import { newId } from "../ids.ts";
import { declared, t } from "../language/index.ts";
import type { StandardRole } from "../module.ts";
import { roles } from "./schema.ts";

interface RoleText {
  user_type: "staff" | "portal";
  name: string;
  description: string;
}

/** The standard roles of PRD 3.1.2; the platform's Super Admin is none of an organization's. */
export const standardRoles: Record<StandardRole, RoleText> = {
  administrator: {
    user_type: "staff",
    name: declared("Administrator"),
    description: "Everything in this organization, including its settings and its people.",
  },
  manager: { user_type: "staff", name: declared("Manager"), description: "Oversight of teams, reports and approvals." },
  technician: {
    user_type: "staff",
    name: declared("Technician"),
    description: "Service delivery: tickets, time and the clients' records.",
  },
  dispatcher: {
    user_type: "staff",
    name: declared("Dispatcher"),
    description: "Calendar, assignments and scheduling: who does what, and when.",
  },
  sales: { user_type: "staff", name: declared("Sales"), description: "Accounts: clients, contacts and contracts." },
  finance: { user_type: "staff", name: declared("Finance"), description: "Billing, payments and financial reports." },
  client_admin: {
    user_type: "portal",
    name: declared("Client admin"),
    description: "All of the company's requests and invoices, and who of its people may use the portal.",
  },
  client_user: { user_type: "portal", name: declared("Client user"), description: "The person's own requests." },
};

const standardTexts: ReadonlySet<string> = new Set(
  Object.values(standardRoles).flatMap(({ name, description }) => [name, description]),
);

/** The name or description of a role: a standard one's in the reader's language, for as long as nobody has changed it. */
export function roleWords(text: string): string {
  return standardTexts.has(text) ? t(text) : text;
}

const roleKeys = Object.keys(standardRoles) as StandardRole[];

type Offer = `${StandardRole} ${string}`;
const offersOf = (ctx: Ctx): Offer[] =>
  roleKeys.flatMap((key) => [...ctx.app.registry.grants[key]].map((permission): Offer => `${key} ${permission}`));

async function offeredSoFar(ctx: Ctx): Promise<Set<string>> {
  const rows = await ctx.db.selectFrom("offered_grants").select(["role_key", "permission"]).execute();
  return new Set(rows.map((row) => `${row.role_key} ${row.permission}`));
}

/** Whether this version has a standard role or a permission for one that the organization does not know yet. */
export async function hasNewOffers(ctx: Ctx): Promise<boolean> {
  const known = await ctx.db.selectFrom("roles").select("role_key").where("role_key", "is not", null).execute();
  if (known.length < roleKeys.length) return true;
  const offered = await offeredSoFar(ctx);
  return offersOf(ctx).some((offer) => !offered.has(offer));
}

/**
 * Makes the standard roles and offers each the permissions that it has not been offered before: a new organization gets
 * all of them, an upgraded one the new roles and what is new for those it has, and what somebody took away stays away.
 */
export async function offerPermissions(work: Work): Promise<void> {
  const offered = await offeredSoFar(work);
  for (const key of roleKeys) {
    const known = await work.db.selectFrom("roles").select("id").where("role_key", "=", key).executeTakeFirst();
    const id = known?.id ?? (await makeStandardRole(work, key));
    for (const permission of work.app.registry.grants[key]) {
      if (offered.has(`${key} ${permission}`)) continue;
      await work.db.insertInto("offered_grants").values({ role_key: key, permission }).execute();
      await work.db
        .insertInto("role_permissions")
        .values({ role_id: id, permission })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }
}

async function makeStandardRole(work: Work, key: StandardRole): Promise<string> {
  const { name, ...rest } = standardRoles[key];
  const taken = await work.db.selectFrom("roles").select("id").where("name", "=", name).executeTakeFirst();
  const free = taken === undefined ? name : `${name} (standard)`;
  const role = await insert(work, roles, { id: newId(), role_key: key, name: free, ...rest });
  if (key === "client_user") await keepWhatClientsSee(work);
  return role.id;
}

/**
 * Portal users from before there were roles for them saw all of their company's tickets and invoices, and said nothing
 * about who else comes in. They keep exactly that, by a role of its own: Client admin would be more, Client user less.
 */
async function keepWhatClientsSee(work: Work): Promise<void> {
  const people = await work.db.selectFrom("users").select("id").where("user_type", "=", "portal").execute();
  if (people.length === 0) return;
  const role = await insert(work, roles, {
    user_type: "portal",
    name: declared("Client colleague"),
    description: t("All of the company's requests and invoices."),
  });
  const permissions = [...work.app.registry.portalPermissions.keys()].filter((name) => seenBefore.has(name));
  for (const permission of permissions)
    await work.db.insertInto("role_permissions").values({ role_id: role.id, permission }).execute();
  for (const person of people)
    await work.db.insertInto("user_roles").values({ user_id: person.id, role_id: role.id }).execute();
}

const seenBefore: ReadonlySet<string> = new Set(["portal.tickets.company", "portal.invoices"]);
