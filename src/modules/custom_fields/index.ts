import type { AnyAction } from "../../platform/action.ts";
import { customFieldDefinitions } from "../../platform/custom-fields/schema.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import * as actions from "./actions.ts";
import { customFieldApi } from "./api.ts";
import { customFieldPages } from "./pages.ts";
import { customFieldResource } from "./resources.ts";
import { customFieldTransfers } from "./transfers.ts";

export { createCustomField } from "./actions.ts";

/** Settings → Custom fields (PRD 3.17.1): which fields an organization adds to its records. */
export const customFieldsModule = defineModule({
  name: "custom_fields",
  tables: [customFieldDefinitions],
  permissions: { "custom_fields.manage": "Add, change and archive custom fields" },
  actions: Object.values(actions) as unknown as AnyAction[],
  transfers: customFieldTransfers,
  resources: [customFieldResource],
  routes: [...customFieldPages, ...customFieldApi],
  panels: [
    {
      page: "settings",
      order: 15,
      permission: "custom_fields.manage",
      load: async () => ({
        kind: "card",
        group: t("Data"),
        title: t("Custom fields"),
        text: t("Fields of your own on companies, contacts, tickets and contracts."),
        href: "/settings/custom-fields",
        icon: "list",
      }),
    },
  ],
});
