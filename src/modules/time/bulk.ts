import type { AnyAction } from "../../platform/action.ts";
import { field } from "../../platform/http/forms/model.ts";
import type { BulkChoice } from "../../platform/http/lists/bulk.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { t } from "../../platform/language/index.ts";
import { deleteTime, updateTime } from "./actions/entries.ts";

const update = updateTime as unknown as AnyAction;

/** What can be done with many time entries at once; what an invoice has is left as it is. */
export const timeBulk: readonly BulkChoice[] = [
  {
    key: "billable",
    label: "Billable or not",
    icon: "invoice",
    action: update,
    fields: () => [
      field("is_billable", t("Billable"), {
        kind: "select",
        span: 6,
        options: [
          { value: "yes", label: t("Billable") },
          { value: "no", label: t("Not billable") },
        ],
      }),
    ],
    input: (typed) => ({ is_billable: typed["is_billable"] === "yes" }),
  },
  {
    key: "work_type",
    label: "Work type",
    icon: "wrench",
    action: update,
    fields: async (ctx) => [
      field("work_type_id", t("Work type"), {
        kind: "select",
        is_required: true,
        span: 6,
        options: await optionsOf(ctx, "work_types"),
      }),
    ],
    input: (typed) => ({ work_type_id: typed["work_type_id"] }),
  },
  { key: "delete", label: "Delete", icon: "trash", action: deleteTime as unknown as AnyAction },
];
