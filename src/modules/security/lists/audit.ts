import { type RawBuilder, sql } from "kysely";
import { holds } from "../../../platform/access/grants.ts";
import { auditActions, auditLog } from "../../../platform/access/audit.ts";
import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { allTables, labelOf, type Table, tableNamed } from "../../../platform/database/columns.ts";
import { anyContains } from "../../../platform/database/containing.ts";
import { searchIds, titledWith } from "../../../platform/database/search.ts";
import type { TableName } from "../../../platform/database/tables.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { recordNoun } from "../../../platform/http/pages/record-noun.ts";
import { dayFilters } from "../../../platform/http/lists/kinds.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { t } from "../../../platform/language/index.ts";
import { hidden, namesNow, shownValues } from "../changes.ts";
import { verbOf } from "../../../platform/http/pages/audit-verb.ts";
import { actionTones } from "../words.ts";
import { crumbs, whoFilter } from "./shared.ts";

export interface AuditRow {
  id: string;
  timestamp: string;
  actor_name: string;
  action: string;
  entity_type: string;
  entity_id: string | null;
  new_values: Record<string, unknown> | null;
  old_values: Record<string, unknown> | null;
  ip_address: string;
}

export const auditList: List<AuditRow> = {
  title: "Audit log",
  subtitle: "Who did what, and when. Entries are only ever added.",
  breadcrumbs: crumbs,
  url: "/settings/audit",
  table: "audit_log",
  query: (ctx) =>
    reach(ctx, "audit_log").select([
      "audit_log.id",
      "audit_log.timestamp",
      "audit_log.actor_name",
      "audit_log.action",
      "audit_log.entity_type",
      "audit_log.entity_id",
      "audit_log.new_values",
      "audit_log.old_values",
      "audit_log.ip_address",
    ]),
  columns: [
    {
      key: "timestamp",
      label: "When",
      sort: {
        reference: "audit_log.timestamp",
        column: auditLog.columns.timestamp,
        window: { table: "audit_log", along: "key" },
      },
      cell: (row, ctx) => cell.instant(row.timestamp, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "actor_name", label: "Who", cell: (row) => cell.person(row.actor_name) },
    {
      key: "action",
      label: "Action",
      cell: (row) => cell.badge(verbOf(row), actionTones[row.action] ?? "neutral"),
    },
    {
      key: "what",
      label: "What",
      is_main: true,
      cell: (row) => cell.strong(whatChanged(row, null), `/settings/audit/${row.id}`),
      cells: async (rows, ctx) => {
        const known = await namesOfUnnamed(ctx, rows);
        return rows.map((row) => {
          const old_values = shownValues(ctx, row.entity_type, row.old_values);
          const new_values = shownValues(ctx, row.entity_type, row.new_values);
          const what = whatChanged({ ...row, old_values, new_values }, known.get(row.entity_id ?? ""));
          return cell.strong(what, `/settings/audit/${row.id}`);
        });
      },
    },
    { key: "ip_address", label: "IP address", is_secondary: true, cell: (row) => cell.muted(row.ip_address) },
  ],
  filters: [
    whoFilter<AuditRow>("audit_log.user_id"),
    {
      name: "action",
      label: "Action",
      options: () => auditActions.map((value) => ({ value, label: verbOf({ action: value, new_values: null }) })),
      apply: (query, value) => query.where("audit_log.action", "=", value),
    },
    {
      name: "what",
      label: "What",
      options: () =>
        allTables()
          .filter((table) => table.isAudited || table.isSensitive)
          .map((table) => ({ value: table.name, label: recordNoun(table.name) }))
          .toSorted((one, other) => one.label.localeCompare(other.label)),
      apply: (query, value) => query.where("audit_log.entity_type", "=", value),
    },
    ...dayFilters<AuditRow>("audit_log.timestamp", "instant"),
  ],
  search: "Search names, values, ids and addresses",
  match: async (query, text, ctx) => query.where(await inAudit(ctx, text)),
  sort: "-timestamp",
  href: (row) => `/settings/audit/${row.id}`,
  actions: () => [link(t("Export CSV"), "/settings/audit/export.csv", "download")],
  empty: () => empty("history", t("Nothing yet"), t("Changes, sign-ins and exports appear here.")),
};

const mostCalled = 300;

/**
 * Entries with a text in what they hold, or about a record that is called so: a change of a ticket's status does not hold its
 * title. Whose records somebody does not see, they do not find by name either.
 */
export async function inAudit(ctx: Ctx, text: string): Promise<RawBuilder<boolean>> {
  const held = heldIn(ctx, text);
  const called = await recordsCalled(ctx, text);
  return called.length === 0 ? held : sql<boolean>`(${held} or audit_log.entity_id in (${sql.join(called)}))`;
}

/** Ids of records with all words in their titles, the newest of each kind. */
async function recordsCalled(ctx: Ctx, text: string): Promise<string[]> {
  const ids: string[] = [];
  for (const name of ctx.app.registry.search.keys()) {
    const found = await searchIds(ctx, name, text, mostCalled);
    if (found.length === 0) continue;
    const those = reach(ctx, name as TableName)
      .select(`${name}.id` as "id")
      .where(sql.ref(`${name}.id`), "in", found)
      .where(titledWith(ctx, text, { [name]: `${name}.id` }));
    ids.push(...(await those.execute()).map(({ id }) => id));
  }
  return ids;
}

/** Values are searched only of records of which somebody may see all: a match would tell what a price is. */
function heldIn(ctx: Ctx, text: string): RawBuilder<boolean> {
  const { dialect } = ctx.app.database;
  const open = anyContains(["audit_log.actor_name", "audit_log.ip_address", "audit_log.entity_id"], text, dialect);
  const values = anyContains(["audit_log.old_values", "audit_log.new_values"], text, dialect);
  const hiding = allTables().filter((table) =>
    [table, ...Object.values(table.columns)].some(
      ({ readPermission: permission }) => permission !== null && !holds(ctx.actor, { permission, scope: "all" }),
    ),
  );
  if (hiding.length === 0) return sql<boolean>`(${open} or ${values})`;
  const names = sql.join(hiding.map(({ name }) => name));
  return sql<boolean>`(${open} or (audit_log.entity_type not in (${names}) and ${values}))`;
}

/** What records are called by, in this order; a person's title is no name. */
const names = ["name", "invoice_number", "contract_number", "title", "subject", "file_name", "label", "email"];

function nameIn(values: Record<string, unknown> | null): string {
  const text = (key: string): string =>
    typeof values?.[key] === "string" && values[key] !== hidden ? values[key].trim() : "";
  const person = `${text("first_name")} ${text("last_name")}`.trim();
  if (person !== "") return person;
  const key = names.find((one) => text(one) !== "" && (one !== "title" || values?.["first_name"] === undefined));
  return key === undefined ? "" : text(key);
}

/**
 * Sign-ins and looks hold no values, and changes only what has changed: what their records are called now, asked once for
 * each type on a page.
 */
async function namesOfUnnamed(ctx: Ctx, rows: readonly AuditRow[]): Promise<Map<string, string>> {
  const wanted = Map.groupBy(
    rows.filter(
      (row) =>
        row.entity_id !== null && (row.action === "update" || (row.new_values === null && row.old_values === null)),
    ),
    (row) => row.entity_type,
  );
  const found = [...wanted].map(([type, entries]) =>
    namesNow(
      ctx,
      type,
      entries.map((row) => row.entity_id ?? ""),
    ),
  );
  return new Map((await Promise.all(found)).flatMap((names) => [...names]));
}

/** "Ticket: Mailbox is full – Status, Assigned to" in one line. */
function whatChanged(row: AuditRow, known: string | null | undefined): string {
  const noun = recordNoun(row.entity_type);
  const held = nameIn(row.action === "delete" ? row.old_values : row.new_values);
  // A change may hold something else that looks like a name: a person's new e-mail address.
  const name = row.action === "update" ? (known ?? held) : held || (known ?? "");
  const what = name === "" ? noun : `${noun}: ${name}`;
  const fields = Object.keys(row.new_values ?? {}).filter((field) => field !== "name_key");
  if (row.action !== "update" || fields.length === 0) return what;
  const columns: Table["columns"] = tableNamed(row.entity_type)?.columns ?? {};
  const shown = fields
    .slice(0, 4)
    .map((field) => labelOf(field.replace(/_ids$/, "s"), columns[field] ?? { label: "" }));
  return `${what}${name === "" ? ":" : " –"} ${shown.join(", ")}${fields.length > shown.length ? " …" : ""}`;
}
