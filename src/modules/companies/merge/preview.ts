import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { openDefinitions } from "../../../platform/custom-fields/definitions.ts";
import { labelOf, type Table } from "../../../platform/database/columns.ts";
import { writable } from "../../../platform/database/edge.ts";
import { type Held, heldBy } from "../../../platform/database/repoint/repoint.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { companies, contacts, sites } from "../schema.ts";

export type MergeTable = "companies" | "contacts" | "sites";

export const mergeTables: Readonly<Record<MergeTable, Table>> = {
  companies: companies as unknown as Table,
  contacts: contacts as unknown as Table,
  sites: sites as unknown as Table,
};

type Row = Record<string, unknown>;

/** A field that both records have something different in, or only the one that goes. */
export interface Difference {
  /** A column, or `custom_fields.key`. */
  name: string;
  label: string;
  kept: unknown;
  gone: unknown;
  /** Whether the value of the one that goes is taken unless somebody says otherwise: where the other has none. */
  isTaken: boolean;
}

export interface MergePreview {
  kept: Row;
  gone: Row;
  differences: Difference[];
  /** What refers to the one that goes, and will refer to the other one. */
  held: Held[];
  /** What keeps the two from being merged, in sentences. */
  conflicts: string[];
}

/** What merging would do. Both records are within reach, or 404. */
export async function mergePreview(ctx: Ctx, table: MergeTable, keptId: string, goneId: string): Promise<MergePreview> {
  if (keptId === goneId) throw invalidField("merged_id", t("A record cannot be merged with itself."));
  const kept = (await find(ctx, table, keptId)) as Row;
  const gone = (await find(ctx, table, goneId)) as Row;
  return {
    kept,
    gone,
    differences: await differencesOf(ctx, mergeTables[table], kept, gone),
    held: await heldBy(ctx, table, goneId),
    conflicts: conflictsOf(table, kept, gone),
  };
}

/** Columns that a merge decides by itself, or that stay with the record they are of. */
const settled: ReadonlySet<string> = new Set([
  "custom_fields",
  "parent_company_id",
  "company_id",
  "site_id",
  "is_primary",
]);

async function differencesOf(ctx: Ctx, table: Table, kept: Row, gone: Row): Promise<Difference[]> {
  const found: Difference[] = [];
  const add = (name: string, label: string, one: unknown, other: unknown): void => {
    if (isBlank(other) || Bun.deepEquals(one, other)) return;
    found.push({ name, label, kept: one ?? null, gone: other, isTaken: isBlank(one) });
  };
  for (const name of writable(table)) {
    const column = table.columns[name];
    if (column !== undefined && !settled.has(name)) add(name, labelOf(name, column), kept[name], gone[name]);
  }
  const [one, other] = [(kept["custom_fields"] ?? {}) as Row, (gone["custom_fields"] ?? {}) as Row];
  for (const field of await openDefinitions(ctx, table.name))
    add(`custom_fields.${field.field_key}`, field.label, one[field.field_key], other[field.field_key]);
  return found;
}

function isBlank(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function conflictsOf(table: MergeTable, kept: Row, gone: Row): string[] {
  const conflicts: string[] = [];
  if (kept["merged_into_id"] !== null || gone["merged_into_id"] !== null)
    conflicts.push(t("One of the two has been merged already."));
  else if (kept["archived_at"] !== null)
    conflicts.push(t("The record that stays is archived. Restore it first, or keep the other one."));
  if (table === "contacts" && kept["portal_user_id"] !== null && gone["portal_user_id"] !== null)
    conflicts.push(t("Both have access to the portal. Take it away from one of them first."));
  if (table === "contacts" && kept["company_id"] !== gone["company_id"])
    conflicts.push(
      t(
        "The two contacts are at different companies. If they are one person, move one of them to the other's company first.",
      ),
    );
  if (table === "sites" && kept["company_id"] !== gone["company_id"])
    conflicts.push(t("The two sites belong to different companies."));
  return conflicts;
}
