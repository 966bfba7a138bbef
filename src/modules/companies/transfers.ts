import { transfer, type Transfer } from "../../platform/transfer/definition.ts";
import { companyResource, contactResource, siteResource } from "./resources.ts";

/** Companies, their places and their people as files. */
export const companyTransfers: readonly Transfer[] = [
  transfer({ resource: companyResource, label: "Companies", order: 100, history: ["created_at"] }),
  transfer({
    resource: siteResource,
    label: "Sites",
    order: 110,
    match: ["company_id", "name"],
    synonyms: [
      "company_id client clientname customer customername organization organisation account",
      "name location locationname site sitename",
      "phone phonenumber telephone",
    ],
  }),
  transfer({
    resource: contactResource,
    label: "Contacts",
    order: 120,
    naming: ["email", "first_name"],
    match: ["email"],
    // A company's default contact is what came of the contact's type.
    beforeUndo: async (work, id) => {
      for (const column of ["default_billing_contact_id", "default_technical_contact_id"] as const)
        await work.db
          .updateTable("companies")
          .set({ [column]: null })
          .where(column, "=", id)
          .execute();
    },
  }),
];
