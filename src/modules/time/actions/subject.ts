import { maybeFind } from "../../../platform/access/reach.ts";
import type { Work } from "../../../platform/context.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";

/** What somebody says about whom the work was for. */
export interface AskedSubject {
  date: string;
  ticket_id: string | null;
  company_id: string | null;
  /** Null: no contract, on purpose; undefined: the one that fits. */
  contract_id: string | null | undefined;
  /** The contract that the entry has now; it stays where it fits. */
  kept_contract_id?: string | null;
}

/** Whom the work was for, everything in keeping with everything else. */
export interface Subject {
  ticket_id: string | null;
  company_id: string;
  contract_id: string | null;
  currency: string;
  /** What the ticket says; true without a ticket. */
  is_billable: boolean;
}

/**
 * Company, contract and currency of a piece of work: a ticket says the company, and the contract is the ticket's, else
 * the company's own, else the only active one on that day.
 */
export async function subjectOf(work: Work, asked: AskedSubject): Promise<Subject> {
  const ticket = asked.ticket_id === null ? null : await maybeFind(work, "tickets", asked.ticket_id);
  if (ticket === undefined) throw invalidField("ticket_id", t("This ticket does not exist."), "not_found");
  const companyId = ticket?.company_id ?? asked.company_id;
  if (companyId === null)
    throw invalidField("company_id", t("Say for whom: choose a ticket or a company."), "required");
  if (ticket !== null && asked.company_id !== null && asked.company_id !== companyId) {
    throw invalidField(
      "company_id",
      t("The ticket belongs to another company. Leave the company empty to take the ticket's."),
    );
  }
  const company = await maybeFind(work, "companies", companyId);
  if (company === undefined) throw invalidField("company_id", t("This company does not exist."), "not_found");
  if (company.archived_at !== null)
    throw invalidField("company_id", t("{name} is archived; restore the company first.", { name: company.name }));
  const contract_id = await contractOf(work, asked, company.id, [
    asked.kept_contract_id ?? null,
    ticket?.contract_id ?? null,
    company.contract_id,
  ]);
  return {
    ticket_id: ticket?.id ?? null,
    company_id: company.id,
    contract_id,
    currency: await billedIn(work, company.id, contract_id),
    is_billable: ticket?.is_billable ?? true,
  };
}

/** The currency that work is billed in: that of its contract, which stays when the company takes another one, else the company's. */
export async function billedIn(work: Work, companyId: string, contractId: string | null): Promise<string> {
  const { currency } = await (
    contractId === null
      ? work.db.selectFrom("companies").select("currency").where("id", "=", companyId)
      : work.db.selectFrom("contracts").select("currency").where("id", "=", contractId)
  ).executeTakeFirstOrThrow();
  return currency;
}

async function contractOf(
  work: Work,
  asked: AskedSubject,
  companyId: string,
  preferred: readonly (string | null)[],
): Promise<string | null> {
  if (asked.contract_id === null) return null;
  const theirs = work.db.selectFrom("contracts").select("id").where("company_id", "=", companyId);
  if (asked.contract_id !== undefined) {
    const named = await theirs.where("id", "=", asked.contract_id).executeTakeFirst();
    if (named === undefined) throw invalidField("contract_id", t("This contract belongs to another company."));
    return named.id;
  }
  const rows = await theirs
    .where("status", "=", "active")
    .where("archived_at", "is", null)
    .where("start_date", "<=", asked.date)
    .where((eb) => eb.or([eb("end_date", "is", null), eb("end_date", ">=", asked.date)]))
    .execute();
  const ids = rows.map((row) => row.id);
  const named = preferred.find((id) => id !== null && ids.includes(id));
  return named ?? (ids.length === 1 ? (ids[0] ?? null) : null);
}

/**
 * The same unit of work, in which a contract may be referred to: which one covers the work was found out here, and whoever
 * logs time need not be allowed to read it.
 */
export function seeingContracts(work: Work): Work {
  const { actor } = work;
  return { ...work, actor: { ...actor, permissions: new Set([...actor.permissions, "contracts.read"]) } };
}
