import { Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import { conflict } from "../../platform/errors.ts";
import { hintWork } from "../../platform/jobs/due-work.ts";
import { t } from "../../platform/language/index.ts";
import { dataExports } from "./schema.ts";

/** Asks for an archive of everything; it is built in the background, one at a time. */
export const exportEverything = action({
  name: "exports.everything",
  permission: "data.export",
  input: Type.Object({}, { additionalProperties: false }),
  run: async (work: Work) => {
    const running = await work.db
      .selectFrom("data_exports")
      .select("id")
      .where("export_status", "in", ["waiting", "building"])
      .executeTakeFirst();
    if (running !== undefined) throw conflict(t("An export is being built already."), "export_running");
    const row = await insert(work, dataExports, { created_by_id: work.actor.user_id });
    writeAuditEntry(work, "export", "data_exports", row.id);
    hintWork(work);
    return row;
  },
});
