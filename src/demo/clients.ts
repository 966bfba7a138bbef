import { companies, contacts, nameKey, sites } from "../modules/companies/index.ts";
import { users } from "../platform/access/schema.ts";
import type { NewRow } from "../platform/database/columns.ts";
import { newId } from "../platform/ids.ts";
import { recordTags } from "../platform/tags.ts";
import type { Bulk } from "./bulk.ts";
import type { Calendar } from "./calendar.ts";
import { businessName, town } from "./cast/businesses.ts";
import { companyTags, otherSites } from "./cast/businesses.ts";
import { employ, phone, portalUsers } from "./people.ts";
import { type Random, randomOf } from "./random.ts";
import type { Staff } from "./setup.ts";
import type { Size } from "./sizes.ts";
import { slugOf } from "./slug.ts";

type Row<T extends Parameters<Bulk["rows"]>[0]> = NewRow<T> & { id: string };
export type CompanyRow = Row<typeof companies>;
export type ContactRow = Row<typeof contacts>;
type SiteRow = Row<typeof sites>;

/** A company with its people, and what the play needs to know of it. */
export interface Client {
  company: CompanyRow;
  contacts: ContactRow[];
  sites: SiteRow[];
  /** How much of the tickets is theirs, relative to the others; zero for those that are no clients. */
  weight: number;
  /** Relative to the calendar: the first day they are looked after, and the last. */
  from: number;
  to: number;
}

/** Tags that are written along with other rows. */
export type TagRow = NewRow<typeof recordTags>;

interface Cast {
  clients: Client[];
  portalUsers: NewRow<typeof users>[];
  tags: TagRow[];
}

/** Makes up the companies with their sites and people. The first ones are the biggest clients. */
export function castClients(given: {
  size: Size;
  seed: number;
  calendar: Calendar;
  staff: Staff;
  currency: string;
  passwordHash: string;
}): Cast {
  const { size, seed, calendar, staff } = given;
  const random = randomOf(seed, "clients");
  const taken = new Set<string>();
  const clients = Array.from({ length: size.companies }, (_, index) => {
    const kind = kindOf(index, size.companies);
    const isNew = kind === "client" && index > 2 && random.chance(size.newcomers);
    const from = isNew ? random.between(0, Math.floor(calendar.today * 0.65)) : 0;
    const to = kind === "inactive" ? Math.floor(calendar.today * 0.6) : calendar.today;
    const since = new Date((calendar.days[from]?.midnight ?? 0) + 9.5 * 3_600_000 + index * 61_007).toISOString();
    const company = companyRow(random, {
      kind,
      since,
      taken,
      currency: given.currency,
      manager: random.pick(staff.technicians).id,
    });
    const weight = kind === "client" || kind === "inactive" ? 1 / (index + 3) ** 0.55 : 0;
    const places = sitesOf(random, company);
    return { company, sites: places, contacts: [], weight, from, to };
  });
  employ(random, clients, size.contacts);
  return {
    clients,
    portalUsers: portalUsers(randomOf(given.seed, "portal users"), clients, {
      count: size.portalUsers,
      now: given.calendar.now,
      passwordHash: given.passwordHash,
    }),
    tags: tagsOf(random, clients),
  };
}

type Kind = "client" | "prospect" | "vendor" | "partner" | "inactive";

/** Of every twenty-five companies two are prospects, and one each a vendor, a partner and a client of former days. */
function kindOf(index: number, count: number): Kind {
  const fromEnd = count - 1 - index;
  const share = Math.max(1, Math.floor(count / 25));
  const kinds: Kind[] = ["vendor", "partner", "inactive", "prospect", "prospect"];
  return kinds[Math.floor(fromEnd / share)] ?? "client";
}

function companyRow(
  random: Random,
  given: { kind: Kind; since: string; taken: Set<string>; currency: string; manager: string },
): CompanyRow {
  const { kind, since, taken } = given;
  let business = businessName(random);
  while (taken.has(nameKey(business.name))) business = businessName(random);
  taken.add(nameKey(business.name));
  const isClient = kind === "client" || kind === "inactive";
  return {
    id: newId(),
    name: business.name,
    name_key: nameKey(business.name),
    company_type: isClient ? "client" : kind,
    status: kind === "prospect" || kind === "inactive" ? kind : "active",
    industry: business.industry,
    website: `https://${slugOf(business.name, "-")}.example`,
    phone: phone(random),
    address: town(random),
    tax_id: random.chance(0.5) ? `${random.between(10, 99)}-${random.between(1_000_000, 9_999_999)}` : null,
    account_manager_id: isClient ? given.manager : null,
    currency: given.currency,
    payment_terms: random.weighted([
      [60, "net_30"],
      [25, "net_15"],
      [10, "net_45"],
      [5, "due_on_receipt"],
    ] as const),
    is_tax_exempt: business.industry === "Nonprofit" || business.industry === "Education",
    notes: isClient && random.chance(0.4) ? random.pick(houseNotes) : null,
    created_at: since,
    updated_at: since,
  };
}

const houseNotes = [
  "Deliveries by the back door. The server cupboard key hangs in the office manager's desk.",
  "Ring before coming: half of the staff is on the road.",
  "Year-end closing in the first two weeks of January, no changes then.",
  "Alarm is armed from 18:30; the code changes every quarter.",
  "Please park in the yard, not in front of the gate.",
] as const;

function sitesOf(random: Random, company: CompanyRow): SiteRow[] {
  const site = (name: string, is_primary: boolean, address: SiteRow["address"]): SiteRow => ({
    id: newId(),
    company_id: company.id,
    name,
    address,
    is_primary,
    phone: company.phone ?? null,
    created_at: company.created_at,
    updated_at: company.updated_at,
  });
  const main = site("Main office", true, company.address);
  return random.chance(0.3) ? [main, site(random.pick(otherSites), false, town(random))] : [main];
}

function tagsOf(random: Random, clients: readonly Client[]): TagRow[] {
  return clients.flatMap(({ company }) =>
    random.chance(0.3) ? [{ entity_type: "companies", entity_id: company.id, tag: random.pick(companyTags) }] : [],
  );
}

/**
 * Writes the companies with all that belongs to them. Companies and contacts refer to each other, so the companies' side
 * is filled in afterwards.
 */
export async function writeClients(bulk: Bulk, { clients, portalUsers: accounts, tags }: Cast): Promise<void> {
  const people = clients.flatMap((client) => client.contacts);
  const rows = clients.map((client) => client.company);
  await bulk.rows(
    companies,
    rows.map((row) => ({ ...row, default_billing_contact_id: null, default_technical_contact_id: null })),
  );
  await bulk.rows(
    sites,
    clients.flatMap((client) => client.sites),
  );
  await bulk.rows(
    contacts,
    people.map((row) => ({ ...row, portal_user_id: null })),
  );
  await bulk.rows(users, accounts);
  await bulk.rows(recordTags, tags);
  await bulk.documents(companies, rows);
  await bulk.documents(contacts, people);
}
