import { contractItems, contracts } from "../modules/contracts/index.ts";
import { writeAuditEntry } from "../platform/access/audit.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { type App, inUnit, systemContext, type Tenant, type Work } from "../platform/context.ts";
import { hashPassword } from "../platform/crypto/passwords.ts";
import { inLanguage, localeFor } from "../platform/language/index.ts";
import { loadTenant } from "../platform/tenants.ts";
import { writeAccounts } from "./accounts.ts";
import { type Agreement, castAgreements } from "./agreements.ts";
import { billsOf } from "./bills.ts";
import { type Bulk, bulkInto, withoutIndexes } from "./bulk.ts";
import { calendarOf } from "./calendar.ts";
import { castClients, type Client, writeClients } from "./clients.ts";
import { writeTickets } from "./desk.ts";
import { inventFields, relate, writeJournal } from "./journal.ts";
import { letterheadOf } from "./document.ts";
import type { StaffRole } from "../platform/module.ts";
import { dateBack, hire, letClientsIn, readLists, setUp, type Staff } from "./setup.ts";
import { type SizeName, sizes } from "./sizes.ts";
import { formTeams } from "./teams.ts";

export { isSizeName, type SizeName } from "./sizes.ts";

/** How somebody of the demo signs in. */
export interface SignIn {
  role: StaffRole | "portal";
  url: string;
  email: string;
  password: string;
}

export interface Demo {
  sign_ins: SignIn[];
  /** How many rows were written in bulk. */
  rows: number;
}

/**
 * Writes a provider's year into an organization without data, all of it or nothing: the same for the same seed, counted
 * back from the present day. Nothing is mailed, and no event is raised. The password is everybody's of the demo.
 *
 * @throws OperatorProblem when the organization has companies already
 */
export async function writeDemo(
  app: App,
  tenantId: string,
  given: { size: SizeName; seed: number; password: string },
): Promise<Demo> {
  const passwordHash = await hashPassword(given.password);
  const tenant = await app.database.read(tenantId, (db) => loadTenant(app, db, tenantId));
  return inUnit(systemContext(app, tenant), (joined) =>
    withoutIndexes(joined, () => write(joined, { ...given, passwordHash })),
  );
}

interface Given {
  size: SizeName;
  seed: number;
  password: string;
  passwordHash: string;
}

async function write(joined: Work, { size: name, seed, password, passwordHash }: Given): Promise<Demo> {
  const company = await joined.db.selectFrom("companies").select("id").limit(1).executeTakeFirst();
  if (company !== undefined)
    throw new OperatorProblem("failed", "this organization has companies already; demo data is only for an empty one");
  const size = sizes[name];
  const { work, administrator } = await setUp(joined, passwordHash);
  const staff = await hire(work, administrator, { size, seed, passwordHash });
  const teams = await formTeams(work, staff);
  const { tenant } = work;
  const lists = await readLists(work);
  const calendar = calendarOf(work.app.clock.now(), tenant.timezone, size.months);
  await dateBack(work, staff, { calendar, seed });
  const bulk = await bulkInto(work);

  const cast = castClients({ size, seed, calendar, staff, currency: tenant.currency, passwordHash });
  const { clients } = cast;
  const common = { size, seed, calendar, clients, tenantId: tenant.id };
  const agreements = castAgreements({ ...common, lastNumber: await lastNumber(work, "contract") });
  relate(clients);
  await inventFields(work, clients, seed);
  await writeClients(bulk, cast);
  await letClientsIn(work, clients);
  await writeAgreements(bulk, agreements);
  await linkClients(work, clients, agreements);

  const lastTicket = await lastNumber(work, "ticket");
  const { bills, unbilled } = billsOf({
    ...common,
    agreements,
    logged: await writeTickets(bulk, { ...common, agreements, staff, teams, lists, lastTicket }),
    monthly: size.monthly,
    handWritten: size.handWritten,
  });
  const { invoice_prefix: prefix } = await work.db
    .selectFrom("organizations")
    .select("invoice_prefix")
    .executeTakeFirstOrThrow();
  const accounts = {
    seed,
    bills,
    unbilled,
    staff,
    books: { calendar, lists, tenantId: tenant.id, prefix, finance: staff.finance },
    letterhead: await letterheadOf(work),
    lastNumber: await lastNumber(work, "invoice"),
  };
  // Lines name their periods as the letterhead's country writes dates.
  const locale = localeFor("en", tenant.organization_locale);
  const lastInvoice = await inLanguage("en", locale, () => writeAccounts(bulk, accounts));

  await writeJournal(work, bulk, { clients, calendar, staff, seed });
  await setCounter(work, "contract", (await lastNumber(work, "contract")) + agreements.length);
  await setCounter(work, "ticket", lastTicket + size.tickets);
  await setCounter(work, "invoice", lastInvoice);
  writeAuditEntry(work, "create", "demo_data", "", null, { size: name, seed, rows: bulk.count });
  return { sign_ins: signInsOf(tenant, staff, clients, password), rows: bulk.count };
}

async function writeAgreements(bulk: Bulk, agreements: readonly Agreement[]): Promise<void> {
  const rows = agreements.map(({ contract }) => contract);
  await bulk.rows(contracts, rows);
  await bulk.rows(
    contractItems,
    agreements.flatMap(({ items }) => items),
  );
  await bulk.documents(contracts, rows);
}

/** Companies refer to their people and contracts, and people to their accounts: what could not be there before. */
async function linkClients({ db }: Work, clients: readonly Client[], agreements: readonly Agreement[]): Promise<void> {
  const active = new Map(
    agreements
      .filter(({ contract }) => contract.status === "active")
      .map(({ contract }) => [contract.company_id, contract.id]),
  );
  for (const { company, contacts } of clients) {
    const { id, default_billing_contact_id, default_technical_contact_id } = company;
    const contract_id = active.get(id) ?? null;
    await db
      .updateTable("companies")
      .set({ contract_id, default_billing_contact_id, default_technical_contact_id })
      .where("id", "=", id)
      .execute();
    for (const { id: contactId, portal_user_id } of contacts) {
      if (portal_user_id != null)
        await db.updateTable("contacts").set({ portal_user_id }).where("id", "=", contactId).execute();
    }
  }
}

/** The last number that a counter has given, zero for none. */
async function lastNumber({ db }: Work, counter: string): Promise<number> {
  const row = await db.selectFrom("counters").select("last_number").where("counter", "=", counter).executeTakeFirst();
  return row?.last_number ?? 0;
}

/** Lets a counter go on behind what was written. */
async function setCounter({ db }: Work, counter: string, last_number: number): Promise<void> {
  await db
    .insertInto("counters")
    .values({ counter, last_number })
    .onConflict((oc) => oc.columns(["tenant_id", "counter"]).doUpdateSet({ last_number }))
    .execute();
}

function signInsOf(tenant: Tenant, staff: Staff, clients: readonly Client[], password: string): SignIn[] {
  const signIn = (role: SignIn["role"], email: string | null | undefined): SignIn[] =>
    email == null
      ? []
      : [{ role, url: `${tenant.public_url}${role === "portal" ? "/portal" : ""}/sign-in`, email, password }];
  return [
    ...signIn("administrator", staff.administrator.email),
    ...signIn("manager", staff.manager.email),
    ...signIn("technician", staff.technicians[0]?.email),
    ...signIn("dispatcher", staff.dispatcher.email),
    ...signIn("sales", staff.sales.email),
    ...signIn("finance", staff.finance[0]?.email),
    ...signIn("portal", clients[0]?.contacts.find((contact) => contact.is_portal_user)?.email),
  ];
}
