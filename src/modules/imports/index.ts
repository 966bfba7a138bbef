import type { AnyAction } from "../../platform/action.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { discardImport, discardOld } from "./discard.ts";
import { importNotices } from "./notices.ts";
import { applyImport, configureImport, undoImport, uploadAction } from "./actions.ts";
import { importEvents } from "./events.ts";
import { importApi, importResource } from "./api.ts";
import { importPages } from "./pages.ts";
import { advanceAll, nextImport } from "./run.ts";
import { externalIds, importBatches, importRows } from "./schema.ts";

/** Lists from other systems: upload, match, preview, apply, undo (PRD 3.3.1). */
export const importsModule = defineModule({
  name: "imports",
  notices: importNotices,
  emits: importEvents,
  optional: { title: "CSV import", text: "Bringing records in from other systems." },
  tables: [importBatches, importRows, externalIds],
  permissions: { "imports.run": "Bring records in from files, and take imports back" },
  actions: [uploadAction, configureImport, applyImport, undoImport, discardImport] as unknown as AnyAction[],
  resources: [importResource],
  routes: [...importPages, ...importApi],
  jobs: [discardOld],
  rounds: [{ name: "imports.advance", seconds: 2, run: advanceAll }],
  nextDue: nextImport,
  panels: [
    {
      page: "settings",
      order: 60,
      permission: "imports.run",
      load: async () => ({
        kind: "card",
        group: t("Data"),
        title: t("Imports"),
        text: t("Bring records in from CSV files, and take them back."),
        href: "/imports",
        icon: "upload",
      }),
    },
  ],
});
