import { Type } from "@sinclair/typebox";
import type { Work } from "../../platform/context.ts";
import { eventType, idOf } from "../../platform/events/event-type.ts";
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

export const companyEvents = [companyCreated, contactCreated, companyMerged, contactMerged, siteMerged];

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
