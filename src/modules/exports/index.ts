import type { AnyAction } from "../../platform/action.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { resource } from "../../platform/resource.ts";
import { exportEverything } from "./actions.ts";
import { buildExports, dropAll, nextExport } from "./build.ts";
import { exportPages } from "./pages.ts";
import { dataExports } from "./schema.ts";

/** Everything of the organization as one archive (PRD 3.17 "Data import/export"). */
export const exportsModule = defineModule({
  name: "exports",
  tables: [dataExports],
  permissions: { "data.export": "Take all of the organization's data as one archive" },
  actions: [exportEverything] as unknown as AnyAction[],
  resources: [
    resource({
      type: "data_exports",
      table: dataExports,
      permission: "data.export",
      create: exportEverything as unknown as AnyAction,
      sort: "-created_at",
    }),
  ],
  routes: exportPages,
  rounds: [{ name: "exports.build", seconds: 2, run: buildExports }],
  nextDue: nextExport,
  dropSealed: dropAll,
  panels: [
    {
      page: "settings",
      order: 61,
      permission: "data.export",
      load: async () => ({
        kind: "card",
        group: t("Data"),
        title: t("Export of everything"),
        text: t("All records, tables and files of the organization as one archive."),
        href: "/settings/exports",
        icon: "download",
      }),
    },
  ],
});
