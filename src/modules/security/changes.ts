import { holds } from "../../platform/access/grants.ts";
import type { Ctx } from "../../platform/context.ts";
import { type Column, labelOf, tableNamed } from "../../platform/database/columns.ts";
import { formatDate, formatInstant, words } from "../../platform/http/pages/cells.ts";
import { t } from "../../platform/language/index.ts";
import { formatMoney } from "../../platform/money.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { reach } from "../../platform/access/reach.ts";
import { isId } from "../../platform/ids.ts";
import { sql } from "kysely";

/** What stands in place of a value that is not to be seen. */
export const hidden = "(hidden)";

type Values = Record<string, unknown>;

/**
 * Values of an audit entry as somebody may see them: what they may not see of the record itself stays hidden here too. Of
 * records that they see some of (their own, their team's) an entry does not say which it is about, so all are hidden.
 */
export function shownValues(ctx: Ctx, entityType: string, values: Values | null): Values | null {
  if (values === null) return null;
  const table = tableNamed(entityType);
  const may = (permission: string | null): boolean =>
    permission === null || holds(ctx.actor, { permission, scope: "all" });
  const isShown = may(table?.readPermission ?? null);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isShown && may(table?.columns[name]?.readPermission ?? null) ? value : hidden,
    ]),
  );
}

/** One changed field: what it is called, and both values in words. */
export interface Change {
  field: string;
  before: string;
  after: string;
}

/** What an entry changed, field by field, as people read it. */
export async function changesOf(
  ctx: Ctx,
  entry: { entity_type: string; old_values: Values | null; new_values: Values | null },
): Promise<Change[]> {
  const table = tableNamed(entry.entity_type);
  const old = shownValues(ctx, entry.entity_type, entry.old_values) ?? {};
  const next = shownValues(ctx, entry.entity_type, entry.new_values) ?? {};
  const currency = String(next["currency"] ?? old["currency"] ?? ctx.tenant.currency);
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const column = table?.columns[name];
    const field = column === undefined ? words(name) : t(labelOf(name, column));
    const [before, after] = await Promise.all(
      [old[name], next[name]].map((value) => inWords(ctx, column, value, currency)),
    );
    changes.push({ field, before: before ?? "", after: after ?? "" });
  }
  return changes;
}

async function inWords(ctx: Ctx, column: Column | undefined, value: unknown, currency: string): Promise<string> {
  if (value == null || value === "") return "";
  if (typeof value === "boolean") return value ? t("Yes") : t("No");
  if (column?.kind === "money" && typeof value === "number") return formatMoney(value, currency, ctx.tenant.locale);
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  const text = String(value);
  if (column?.kind === "enum") return words(text);
  if (column?.kind === "instant" && !Number.isNaN(Date.parse(text))) return formatInstant(text, ctx.tenant);
  if (column?.kind === "date" && /^\d{4}-\d\d-\d\d$/.test(text)) return formatDate(text, ctx.tenant);
  if (column?.references != null && isId(text)) return (await nameOf(ctx, column.references, text)) ?? text;
  return text;
}

/** What a record is called, as far as the actor may see it. */
export async function nameOf(ctx: Ctx, table: string, id: string): Promise<string | null> {
  return (await namesNow(ctx, table, [id])).get(id) ?? null;
}

/** What records of a table are called now, by their ids, as far as the actor may see them. */
export async function namesNow(ctx: Ctx, table: string, ids: readonly string[]): Promise<Map<string, string>> {
  const asked = [...new Set(ids)].filter(isId);
  if (asked.length === 0 || tableNamed(table)?.columns["id"] === undefined) return new Map();
  const rows = (await reach(ctx, table as TableName)
    .selectAll()
    .where(sql.ref<string>(`${table}.id`), "in", asked)
    .execute()) as Values[];
  const hits = ctx.app.registry.search.get(table);
  const names = rows.map((row) => [
    String(row["id"]),
    hits?.hit(row, ctx).title ?? row["name"] ?? row["subject"] ?? row["file_name"],
  ]);
  return new Map(names.filter((pair): pair is [string, string] => typeof pair[1] === "string" && pair[1] !== ""));
}
