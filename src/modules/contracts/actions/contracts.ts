import { Type } from "@sinclair/typebox";
import { find, maybeFind } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { NewRow, Patch, RowOf } from "../../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput, writable } from "../../../platform/database/edge.ts";
import { insert, remove, update } from "../../../platform/database/records.ts";
import { conflict, invalidField, stale } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { t } from "../../../platform/language/index.ts";
import { contractChanged, contractCreated } from "../events.ts";
import { nextNumber } from "../../../platform/tenants.ts";
import { contractItems, contracts } from "../schema.ts";
import { checkCard, checkFirstDay, checkLastDay } from "./checks.ts";
import { activate, chooseForCompany } from "./lifecycle.ts";

export type ContractRow = RowOf<typeof contracts>;

const names = writable(contracts).filter((name) => name !== "status");
const permission = "contracts.write";
const target = Type.Object(
  { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);

type NewContract = Record<string, unknown> & { company_id: string; status?: "draft" | "active" };

/** Makes a contract, as a draft unless it is to be active at once. It is in the company's currency. */
export const createContract = action({
  name: "contracts.create",
  permission,
  input: newInput(contracts, names, {
    status: Type.Optional(Type.Union([Type.Literal("draft"), Type.Literal("active")])),
  }),
  run: async (work: Work, { status = "draft", ...input }: NewContract): Promise<ContractRow> => {
    const company = await maybeFind(work, "companies", input.company_id);
    if (company === undefined) throw invalidField("company_id", t("This company does not exist."), "not_found");
    if (company.archived_at !== null)
      throw invalidField("company_id", t("{name} is archived; restore the company first.", { name: company.name }));
    const values = fromEdge(contracts, { currency: company.currency, ...input }, company.currency) as NewRow<
      typeof contracts
    >;
    checkCurrency(values.currency, company.currency);
    await checkTerms(work, {
      end_date: null,
      billing_amount: null,
      signed_by_contact_id: null,
      rate_card_id: null,
      currency: company.currency,
      ...values,
    });
    const row = await insert(work, contracts, {
      ...values,
      renewal_terms: renewalTerms(values.renewal_terms),
      contract_number: `C-${String(await nextNumber(work.db, "contract")).padStart(4, "0")}`,
    });
    await emit(work, contractCreated, { contract_id: row.id, company_id: row.company_id });
    return status === "active" ? activate(work, row) : row;
  },
});

/** Changes a contract's terms. A contract stays with its company; its state changes by activating, cancelling, renewing. */
export const updateContract = action({
  name: "contracts.update",
  permission,
  input: patchInput(contracts, names),
  run: async (work: Work, { id, version, ...input }: PatchInput): Promise<ContractRow> => {
    const before = await find(work, "contracts", id);
    const values: Patch<typeof contracts> = fromEdge(contracts, input, before.currency);
    if (values.company_id !== undefined && values.company_id !== before.company_id) {
      throw invalidField(
        "company_id",
        t("A contract stays with its company. Cancel it, and make one for the other company."),
      );
    }
    checkCurrency(values.currency, before.currency);
    await checkTerms(work, { ...before, ...values }, before.signed_by_contact_id);
    if (values.renewal_terms !== undefined) values.renewal_terms = renewalTerms(values.renewal_terms);
    const row = await update(work, contracts, id, values, version);
    await emit(work, contractChanged, { contract_id: id, company_id: row.company_id });
    return row;
  },
});

/** Deletes a contract that was never used, with its items. What time, tickets or invoices refer to is archived instead. */
export const deleteContract = action({
  name: "contracts.delete",
  permission,
  input: target,
  run: async (work: Work, { id, version }: PatchInput) => {
    const contract = await find(work, "contracts", id);
    // Who has not seen the contract as it stands is told that first.
    if (version !== undefined && version !== contract.version) throw stale();
    if (contract.status === "active")
      throw conflict(
        t("{contract_number} is active. Cancel it first.", { contract_number: contract.contract_number }),
        "active",
      );
    const items = await work.db.selectFrom("contract_items").select("id").where("contract_id", "=", id).execute();
    for (const item of items) await remove(work, contractItems, item.id);
    await chooseForCompany(work, contract.company_id, id);
    await remove(work, contracts, id, version);
  },
});

function checkCurrency(given: string | undefined, currency: string): void {
  if (given === undefined || given === currency) return;
  throw invalidField(
    "currency",
    t("This contract is in {currency}, the currency that its company is billed in.", { currency }),
  );
}

type Terms = Pick<ContractRow, "company_id" | "start_date" | "end_date" | "billing_amount" | "currency"> &
  Pick<Patch<typeof contracts>, "signed_by_contact_id" | "rate_card_id">;

/** `signer` is who has signed so far, and may have moved to another company since. */
async function checkTerms(work: Work, terms: Terms, signer: string | null = null): Promise<void> {
  if (terms.end_date !== null && terms.end_date < terms.start_date)
    throw invalidField("end_date", t("The last day lies before the first."));
  checkFirstDay(terms.start_date);
  checkLastDay(terms.end_date);
  if (terms.billing_amount !== null && terms.billing_amount < 0)
    throw invalidField("billing_amount", t("A fee is not negative."), "too_small");
  await checkCard(work, terms.rate_card_id, terms.currency);
  if (terms.signed_by_contact_id == null || terms.signed_by_contact_id === signer) return;
  const contact = await maybeFind(work, "contacts", terms.signed_by_contact_id);
  if (contact?.company_id !== terms.company_id)
    throw invalidField("signed_by_contact_id", t("This contact belongs to another company."));
}

/** Renewal terms as they are kept: `months` a whole number, as the form types it, and what an API client adds. */
function renewalTerms(given: Record<string, unknown> | undefined): Record<string, unknown> {
  const { months, ...rest } = given ?? {};
  if (months === undefined || months === null || months === "") return rest;
  const count = Number(months);
  if (!Number.isInteger(count) || count < 1 || count > 120)
    throw invalidField("renewal_terms/months", t("Renewal is by 1 to 120 months."));
  return { ...rest, months: count };
}
