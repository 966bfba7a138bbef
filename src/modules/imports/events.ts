import { Type } from "@sinclair/typebox";
import { eventType, idOf, orNull } from "../../platform/events/event-type.ts";

const payload = Type.Object({ import_batch_id: idOf(), created_by_id: orNull(idOf()) });
const subject = { resource: "import-batches", id: "import_batch_id" };
const live = { import_batches: "import_batch_id" };

export const importApplied = eventType({
  name: "imports.applied",
  description: "A file was brought in; the batch says what became of its lines.",
  payload,
  subject,
  live,
});

export const importUndone = eventType({
  name: "imports.undone",
  description: "An import was taken back.",
  payload,
  subject,
  live,
});

export const importFailed = eventType({
  name: "imports.failed",
  description:
    "An error ended the work on an import before it was done. What came in or was taken back until then stands.",
  payload,
  subject,
  live,
});

export const importEvents = [importApplied, importUndone, importFailed];
