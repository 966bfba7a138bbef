import { Type } from "@sinclair/typebox";
import { col, defaulted, readOnly, record, table } from "../database/columns.ts";
import type { RowOf } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";

export const fieldTypes = [
  "text",
  "long_text",
  "number",
  "integer",
  "date",
  "datetime",
  "boolean",
  "choice",
  "choices",
  "url",
  "email",
  "company",
  "contact",
  "user",
] as const;

export type FieldType = (typeof fieldTypes)[number];

/** One entry that can be chosen. Archived ones stay readable and are not offered any more. */
export interface Choice {
  key: string;
  label: string;
  /** `#rrggbb`, or empty for a plain one. */
  color: string;
  is_archived: boolean;
}

const choices = Type.Array(
  Type.Object({ key: Type.String(), label: Type.String(), color: Type.String(), is_archived: Type.Boolean() }),
);

/** A field that an organization adds to a kind of record (PRD 3.3.1, 3.17.1). */
export const customFieldDefinitions = table(
  "custom_field_definitions",
  {
    ...record,
    /** The table whose records have it. */
    entity_type: col.text({ maxLength: 60, label: "Of" }),
    /** Its name in `custom_fields`, in the API and in files: lower snake_case, never changed. */
    field_key: col.text({ maxLength: 50, label: "Key" }),
    label: col.text({ maxLength: 80 }),
    field_type: col.enum(fieldTypes, { label: "Type" }),
    is_required: defaulted(col.boolean({ label: "Required" }), false),
    /** As one would type it; several choices separated by commas. */
    default_value: col.maybe.text({ maxLength: 500, label: "Default" }),
    help_text: defaulted(col.text({ maxLength: 300, label: "Help" }), ""),
    choices: readOnly(defaulted(col.json<Choice[]>({ shape: choices }), [])),
    /** The heading it stands under; empty: "More". */
    section: defaulted(col.text({ maxLength: 80 }), ""),
    sort_order: defaulted(col.integer({ label: "Position" }), 0),
    is_portal_visible: defaulted(col.boolean({ label: "Shown in the portal" }), false),
    archived_at: readOnly(col.maybe.instant()),
  },
  { noun: "custom field", isConfiguration: true, readPermission: "staff" },
);

export type Definition = RowOf<typeof customFieldDefinitions>;

declare module "../database/tables.ts" {
  interface Tables {
    custom_field_definitions: TableType<typeof customFieldDefinitions>;
  }
}
