import { Type } from "@sinclair/typebox";
import type { Work } from "../../platform/context.ts";
import { type EventType, eventType, idOf } from "../../platform/events/event-type.ts";
import { emit } from "../../platform/events/outbox.ts";

/** What is told of companies, contacts and sites. */

export const companyCreated = eventType({
  name: "companies.created",
  description: "A company was added.",
  payload: Type.Object({ company_id: idOf() }),
  subject: { resource: "companies", id: "company_id" },
});

export const contactCreated = eventType({
  name: "companies.contact_created",
  description: "A contact was added to a company.",
  payload: Type.Object({ contact_id: idOf(), company_id: idOf() }),
  subject: { resource: "contacts", id: "contact_id" },
});

export const siteCreated = eventType({
  name: "companies.site_created",
  description: "A site was added to a company.",
  payload: Type.Object({ site_id: idOf(), company_id: idOf() }),
  subject: { resource: "sites", id: "site_id" },
});

const companyIds = Type.Object({ company_id: idOf() });
const contactIds = Type.Object({ contact_id: idOf(), company_id: idOf() });
const siteIds = Type.Object({ site_id: idOf(), company_id: idOf() });
const changed = {
  changed: Type.Array(Type.String(), {
    description: "The fields that changed, as the API names them; `custom_fields.key` for those of one's own.",
  }),
};
const [ofCompany, ofContact, ofSite] = [
  { resource: "companies", id: "company_id" },
  { resource: "contacts", id: "contact_id" },
  { resource: "sites", id: "site_id" },
];

/** What is told when a record is changed, leaves the lists, comes back, or goes for good. */
const changeEvents = {
  companies: {
    updated: eventType({
      name: "companies.updated",
      description: "Fields or tags of a company were changed.",
      payload: Type.Object({ company_id: idOf(), ...changed }),
      subject: ofCompany,
    }),
    archived: eventType({
      name: "companies.archived",
      description: "A company was archived.",
      payload: companyIds,
      subject: ofCompany,
    }),
    restored: eventType({
      name: "companies.restored",
      description: "An archived company was brought back.",
      payload: companyIds,
      subject: ofCompany,
    }),
    deleted: eventType({
      name: "companies.deleted",
      description: "A company was deleted for good.",
      payload: companyIds,
    }),
  },
  contacts: {
    updated: eventType({
      name: "companies.contact_updated",
      description: "Fields or tags of a contact were changed.",
      payload: Type.Object({ contact_id: idOf(), company_id: idOf(), ...changed }),
      subject: ofContact,
    }),
    archived: eventType({
      name: "companies.contact_archived",
      description: "A contact was archived.",
      payload: contactIds,
      subject: ofContact,
    }),
    restored: eventType({
      name: "companies.contact_restored",
      description: "An archived contact was brought back.",
      payload: contactIds,
      subject: ofContact,
    }),
    deleted: eventType({
      name: "companies.contact_deleted",
      description: "A contact was deleted for good.",
      payload: contactIds,
    }),
  },
  sites: {
    updated: eventType({
      name: "companies.site_updated",
      description: "Fields of a site were changed.",
      payload: Type.Object({ site_id: idOf(), company_id: idOf(), ...changed }),
      subject: ofSite,
    }),
    archived: eventType({
      name: "companies.site_archived",
      description: "A site was archived.",
      payload: siteIds,
      subject: ofSite,
    }),
    restored: eventType({
      name: "companies.site_restored",
      description: "An archived site was brought back.",
      payload: siteIds,
      subject: ofSite,
    }),
    deleted: eventType({
      name: "companies.site_deleted",
      description: "A site was deleted for good.",
      payload: siteIds,
    }),
  },
} as const;

const merged = {
  merged_id: Type.String({ format: "uuid", description: "The record that was merged and is archived." }),
};

export const companyMerged = eventType({
  name: "companies.merged",
  description: "Two companies turned out to be the same: what belonged to one of them belongs to the other one now.",
  payload: Type.Object({ company_id: idOf(), ...merged }),
  subject: { resource: "companies", id: "company_id" },
});

export const contactMerged = eventType({
  name: "companies.contact_merged",
  description: "Two contacts turned out to be the same: what belonged to one of them belongs to the other one now.",
  payload: Type.Object({ contact_id: idOf(), company_id: idOf(), ...merged }),
  subject: { resource: "contacts", id: "contact_id" },
});

export const siteMerged = eventType({
  name: "companies.site_merged",
  description: "Two sites turned out to be the same: what belonged to one of them belongs to the other one now.",
  payload: Type.Object({ site_id: idOf(), company_id: idOf(), ...merged }),
  subject: { resource: "sites", id: "site_id" },
});

export const companyEvents = [
  companyCreated,
  contactCreated,
  siteCreated,
  ...Object.values(changeEvents).flatMap((kinds): EventType[] => Object.values(kinds) as unknown as EventType[]),
  companyMerged,
  contactMerged,
  siteMerged,
];

export type ClientTable = keyof typeof changeEvents;

/** The ids by which an event names a company, a contact or a site. */
function idsOf(table: ClientTable, row: Readonly<Record<string, unknown>>): Record<string, string> {
  const id = String(row["id"]);
  if (table === "companies") return { company_id: id };
  return { [table === "contacts" ? "contact_id" : "site_id"]: id, company_id: String(row["company_id"]) };
}

/** Tells what became of a record; of a change that changed nothing, nobody hears. */
export async function tellChange(
  work: Work,
  table: ClientTable,
  kind: "updated" | "archived" | "restored" | "deleted",
  row: Readonly<Record<string, unknown>>,
  fields: readonly string[] = [],
): Promise<void> {
  const type = changeEvents[table][kind] as unknown as EventType;
  const payload = kind === "updated" ? { ...idsOf(table, row), changed: [...fields] } : idsOf(table, row);
  await emit(work, type, payload as never);
}

/** Tells that a record took in another one of its kind. */
export async function tellMerged(
  work: Work,
  table: "companies" | "contacts" | "sites",
  kept: Readonly<Record<string, unknown>>,
  merged_id: string,
): Promise<void> {
  const id = String(kept["id"]);
  const company_id = String(kept["company_id"]);
  if (table === "companies") await emit(work, companyMerged, { company_id: id, merged_id });
  else if (table === "contacts") await emit(work, contactMerged, { contact_id: id, company_id, merged_id });
  else await emit(work, siteMerged, { site_id: id, company_id, merged_id });
}
