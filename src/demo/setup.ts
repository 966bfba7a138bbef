import { addAll } from "../platform/reference.ts";
import { createRateCard, type RateBook } from "../modules/contracts/index.ts";
import { createTaxRate } from "../modules/billing/index.ts";
import { updateOrganization } from "../modules/settings/index.ts";
import { createFirstAdministrator, finishStep } from "../modules/setup/index.ts";
import { setRoles } from "../modules/staff/index.ts";
import { users } from "../platform/access/schema.ts";
import { perform } from "../platform/action.ts";
import type { Work } from "../platform/context.ts";
import { insert } from "../platform/database/records.ts";
import type { Calendar } from "./calendar.ts";
import type { Client } from "./clients.ts";
import { chosenAt } from "./people.ts";
import type { StandardRole } from "../platform/module.ts";
import { loadTenant } from "../platform/tenants.ts";
import { firstNames, lastNames } from "./cast/people.ts";
import { randomOf } from "./random.ts";
import { slugOf } from "./slug.ts";
import type { Size } from "./sizes.ts";

export interface Person {
  id: string;
  name: string;
  email: string;
}

export interface Staff {
  administrator: Person;
  manager: Person;
  technicians: Person[];
  dispatcher: Person;
  sales: Person;
  finance: Person[];
}

/** Where the staff of the demo have their mailboxes: a domain that no mail can reach (RFC 2606). */
const staffDomain = "harborit.example";

/**
 * Finishes the set-up of an organization that has no administrator yet, as Harbor IT; of one that has, only what is
 * missing is added. Mail stays unset, so nothing is ever sent. Answers the same work for the organization as it is now.
 */
export async function setUp(work: Work, passwordHash: string): Promise<{ work: Work; administrator: Person }> {
  const person = { name: "Morgan Hale", email: `morgan.hale@${staffDomain}`, password_hash: passwordHash };
  const administrator = work.tenant.is_set_up
    ? await staffMember(work, person, "administrator")
    : await perform(work, createFirstAdministrator, { token: null, ...person });
  if (!work.tenant.is_set_up) await perform(work, updateOrganization, organization);
  const ready: Work = { ...work, tenant: await loadTenant(work.app, work.db, work.tenant.id) };
  for (const set of work.app.registry.reference) await addAll(ready, set);
  await addMoney(ready);
  if (!work.tenant.is_set_up) await perform(ready, finishStep, { step: "done" });
  const id = "user_id" in administrator ? administrator.user_id : administrator.id;
  return { work: ready, administrator: { id, name: person.name, email: person.email } };
}

const organization = {
  name: "Harbor IT",
  email: `office@${staffDomain}`,
  phone: "+1 207 555 0100",
  website: `https://${staffDomain}`,
  address: { line1: "14 Custom House Wharf", city: "Portland", region: "ME", postal_code: "04101", country: "US" },
  tax_id: "01-0555019",
  bank_details: "Casco Savings Bank\nRouting 011200000 (not a real one)\nAccount 0055501900",
  timezone: "America/New_York",
  currency: "USD",
  locale: "en-US",
  invoice_footer: "Thank you for working with us. Questions? office@harborit.example",
};

/** Hourly rates by the name of the standard work types. */
const hourlyRates: Readonly<Record<string, string>> = {
  "Remote support": "125",
  "On-site support": "145",
  "Project work": "150",
  Travel: "75",
};

/** A standard tax rate and a standard rate card, unless the organization has its own. */
async function addMoney(work: Work): Promise<void> {
  const tax = await work.db.selectFrom("tax_rates").select("id").where("is_default", "=", true).executeTakeFirst();
  if (tax === undefined) await perform(work, createTaxRate, { name: "Sales tax", rate: "5.5", is_default: true });
  const card = await work.db.selectFrom("rate_cards").select("id").where("is_default", "=", true).executeTakeFirst();
  if (card !== undefined) return;
  const types = await work.db.selectFrom("work_types").select(["id", "name"]).execute();
  const rates = Object.fromEntries(
    types.flatMap(({ id, name }) => (hourlyRates[name] === undefined ? [] : [[id, hourlyRates[name]]])),
  );
  await perform(work, createRateCard, { name: "Standard rates", is_default: true, rates });
}

/** Hires somebody for each standard role, with the same password as the administrator. */
export async function hire(
  work: Work,
  administrator: Person,
  given: { size: Size; seed: number; passwordHash: string },
): Promise<Staff> {
  const random = randomOf(given.seed, "staff");
  const taken = new Set([administrator.email]);
  const one = async (role: StandardRole, title: string): Promise<Person> => {
    let name = "";
    let email = "";
    do {
      name = `${random.pick(firstNames)} ${random.pick(lastNames)}`;
      email = `${slugOf(name, ".")}@${staffDomain}`;
    } while (taken.has(email));
    taken.add(email);
    return staffMember(work, { name, email, title, password_hash: given.passwordHash }, role);
  };
  const many = async (count: number, role: StandardRole, title: string): Promise<Person[]> => {
    const people: Person[] = [];
    for (let index = 0; index < count; index += 1) people.push(await one(role, title));
    return people;
  };
  return {
    administrator,
    technicians: await many(given.size.technicians, "technician", "Technician"),
    finance: await many(given.size.finance, "finance", "Accounts"),
    manager: await one("manager", "Service manager"),
    dispatcher: await one("dispatcher", "Dispatcher"),
    sales: await one("sales", "Account manager"),
  };
}

