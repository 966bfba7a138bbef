import type { AnyAction } from "../../platform/action.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { recordTags, tags } from "../../platform/tags.ts";
import * as actions from "./actions.ts";
import { tagApi } from "./api.ts";
import { bringTagBack } from "./bring-back.ts";
import { tagPages } from "./pages.ts";
import { tagResource } from "./resources.ts";

/** Settings → Tags: renaming, merging and colouring what records are sorted by (PRD 3.3.1). */
export const tagsModule = defineModule({
  name: "tags",
  tables: [tags, recordTags],
  permissions: { "tags.manage": "Rename, merge, colour and delete tags" },
  grants: { manager: ["tags.manage"] },
  actions: [...Object.values(actions), bringTagBack] as unknown as AnyAction[],
  resources: [tagResource],
  routes: [...tagPages, ...tagApi],
  panels: [
    {
      page: "settings",
      order: 16,
      permission: "tags.manage",
      load: async () => ({
        kind: "card",
        group: t("Data"),
        title: t("Tags"),
        text: t("Names and colours of the tags on companies, contacts and tickets."),
        href: "/settings/tags",
        icon: "tag",
      }),
    },
  ],
});
