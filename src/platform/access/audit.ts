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

/** A change of a row: as it was, null for a new one, and as it is, null for one that is gone. */
export interface RowChange {
  action: AuditAction;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Writes what changed of a row, old and new values side by side, secrets only as "changed". */
export function writeAudit(
  work: Work,
  table: Table,
  action: AuditAction,
  before: RowChange["before"],
  after: RowChange["after"],
): Promise<void> {
  return writeAudits(work, table, [{ action, before, after }]);
}

/** The same for several rows of a table, in one statement. */
export async function writeAudits(work: Work, table: Table, changes: readonly RowChange[]): Promise<void> {
  if (!table.isAudited || changes.length === 0) return;
  await work.db
    .insertInto("audit_log")
    .values(
      changes.map(({ action, before, after }) => {
        const id = String((after ?? before)?.["id"] ?? "");
        return entryOf(work, action, table.name, id, ...changedValues(table, before, after));
      }),
    )
    .execute();
}

function changedValues(
  table: Table,
  before: RowChange["before"],
  after: RowChange["after"],
): [old: RowChange["before"], next: RowChange["after"]] {
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
export async function writeAuditEntry(
  work: Work,
  action: AuditAction,
  entityType: string,
  entityId: string,
  before: Record<string, unknown> | null = null,
  after: Record<string, unknown> | null = null,
): Promise<void> {
  await work.db
    .insertInto("audit_log")
    .values(entryOf(work, action, entityType, entityId, before, after))
    .execute();
}

function entryOf(
  { actor, request, app }: Work,
  action: AuditAction,
  entityType: string,
  entityId: string,
  old_values: RowChange["before"],
  new_values: RowChange["after"],
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