/** Those who work here were here before the first ticket of the demo, and have chosen their passwords one by one. */
export async function dateBack({ db }: Work, staff: Staff, { calendar, seed }: { calendar: Calendar; seed: number }) {
  const random = randomOf(seed, "years of service");
  const { administrator, technicians, finance, manager, dispatcher, sales } = staff;
  for (const { id } of [administrator, ...technicians, ...finance, manager, dispatcher, sales]) {
    const began = Date.parse(`${calendar.start}T14:00:00.000Z`) - random.between(20, 1500) * 86_400_000;
    const created_at = new Date(began + random.between(0, 14_400_000)).toISOString();
    const password_changed_at = chosenAt(random, created_at, calendar.now);
    await db
      .updateTable("users")
      .set({ created_at, updated_at: password_changed_at, password_changed_at })
      .where("id", "=", id)
      .execute();
  }
}

/** Of each client's people who use the portal the first sees what is the company's, the others what is theirs. */
export async function letClientsIn(work: Work, clients: readonly Client[]): Promise<void> {
  for (const { contacts } of clients) {
    const people = contacts.flatMap(({ portal_user_id }) => portal_user_id ?? []);
    for (const [at, id] of people.entries()) await giveRole(work, id, at === 0 ? "client_admin" : "client_user");
  }
}

interface NewPerson {
  name: string;
  email: string;
  title?: string;
  password_hash: string;
}

async function staffMember(work: Work, person: NewPerson, role: StandardRole): Promise<Person> {
  const user = await insert(work, users, {
    user_type: "staff",
    password_changed_at: work.app.clock.now(),
    ...person,
  });
  await giveRole(work, user.id, role);
  return { id: user.id, name: user.name, email: user.email };
}

async function giveRole(work: Work, userId: string, role: StandardRole): Promise<void> {
  const { id } = await work.db.selectFrom("roles").select("id").where("role_key", "=", role).executeTakeFirstOrThrow();
  await setRoles(work, userId, [id]);
}

/** A work type that the demo's time is written on. */
export interface DemoWorkType {
  id: string;
  name: string;
  default_rate: string | null;
  currency: string;
}

/** What the organization's lists and rates are, once for all that is written. */
export interface Lists {
  statuses: { id: string; name: string; waiting_on: string; is_closed: boolean }[];
  priorities: { id: string; name: string }[];
  types: { id: string; name: string }[];
  categories: { id: string; name: string; parent_category_id: string | null }[];
  queues: { id: string; name: string }[];
  workTypes: DemoWorkType[];
  tax: { id: string; name: string; rate: string } | null;
  rates: RateBook;
  rounding: { increment_minutes: number; rounding_method: "up" | "down" | "nearest"; minimum_minutes: number };
}

/** Reads the lists; each has an entry at least, because the standard sets have been applied. */
export async function readLists(work: Work): Promise<Lists> {
  const { db } = work;
  const card = await db
    .selectFrom("rate_cards")
    .select(["id", "name"])
    .where("is_default", "=", true)
    .where("currency", "=", work.tenant.currency)
    .executeTakeFirst();
  const rates = await db
    .selectFrom("rate_card_items")
    .select(["work_type_id", "hourly_rate"])
    .where("rate_card_id", "=", card?.id ?? work.tenant.id)
    .execute();
  const rounding = await db
    .selectFrom("time_rounding_rules")
    .selectAll()
    .where("is_default", "=", true)
    .executeTakeFirst();
  const default_card =
    card === undefined
      ? null
      : { ...card, rates: Object.fromEntries(rates.map((row) => [row.work_type_id, row.hourly_rate])) };
  return {
    statuses: await db.selectFrom("ticket_statuses").selectAll().orderBy("sort_order").execute(),
    priorities: await db.selectFrom("ticket_priorities").selectAll().orderBy("sort_order").execute(),
    types: await db
      .selectFrom("ticket_types")
      .selectAll()
      .where("archived_at", "is", null)
      .orderBy("sort_order")
      .execute(),
    categories: await db.selectFrom("ticket_categories").selectAll().where("archived_at", "is", null).execute(),
    queues: await db
      .selectFrom("ticket_queues")
      .selectAll()
      .where("archived_at", "is", null)
      .orderBy("sort_order")
      .execute(),
    workTypes: await db
      .selectFrom("work_types")
      .selectAll()
      .where("is_active", "=", true)
      .orderBy("sort_order")
      .execute(),
    tax: (await db.selectFrom("tax_rates").selectAll().where("is_default", "=", true).executeTakeFirst()) ?? null,
    rates: { currency: work.tenant.currency, contract_card: null, company_card: null, default_card },
    rounding: rounding ?? { increment_minutes: 15, rounding_method: "up", minimum_minutes: 15 },
  };
}
