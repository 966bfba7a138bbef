import { transfer, type Transfer } from "../../platform/transfer/definition.ts";
import { timeEntryResource, workTypeResource } from "./resources.ts";

/** Work types and logged time as files. */
export const timeTransfers: readonly Transfer[] = [
  transfer({ resource: workTypeResource, label: "Work types", order: 10 }),
  transfer({
    resource: timeEntryResource,
    label: "Time entries",
    order: 210,
    history: ["worked_minutes", "billing_status"],
    synonyms: [
      "user_id technician member user employee useremail",
      "date day workdate",
      "start_time timestart start",
      "end_time timeend end",
      "duration_minutes minutes",
      "work_type_id worktype worktypename workrole activity",
      "ticket_id ticketnumber",
      "company_id client clientname customer customername organization account",
      "contract_id agreement",
      "notes note description",
      "internal_notes internalnote",
      "is_billable billable",
      "hourly_rate rate",
    ],
  }),
];
