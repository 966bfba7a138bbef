import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { cell, empty, facts, formatInstant, link } from "../../../platform/http/pages/cells.ts";
import { recordNoun } from "../../../platform/http/pages/record-noun.ts";
import { formRoutes } from "../../../platform/http/forms/page.ts";
import { field, formModel } from "../../../platform/http/forms/model.ts";
import { listAnswer, tableModel } from "../../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import type { AnyAction } from "../../../platform/action.ts";
import { setApiLogDays } from "../actions.ts";
import { type Change, changesOf, nameOf, shownValues } from "../changes.ts";
import { exportLog } from "../export.ts";
import { auditList } from "../lists/audit.ts";
import { requestList } from "../lists/requests.ts";
import { verbOf } from "../../../platform/http/pages/audit-verb.ts";

const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Audit log", href: "/settings/audit" },
];

async function showEntry(ctx: Ctx, id: string): Promise<Answer> {
  const entry = await find(ctx, "audit_log", id);
  const noun = recordNoun(entry.entity_type);
  const name = entry.entity_id === null ? null : await nameOf(ctx, entry.entity_type, entry.entity_id);
  const title = name === null ? noun : `${noun}: ${name}`;
  const changes = await changesOf(ctx, entry);
  const model: RecordPageModel = {
    header: {
      title,
      subtitle: `${verbOf(entry)} · ${formatInstant(entry.timestamp, ctx.tenant)}`,
      breadcrumbs: crumbs,
      badges: [],
      actions:
        entry.entity_id === null
          ? []
          : [link(t("Everything about this record"), `/settings/audit?q=${entry.entity_id}`, "history")],
    },
    stats: [],
    tabs: [],
    sections: [
      {
        id: "changes",
        title: t("What changed"),
        actions: [],
        table: tableModel<Change & { id: string }>(
          ctx,
          {
            title: t("What changed"),
            table: "changes",
            href: () => "",
            columns: [
              { key: "field", label: t("Field"), cell: (row) => cell.text(row.field) },
              { key: "before", label: t("Before"), cell: (row) => cell.muted(row.before) },
              { key: "after", label: t("After"), cell: (row) => cell.text(row.after) },
            ],
          },
          changes.map((change, index) => ({ ...change, id: String(index) })),
          "field",
          null,
        ),
        empty: empty("history", t("No values"), t("Nothing was changed: this entry says that something was done.")),
        more_url: "",
        more_label: "",
      },
    ],
    facts: [
      facts(t("Who and from where"), [
        [t("Who"), cell.person(entry.actor_name)],
        [t("When"), cell.text(formatInstant(entry.timestamp, ctx.tenant))],
        [t("Address"), cell.text(entry.ip_address)],
        [t("Program"), cell.muted(entry.user_agent)],
        [t("Record"), cell.muted(entry.entity_id)],
      ]),
    ],
    notes: "",
    attachments: [],
  };
  return page("records/show", title, model);
}

const read = "audit.read";

/** The audit log and the access log of the API: to search, to narrow, to read entry by entry, and to take away as CSV. */
export const logPages: Route[] = [
  {
    method: "GET",
    path: "/settings/audit",
    door: "staff",
    permission: read,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, auditList),
  },
  {
    method: "GET",
    path: "/settings/audit/export.csv",
    door: "staff",
    permission: read,
    isOutsideRead: true,
    handle: (ctx, incoming) =>
      exportLog(ctx, incoming, {
        list: {
          ...auditList,
          query: (reader) => auditList.query(reader).select(["audit_log.user_agent", "audit_log.user_id"]) as never,
        },
        column: "timestamp",
        headers: [
          "timestamp",
          "user_id",
          "actor_name",
          "action",
          "entity_type",
          "entity_id",
          "old_values",
          "new_values",
          "ip_address",
          "user_agent",
        ],
        row: (row, reader) => {
          const whole = row as typeof row & { user_agent: string; user_id: string | null };
          return [
            whole.timestamp,
            whole.user_id,
            whole.actor_name,
            whole.action,
            whole.entity_type,
            whole.entity_id,
            ...[whole.old_values, whole.new_values].map((values) =>
              values === null ? null : JSON.stringify(shownValues(reader, whole.entity_type, values)),
            ),
            whole.ip_address,
            whole.user_agent,
          ];
        },
      }),
  },
  {
    method: "GET",
    path: "/settings/audit/:id",
    door: "staff",
    permission: read,
    handle: (ctx, incoming) => showEntry(ctx, incoming.params["id"] ?? ""),
  },
  {
    method: "GET",
    path: "/settings/api-requests",
    door: "staff",
    permission: read,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, requestList),
  },
  {
    method: "GET",
    path: "/settings/api-requests/export.csv",
    door: "staff",
    permission: read,
    isOutsideRead: true,
    handle: (ctx, incoming) =>
      exportLog(ctx, incoming, {
        list: requestList,
        column: "requested_at",
        headers: [
          "requested_at",
          "actor_name",
          "method",
          "path",
          "status_code",
          "duration_ms",
          "ip_address",
          "user_agent",
        ],
        row: (row) => [
          row.requested_at,
          row.actor_name,
          row.method,
          row.path,
          row.status_code,
          row.duration_ms,
          row.ip_address,
          row.user_agent,
        ],
      }),
  },
  ...formRoutes({
    path: "/settings/api-requests/keep",
    permission: "security.manage",
    action: setApiLogDays as unknown as AnyAction,
    title: () => t("How long API requests are kept"),
    breadcrumbs: [crumbs[0] as (typeof crumbs)[0], { label: "API requests", href: "/settings/api-requests" }],
    form: async (ctx, _incoming, typed, failure) => {
      const row = await ctx.db
        .selectFrom("organizations")
        .select(["api_log_days", "version"])
        .executeTakeFirstOrThrow();
      return formModel({
        action: "/settings/api-requests/keep",
        values: typed ?? { api_log_days: row.api_log_days },
        version: row.version,
        failure,
        submit_label: t("Save"),
        cancel_url: "/settings/api-requests",
        sections: [
          {
            title: "",
            fields: [
              field("api_log_days", t("Days"), {
                kind: "number",
                is_required: true,
                hint: t("Older requests are deleted every night. The audit log itself is kept for ever."),
              }),
            ],
          },
        ],
      });
    },
    done: () => redirect("/settings/api-requests", t("Saved.")),
  }),
];
