import { reach, wholeShape } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { escapeHtml } from "../../platform/html.ts";
import { formatMinutes } from "../../platform/http/pages/cells.ts";
import type { NoteModel } from "../../platform/http/models/pages.ts";
import { initialsOf } from "../../platform/http/pages/frame.ts";
import { listed, t } from "../../platform/language/index.ts";
import { writtenAt } from "../tickets/index.ts";

/** What happened to a ticket beside what was written on it: lines between the notes of its conversation. */

/** Changes that are worth a line, and where their ids have a name. */
const told: Record<string, TableName> = {
  status_id: "ticket_statuses",
  priority_id: "ticket_priorities",
  queue_id: "ticket_queues",
  assigned_to_id: "users",
};

/** What somebody did, behind their name; the name of what it became is HTML already. */
function deedOf(column: string, name: string): string {
  const deeds: Record<string, string> = {
    status_id: t("set the status to {name}", { name }),
    priority_id: t("set the priority to {name}", { name }),
    queue_id: t("moved it to the queue {name}", { name }),
    assigned_to_id: t("assigned it to {name}", { name }),
  };
  return deeds[column] ?? "";
}

const most = 200;

interface Happening {
  id: string;
  at: string;
  author: string;
  html: string;
}

function line(ctx: Ctx, { id, at, author, html }: Happening): NoteModel {
  return {
    id,
    author,
    initials: initialsOf(author),
    kind: "event",
    is_client: false,
    label: "",
    ...writtenAt(ctx, at),
    content_html: html,
    time_text: "",
    attachments: [],
  };
}

/** Who changed status, priority, queue and assignee, and when, oldest first. The ticket was fetched through reach. */
export async function changesOf(ctx: Ctx, ticketId: string): Promise<NoteModel[]> {
  const rows = await runOnceBuilt(ctx, "changes of a ticket", { ticketId }, (given) =>
    ctx.db
      .selectFrom("audit_log")
      .select(["id", "timestamp", "actor_name", "new_values"])
      .where("entity_type", "=", "tickets")
      .where("entity_id", "=", given.ticketId)
      .where("action", "=", "update")
      .orderBy("timestamp", "desc")
      .orderBy("id", "desc")
      .limit(most),
  );
  const names = await namesOf(
    ctx,
    rows.map((row) => row.new_values ?? {}),
  );
  return rows.toReversed().flatMap((row) => {
    const changes = Object.entries(row.new_values ?? {}).filter(([column]) => column in told);
    const parts = changes.map(([column, value]) =>
      value === null
        ? t("took the assignee away")
        : deedOf(column, `<strong>${escapeHtml(names.get(String(value)) ?? t("something deleted"))}</strong>`),
    );
    return parts.length === 0
      ? []
      : [line(ctx, { id: row.id, at: row.timestamp, author: row.actor_name, html: listed(parts) })];
  });
}

async function namesOf(ctx: Ctx, changes: readonly Record<string, unknown>[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const [column, table] of Object.entries(told)) {
    const ids = [...new Set(changes.map((change) => change[column]).filter((id) => typeof id === "string"))];
    if (ids.length === 0) continue;
    const rows = await ctx.db
      .selectFrom(table as "ticket_statuses")
      .select(["id", "name"])
      .where("id", "in", ids)
      .execute();
    for (const row of rows) names.set(row.id, row.name);
  }
  return names;
}

interface Worked {
  /** "25 min · Remote support", by the note it was logged with. */
  byNote: Map<string, string>;
  /** Time that was logged without a note. */
  lines: NoteModel[];
}

/** Time on a ticket, as far as the actor may see it. */
export async function workOn(ctx: Ctx, ticketId: string): Promise<Worked> {
  const shape = wholeShape(ctx, "work on a ticket", "time_entries");
  const rows = await runOnceBuilt(ctx, shape, { ticketId }, (given) =>
    reach(ctx, "time_entries")
      .innerJoin("work_types", "work_types.id", "time_entries.work_type_id")
      .innerJoin("users", "users.id", "time_entries.user_id")
      .select([
        "time_entries.id",
        "time_entries.note_id",
        "time_entries.duration_minutes",
        "time_entries.created_at",
        "work_types.name as work_type",
        "users.name as author",
      ])
      .where("time_entries.ticket_id", "=", given.ticketId)
      .orderBy("time_entries.created_at"),
  );
  const byNote = new Map<string, string>();
  const lines: NoteModel[] = [];
  for (const row of rows) {
    const text = `${formatMinutes(row.duration_minutes)} · ${row.work_type}`;
    if (row.note_id === null)
      lines.push(
        line(ctx, {
          id: row.id,
          at: row.created_at,
          author: row.author,
          html: t("logged {time}", { time: `<strong>${escapeHtml(text)}</strong>` }),
        }),
      );
    else byNote.set(row.note_id, byNote.has(row.note_id) ? `${byNote.get(row.note_id) ?? ""}, ${text}` : text);
  }
  return { byNote, lines };
}
