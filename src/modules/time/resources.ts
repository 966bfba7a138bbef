import { resource } from "../../platform/resource.ts";
import { deleteTime, logTime, updateTime } from "./actions/entries.ts";
import { createWorkType, deleteWorkType, updateWorkType } from "./actions/reference.ts";
import { timeEntries, workTypes } from "./schema.ts";

export const timeEntryResource = resource({
  type: "time_entries",
  table: timeEntries,
  permission: "time.read",
  create: logTime,
  update: updateTime,
  remove: deleteTime,
  under: [
    { parent: "tickets", column: "ticket_id" },
    { parent: "companies", column: "company_id" },
    { parent: "contracts", column: "contract_id" },
  ],
  sort: "-date",
});

export const workTypeResource = resource({
  type: "work_types",
  table: workTypes,
  permission: "time.read",
  create: createWorkType,
  update: updateWorkType,
  remove: deleteWorkType,
  sort: "sort_order",
});
