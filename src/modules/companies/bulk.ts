import type { AnyAction } from "../../platform/action.ts";
import { field } from "../../platform/http/forms/model.ts";
import type { BulkChoice } from "../../platform/http/lists/bulk.ts";
import { tagChoices } from "../../platform/http/lists/bulk-tags.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { t } from "../../platform/language/index.ts";
import {
  archiveCompany,
  archiveContact,
  restoreCompany,
  restoreContact,
  updateCompany,
  updateContact,
} from "./actions.ts";

const plain = (key: string, label: string, icon: string, action: unknown, isArchiving: boolean): BulkChoice => ({
  key,
  label,
  icon,
  action: action as AnyAction,
  input: async (_, id, ctx) => {
    const table = (action as AnyAction).name.startsWith("companies") ? "companies" : "contacts";
    const row = await ctx.db.selectFrom(table).select("archived_at").where("id", "=", id).executeTakeFirst();
    return row !== undefined && (row.archived_at !== null) === isArchiving ? null : {};
  },
});

/** What can be done with many companies at once. */
export const companyBulk: readonly BulkChoice[] = [
  {
    key: "manager",
    label: "Account manager",
    icon: "user",
    action: updateCompany as unknown as AnyAction,
    fields: async (ctx) => [
      field("account_manager_id", t("Account manager"), {
        kind: "select",
        span: 6,
        options: [
          { value: "", label: t("Nobody") },
          ...(await optionsOf(ctx, "users", { where: { user_type: "staff" } })),
        ],
      }),
    ],
    input: (typed) => ({
      account_manager_id: typed["account_manager_id"] === "" ? null : typed["account_manager_id"],
    }),
  },
  ...tagChoices("companies", updateCompany as unknown as AnyAction),
  plain("archive", "Archive", "archive", archiveCompany, true),
  plain("restore", "Restore", "refresh", restoreCompany, false),
];

export const contactBulk: readonly BulkChoice[] = [
  ...tagChoices("contacts", updateContact as unknown as AnyAction),
  plain("archive", "Archive", "archive", archiveContact, true),
  plain("restore", "Restore", "refresh", restoreContact, false),
];
