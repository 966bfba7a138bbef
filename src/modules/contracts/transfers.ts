import { find } from "../../platform/access/reach.ts";
import { transfer, type Transfer } from "../../platform/transfer/definition.ts";
import { chooseForCompany } from "./actions/lifecycle.ts";
import { contractItemResource, contractResource, rateCardItemResource, rateCardResource } from "./resources.ts";

/** Rate cards, contracts and what they consist of as files. */
export const contractTransfers: readonly Transfer[] = [
  transfer({ resource: rateCardResource, label: "Rate cards", order: 30 }),
  transfer({
    resource: rateCardItemResource,
    label: "Rates",
    order: 40,
    match: ["rate_card_id", "work_type_id"],
    synonyms: ["hourly_rate rate"],
  }),
  transfer({
    resource: contractResource,
    label: "Contracts",
    order: 150,
    naming: ["contract_number"],
    match: ["contract_number"],
    history: ["contract_number"],
    numbers: {
      column: "contract_number",
      counter: "contract",
      countOf: (number) => (/^C-\d{1,9}$/.test(number) ? Number(number.slice(2)) : null),
    },
    // A company is left with the contract that it had before; see deleteContract.
    beforeUndo: async (work, id) => {
      await work.db.updateTable("contracts").set({ status: "draft" }).where("id", "=", id).execute();
      const { company_id } = await find(work, "contracts", id);
      await chooseForCompany(work, company_id, id);
    },
    // A contract is made as a draft or active; how it ended is said afterwards.
    split: ({ status, ...input }) =>
      status === undefined || status === "draft" || status === "active"
        ? { input: status === undefined ? input : { ...input, status }, history: {} }
        : { input, history: { status } },
    synonyms: [
      "contract_number number contractid agreementnumber",
      "name agreement agreementname contractname",
      "company_id client clientname customer customername organization account",
      "contract_type agreementtype",
      "billing_amount amount fee",
    ],
  }),
  transfer({
    resource: contractItemResource,
    label: "Contract items",
    order: 160,
    match: ["contract_id", "name"],
    synonyms: ["contract_id contractnumber agreement", "unit_price price", "quantity qty count"],
  }),
];
