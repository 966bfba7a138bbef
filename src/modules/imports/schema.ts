import { Type } from "@sinclair/typebox";
import type { Starter } from "../../platform/access/starter.ts";
import { col, defaulted, link, readOnly, record, secret, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

const readPermission = "imports.run";

const mapping = Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]));
const counts = Type.Record(Type.String(), Type.Integer());
/** What is known of a file by the state that it is in: the counts when it was looked at, what was left alone when undone. */
const summary = Type.Object(
  {
    label: Type.Optional(Type.String()),
    rows: Type.Optional(Type.Integer()),
    bad: Type.Optional(Type.Integer()),
    created: Type.Optional(counts),
    updated: Type.Optional(counts),
    unchanged: Type.Optional(Type.Integer()),
    skipped: Type.Optional(Type.Integer()),
    undone: Type.Optional(Type.Integer()),
    left_count: Type.Optional(Type.Integer()),
  },
  { additionalProperties: Type.Unknown() },
);

/** One file that was brought in. */
export const importBatches = table(
  "import_batches",
  {
    ...record,
    file_name: readOnly(col.text()),
    file_id: readOnly(col.ref("files")),
    import_target: readOnly(col.text()),
    import_source: readOnly(col.text()),
    import_mode: defaulted(col.enum(["create_only", "fill_blanks", "overwrite"] as const), "fill_blanks" as const),
    import_status: readOnly(
      defaulted(
        col.enum(["uploaded", "applying", "applied", "undoing", "undone", "failed"] as const),
        "uploaded" as const,
      ),
    ),
    /** File column → field. */
    mapping: defaulted(col.json<Record<string, string | null>>({ shape: mapping }), {}),
    summary: readOnly(defaulted(col.json<Record<string, unknown>>({ shape: summary }), {})),
    created_by_id: readOnly(col.maybe.ref("users")),
    /** As whom the work on it goes on: of whoever has applied it, or is taking it back. */
    starter: secret(col.maybe.json<Starter>()),
    /** How far it has come; what is done stands in the same unit of work as the rows themselves. */
    done_rows: readOnly(defaulted(col.integer(), 0)),
    total_rows: readOnly(defaulted(col.integer(), 0)),
    /** Until then somebody is at work on it. */
    lease_until: readOnly(col.maybe.instant()),
    applied_at: readOnly(col.maybe.instant()),
    undone_at: readOnly(col.maybe.instant()),
  },
  { noun: "import", readPermission },
);

/** What a batch did to which record, and what has to be put back to undo it. */
export const importRows = table(
  "import_rows",
  {
    ...record,
    batch_id: readOnly(col.ref("import_batches")),
    line: readOnly(col.integer()),
    entity_type: readOnly(col.text()),
    entity_id: readOnly(col.id()),
    row_outcome: readOnly(col.enum(["created", "updated"] as const)),
    previous_values: readOnly(col.maybe.json<Record<string, unknown>>()),
    /** The record's version after the import: a later one was touched since and is left alone by undo. */
    version_after: readOnly(col.integer()),
  },
  { isAudited: false, readPermission },
);

/** What other systems call our records. */
export const externalIds = table(
  "external_ids",
  {
    ...link,
    external_source: col.text(),
    entity_type: col.text(),
    external_id: col.text(),
    entity_id: col.id(),
    batch_id: col.maybe.ref("import_batches"),
  },
  { isAudited: false, readPermission },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    import_batches: TableType<typeof importBatches>;
    import_rows: TableType<typeof importRows>;
    external_ids: TableType<typeof externalIds>;
  }
}
