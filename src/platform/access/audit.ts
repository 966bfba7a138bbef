import { table as tableOf, col, defaulted, type NewRow, readOnly, type Table } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";
import type { Work } from "../context.ts";
import { newId } from "../ids.ts";
import { t } from "../language/index.ts";

export const auditActions = ["create", "update", "delete", "view", "login", "logout", "export"] as const;
export type AuditAction = (typeof auditActions)[number];

/** Everything that happened (PRD 3.18.2). Rows are only ever added. */
export const auditLog = tableOf(
  "audit_log",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    user_id: col.maybe.ref("users"),
    /** Who it was in words, so that the log stays readable when users change: a name, "Purser", "API key …". */
    actor_name: col.text(),
    action: col.enum(auditActions),
    entity_type: col.text(),
    entity_id: col.maybe.id(),
    old_values: col.maybe.json<Record<string, unknown>>(),
    new_values: col.maybe.json<Record<string, unknown>>(),
    ip_address: col.text(),
    user_agent: col.text({ maxLength: 1000 }),
    timestamp: col.instant(),
  },
  { isAudited: false, noun: "audit entry", readPermission: "audit.read" },
);

declare module "../database/tables.ts" {
  interface Tables {
    audit_log: TableType<typeof auditLog>;
  }
}

const uninteresting = new Set(["tenant_id", "version", "created_at", "updated_at"]);

/** A row as it was, null for a new one, or as it is, null for one that is gone. */
type Row = Record<string, unknown>;

/** Writes what changed of a row, old and new values side by side, secrets only as "changed". */
export function writeAudit(work: Work, table: Table, action: AuditAction, before: Row | null, after: Row | null): void {
  if (!table.isAudited) return;
  const id = String((after ?? before)?.["id"] ?? "");
  const entry = entryOf(work, action, table.name, id, ...changedValues(table, before, after));
  work.unit.later.add("audit_log", [entry]);
}

function changedValues(table: Table, before: Row | null, after: Row | null): [old: Row | null, next: Row | null] {
  const old: Record<string, unknown> = {};
  const next: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(table.columns)) {
    if (uninteresting.has(name)) continue;
    let [was, is] = [before?.[name] ?? null, after?.[name] ?? null];
    if (Bun.deepEquals(was, is)) continue;
    if (name === "custom_fields") [was, is] = differing(was, is);
    if (before !== null) old[name] = column.isSecret ? "(secret)" : was;
    if (after !== null) next[name] = column.isSecret ? "(secret)" : is;
  }
  // No column, but the record's own.
  if (before !== null && "tags" in before) old["tags"] = before["tags"];
  if (after !== null && "tags" in after) next["tags"] = after["tags"];
  return [before && old, after && next];
}

/** Of two sets of values those that are not the same, absent ones as null. */
function differing(was: unknown, is: unknown): [was: Record<string, unknown>, is: Record<string, unknown>] {
  const [old, next] = [(was ?? {}) as Record<string, unknown>, (is ?? {}) as Record<string, unknown>];
  const keys = Object.keys({ ...old, ...next }).filter((key) => !Bun.deepEquals(old[key], next[key]));
  const only = (values: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(keys.map((key) => [key, values[key] ?? null]));
  return [only(old), only(next)];
}

/** Writes an entry that is no change of a row: a sign-in, an export, a look at something sensitive. */
export function writeAuditEntry(
  work: Work,
  action: AuditAction,
  entityType: string,
  entityId: string,
  before: Row | null = null,
  after: Row | null = null,
): void {
  work.unit.later.add("audit_log", [entryOf(work, action, entityType, entityId, before, after)]);
}

function entryOf(
  { actor, request, app }: Work,
  action: AuditAction,
  entityType: string,
  entityId: string,
  old_values: Row | null,
  new_values: Row | null,
): NewRow<typeof auditLog> {
  return {
    id: newId(),
    user_id: actor.user_id,
    actor_name: actor.name === "" ? t("Nobody") : actor.name,
    action,
    entity_type: entityType,
    entity_id: entityId === "" ? null : entityId,
    old_values,
    new_values,
    ip_address: request.ip,
    user_agent: request.user_agent,
    timestamp: app.clock.now(),
  };
}
