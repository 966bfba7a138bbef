import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { operatorReferenceApi, referenceApi } from "./api.ts";
import { operatorApi, organizationApi } from "./apis.ts";
import { changelogPages } from "./changelog.ts";
import { guidePage } from "./pages/guide.ts";
import { referencePages } from "./pages/index.ts";

/** What the APIs say of themselves: their OpenAPI documents, and pages to read them and try them on (PRD 8). */
export const referenceModule = defineModule({
  name: "reference",
  // What has a name of its own comes before `/api/:operation`.
  routes: [...referenceApi, ...changelogPages, guidePage, ...referencePages(organizationApi)],
  operatorRoutes: [...operatorReferenceApi, ...referencePages(operatorApi)],
  panels: [
    {
      page: "settings",
      order: 24,
      permission: "api_keys.manage",
      load: async () => ({
        kind: "card",
        group: t("Integrations"),
        title: t("API reference"),
        text: t("Every operation, to read and to try, with a guide."),
        href: "/api",
        icon: "book",
      }),
    },
  ],
});
