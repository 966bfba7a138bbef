import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { emailKey, nameKey } from "../companies/index.ts";
import { ownSource } from "../../platform/transfer/export.ts";
import type { Lookups } from "./rules/index.ts";

type Row = Record<string, unknown>;

/** The records that are there, ready to be matched: all of them at once, since a file may name any. */
export interface Present {
  companies: Map<string, Row>;
  contacts: Map<string, Row>;
  sites: Map<string, Row>;
  companyByName: Map<string, string>;
  /** Every company of a name that is not archived. */
  companiesByName: Map<string, Set<string>>;
  contactByEmail: Map<string, string[]>;
  contactByName: Map<string, string>;
  siteByName: Map<string, string>;
  externalIds: Map<string, string>;
}

export async function loadPresent(ctx: Ctx, source: string): Promise<Present> {
  const companies = (await reach(ctx, "companies").selectAll().orderBy("created_at").execute()) as Row[];
  const contacts = (await reach(ctx, "contacts").selectAll().orderBy("created_at").execute()) as Row[];
  const sites = (await reach(ctx, "sites").selectAll().orderBy("created_at").execute()) as Row[];
  const external = await ctx.db
    .selectFrom("external_ids")
    .select(["entity_type", "external_id", "entity_id"])
    .where("external_source", "in", [source, ownSource])
    .execute();
  const present: Present = {
    companies: new Map(),
    contacts: new Map(),
    sites: new Map(),
    companyByName: new Map(),
    companiesByName: new Map(),
    contactByEmail: new Map(),
    contactByName: new Map(),
    siteByName: new Map(),
    externalIds: new Map(external.map((row) => [`${row.entity_type}:${row.external_id}`, row.entity_id])),
  };
  for (const row of companies) addCompany(present, row);
  for (const row of sites) addSite(present, row);
  for (const row of contacts) addContact(present, row);
  return present;
}

/** Of two companies with the same name the one that was there first counts, archived ones last. */
export function addCompany(present: Present, row: Row): void {
  const id = String(row["id"]);
  present.companies.set(id, row);
  const key = nameKey(String(row["name"]));
  const known = present.companyByName.get(key);
  const isKnownArchived = known !== undefined && present.companies.get(known)?.["archived_at"] != null;
  if (known === undefined || isKnownArchived) present.companyByName.set(key, id);
  if (row["archived_at"] == null)
    present.companiesByName.set(key, (present.companiesByName.get(key) ?? new Set()).add(id));
}

export function addSite(present: Present, row: Row): void {
  const id = String(row["id"]);
  present.sites.set(id, row);
  const key = siteKey(String(row["company_id"]), String(row["name"]));
  if (!present.siteByName.has(key)) present.siteByName.set(key, id);
}

export function addContact(present: Present, row: Row): void {
  const id = String(row["id"]);
  present.contacts.set(id, row);
  if (typeof row["email"] === "string") {
    const key = emailKey(row["email"]);
    present.contactByEmail.set(key, [...(present.contactByEmail.get(key) ?? []), id]);
  }
  const key = personKey(row);
  if (!present.contactByName.has(key)) present.contactByName.set(key, id);
}

const siteKey = (companyId: string, name: string): string => `${companyId}:${nameKey(name)}`;
const personKey = (row: Row): string =>
  `${String(row["company_id"])}:${nameKey(`${String(row["first_name"] ?? "")} ${String(row["last_name"] ?? "")}`)}`;

/** What the rules ask while they read rows. */
export function lookupsOf(present: Present): Lookups {
  return {
    companyId: ({ name, external_id }) =>
      (external_id === null ? undefined : present.externalIds.get(`companies:${external_id}`)) ??
      (name === null ? undefined : present.companyByName.get(nameKey(name))) ??
      null,
    isCompanyShared: (name) => (present.companiesByName.get(nameKey(name))?.size ?? 0) > 1,
    siteId: (companyId, name) => present.siteByName.get(siteKey(companyId, name)) ?? null,
  };
}

/** The company that a row means: by what its source calls it, else by its name. */
export function matchCompany(present: Present, name: string, externalId: string | null): Row | null {
  const id =
    (externalId === null ? undefined : present.externalIds.get(`companies:${externalId}`)) ??
    (externalId !== null && present.companies.has(externalId) ? externalId : undefined) ??
    present.companyByName.get(nameKey(name));
  return id === undefined ? null : (present.companies.get(id) ?? null);
}

/** The contact that a row means: by what its source calls it, else by e-mail, else, without one, by name at the company. */
export function matchContact(present: Present, contact: Row, externalId: string | null): Row | null {
  const external = externalId === null ? undefined : present.externalIds.get(`contacts:${externalId}`);
  if (external !== undefined && present.contacts.has(external)) return present.contacts.get(external) ?? null;
  if (externalId !== null && present.contacts.has(externalId)) return present.contacts.get(externalId) ?? null;
  if (typeof contact["email"] === "string") {
    const ids = present.contactByEmail.get(emailKey(contact["email"])) ?? [];
    const rows = ids.map((id) => present.contacts.get(id)).filter((row) => row !== undefined);
    return rows.find((row) => row["company_id"] === contact["company_id"]) ?? rows[0] ?? null;
  }
  const byName = present.contactByName.get(personKey(contact));
  return byName === undefined ? null : (present.contacts.get(byName) ?? null);
}

export function matchSite(present: Present, companyId: string, name: string): Row | null {
  const id = present.siteByName.get(siteKey(companyId, name));
  return id === undefined ? null : (present.sites.get(id) ?? null);
}
