import { maybeFind } from "../../platform/access/reach.ts";
import { notice } from "../../platform/events/notice.ts";
import { t } from "../../platform/language/index.ts";
import { importApplied, importFailed } from "./events.ts";

export const importNotices = [
  notice(importApplied, { title: "My import is done", isToldToActor: true }, async (work, { payload }) => {
    const batch = await maybeFind(work, "import_batches", payload.import_batch_id);
    if (batch === undefined || payload.created_by_id === null) return null;
    return {
      user_ids: [payload.created_by_id],
      text: () => ({ subject: t("Your import is done"), body: batch.file_name }),
      href: `/imports/${batch.id}`,
    };
  }),
  notice(importFailed, { title: "My import could not go on", isToldToActor: true }, async (work, { payload }) => {
    const batch = await maybeFind(work, "import_batches", payload.import_batch_id);
    if (batch === undefined || payload.created_by_id === null) return null;
    return {
      user_ids: [payload.created_by_id],
      text: () => ({ subject: t("Your import could not go on"), body: batch.file_name }),
      href: `/imports/${batch.id}`,
    };
  }),
];
