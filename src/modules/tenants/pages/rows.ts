import type { Ctx } from "../../../platform/context.ts";
import { cell, formatBytes, formatInstant, words } from "../../../platform/http/pages/cells.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import type { SectionColumn, SectionRow } from "../../../platform/http/pages/section.ts";
import { t } from "../../../platform/language/index.ts";
import type { RowFor } from "../../../platform/access/reach.ts";
import "../schema.ts";

export type LogRow = RowFor<"operator_log">;
export type TaskRow = RowFor<"tenant_tasks">;

/** What an operator did, in words. */
export function doingInWords(doing: string): string {
  const known: Record<string, string> = {
    "tenants.create": t("Created the organization"),
    "tenants.update": t("Changed the organization"),
    "tenants.suspend": t("Suspended the organization"),
    "tenants.activate": t("Activated the organization"),
    "tenants.export": t("Asked for an export"),
    "tenants.export_fetched": t("Fetched an export"),
    "tenants.rotate_key": t("Asked for a new key"),
    "tenants.key_rotated": t("Sealed everything with a new key"),
    "tenants.delete": t("Began to delete the organization"),
    "tenants.deleted": t("Deleted the organization"),
    "tenants.domain_added": t("Added a host name"),
    "tenants.domain_removed": t("Removed a host name"),
    "tenants.domain_primary": t("Chose the primary host name"),
    "tenants.domain_verified": t("Verified a host name"),
    "operators.sign_in": t("Signed in"),
    "operators.sign_in_failed": t("Could not sign in"),
    "operators.sign_out": t("Signed out"),
    "operators.add": t("Added an operator"),
    "operators.relink": t("Made a new link for an operator"),
    "operators.deactivate": t("Deactivated an operator"),
    "operators.reactivate": t("Reactivated an operator"),
    "operators.two_step_on": t("Set up two-step sign-in"),
    "operators.two_step_off": t("Removed two-step sign-in"),
    "operators.two_step_reset": t("Reset an operator's two-step sign-in"),
    "operators.recovery_codes_made": t("Made new recovery codes"),
    "operators.recovery_code_used": t("Used a recovery code"),
    "operators.passkey_added": t("Added a passkey"),
    "operators.passkey_removed": t("Removed a passkey"),
    "operators.password_changed": t("Changed the password"),
    "operators.session_ended": t("Ended a session"),
    "operators.other_sessions_ended": t("Ended all other sessions"),
    "operators.key_made": t("Made an API key"),
    "operators.key_revoked": t("Revoked an API key"),
  };
  return known[doing] ?? words(doing.replace(".", "_"));
}

export function logColumns(): SectionColumn[] {
  return [
    { label: t("When") },
    { label: t("Who") },
    { label: t("What"), is_main: true },
    { label: t("Details"), is_secondary: true },
  ];
}

export function logRows(rows: readonly LogRow[], ctx: Ctx): SectionRow[] {
  const now = ctx.app.clock.now();
  return rows.map((row) => ({
    id: row.id,
    href: `/log/${row.id}`,
    cells: [
      cell.instant(row.timestamp, ctx.tenant, now),
      cell.person(row.operator_name),
      cell.strong(doingInWords(row.doing), `/log/${row.id}`),
      cell.muted(detailsOf(row.details)),
    ],
  }));
}

type Details = Record<string, unknown>;

const shownValue = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : String(value));

/** Details in one line, as "reason: unpaid; message: Call us". */
export function detailsOf(details: Details): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${words(name).toLowerCase()}: ${shownValue(value)}`)
    .join("; ");
}

/** Details one below the other, each in full; what was emptied shows as that. */
export function detailFacts(details: Details, { tenant }: Ctx): [label: string, value: CellModel][] {
  const textOf = (name: string, value: unknown): string => {
    if (value === null || value === "") return "–";
    return name.endsWith("_at") ? formatInstant(String(value), tenant) : shownValue(value);
  };
  return Object.entries(details).map(([name, value]) => [words(name), cell.text(textOf(name, value))]);
}

const tones: Record<string, string> = { waiting: "neutral", running: "info", done: "success", failed: "error" };

export function kindInWords(kind: string): string {
  const known: Record<string, string> = { export: t("Export"), delete: t("Deletion"), rotate_key: t("New key") };
  return known[kind] ?? words(kind);
}

export function stateOfTask(row: TaskRow): CellModel {
  const known: Record<string, string> = {
    waiting: t("Waiting"),
    running: t("Running"),
    done: t("Done"),
    failed: t("Failed"),
  };
  return cell.badge(known[row.task_state] ?? row.task_state, tones[row.task_state] ?? "neutral");
}

/** How far a task is, or what has become of it. */
export function progressOf(row: TaskRow): CellModel {
  if (row.task_state === "failed") return cell.text(row.last_error);
  if (isFetchable(row))
    return cell.link(t("Download ({size})", { size: formatBytes(row.result_kb * 1000) }), `/tasks/${row.id}/download`);
  if (row.task_state === "done" && row.task_kind === "export") return cell.muted(t("Expired"));
  return row.total_count === 0
    ? cell.nothing
    : cell.text(t("{done} of {total}", { done: row.done_count, total: row.total_count }));
}

/** Whether an export can still be downloaded. */
export function isFetchable(row: Pick<TaskRow, "task_kind" | "task_state" | "result_kb">): boolean {
  return row.task_kind === "export" && row.task_state === "done" && row.result_kb > 0;
}

export function taskColumns(): SectionColumn[] {
  return [
    { label: t("Task") },
    { label: t("State") },
    { label: t("Progress") },
    { label: t("Asked for"), is_secondary: true },
    { label: t("By"), is_secondary: true },
  ];
}

export function taskRows(rows: readonly TaskRow[], ctx: Ctx): SectionRow[] {
  const now = ctx.app.clock.now();
  return rows.map((row) => ({
    id: row.id,
    cells: [
      cell.text(kindInWords(row.task_kind)),
      stateOfTask(row),
      progressOf(row),
      cell.instant(row.created_at, ctx.tenant, now),
      cell.text(row.requested_by),
    ],
  }));
}
