import type { Ctx } from "../context.ts";
import { allTables, type Table } from "../database/columns.ts";
import { runOnceBuilt } from "../database/once.ts";
import type { Definition } from "./schema.ts";

/** Whether records of a table have custom fields. */
export function hasCustomFields(table: Pick<Table, "columns">): boolean {
  return table.columns["custom_fields"] !== undefined;
}

// As people think of them; others come after.
const order = ["companies", "contacts", "tickets", "contracts"];

/** Every table whose records have custom fields. */
export function customFieldTables(): Table[] {
  const place = ({ name }: Table): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return allTables()
    .filter(hasCustomFields)
    .toSorted((a, b) => place(a) - place(b));
}

/** The fields of a kind of record in their order, archived ones too: their values stay readable. */
export async function definitionsOf(ctx: Ctx, entityType: string): Promise<readonly Definition[]> {
  return runOnceBuilt(ctx, "custom fields", { entityType }, (given) =>
    ctx.db
      .selectFrom("custom_field_definitions")
      .selectAll()
      .where("entity_type", "=", given.entityType)
      .orderBy("sort_order")
      .orderBy("id"),
  );
}

/** The fields that are still filled in. */
export async function openDefinitions(ctx: Ctx, entityType: string): Promise<Definition[]> {
  return (await definitionsOf(ctx, entityType)).filter((field) => field.archived_at === null);
}
