import { sql } from "kysely";
import { words } from "../../../platform/http/pages/cells.ts";
import type { ListFilter, ListQuery } from "../../../platform/http/lists/list.ts";
import { declared, t } from "../../../platform/language/index.ts";

/** What the lists of clients share. */

/** Archived records are left out until somebody asks for them. */
export function archivedFilter<R>(table: string): ListFilter<R> {
  return {
    name: "archived",
    label: declared("Archived"),
    options: () => [{ value: "yes", label: t("Archived") }],
    apply: (query: ListQuery<R>) => query.where(sql<boolean>`${sql.ref(`${table}.archived_at`)} is not null`),
    otherwise: (query: ListQuery<R>) => query.where(sql<boolean>`${sql.ref(`${table}.archived_at`)} is null`),
  };
}

export function statusTone(status: string): string {
  if (status === "active") return "success";
  return status === "prospect" ? "info" : "neutral";
}

/** The values of an enumeration as choices of a filter. */
export function choices(values: readonly string[]): { value: string; label: string }[] {
  return values.map((value) => ({ value, label: words(value) }));
}
