import { type RawBuilder, sql } from "kysely";
import { reach, wholeShape } from "../../../platform/access/reach.ts";
import { runOnceBuilt } from "../../../platform/database/once.ts";
import { activityEntries } from "../../../platform/http/pages/activity.ts";
import { formatMinutes, words } from "../../../platform/http/pages/cells.ts";
import { t } from "../../../platform/language/index.ts";
import {
  beforeIn,
  timelineShape,
  timelineValues,
  type TimelineEntry,
  type TimelineSource,
} from "../../../platform/timeline.ts";
import { contactName } from "../../companies/index.ts";

const icons: Record<string, string> = { call: "phone", meeting: "users", mail: "mail", other: "message" };

const changes: TimelineSource = {
  kind: "change",
  label: "Changes",
  permission: null,
  load: async (ctx, { table, id }, range) =>
    (await activityEntries(ctx, table, id, range.limit, range)).map((entry) => ({
      id: entry.id,
      kind: "change",
      at: entry.timestamp,
      actor_name: entry.actor_name,
      text: entry.text,
      html: "",
      href: "",
      icon: entry.action === "create" ? "plus" : "pencil",
      badge: null,
      changes: entry.changes,
      action: entry.action,
    })),
};

const notes: TimelineSource = {
  kind: "note",
  label: "Notes",
  permission: "companies.read",
  load: async (ctx, subject, range) => {
    const { table, id } = subject;
    const shape = wholeShape(ctx, timelineShape("notes", table, range), "record_notes");
    const rows = await runOnceBuilt(ctx, shape, timelineValues(subject, range), (given) =>
      reach(ctx, "record_notes")
        .leftJoin("users as authors", "authors.id", "record_notes.created_by_id")
        .select([
          "record_notes.id",
          "record_notes.content",
          "record_notes.created_at",
          "record_notes.is_alert",
          "record_notes.is_pinned",
          "authors.name as author",
        ])
        .where(`record_notes.${table === "companies" ? "company_id" : "contact_id"}`, "=", given.id)
        .where(beforeIn("record_notes.created_at", "record_notes.id", given))
        .orderBy("record_notes.created_at", "desc")
        .orderBy("record_notes.id", "desc")
        .limit(range.limit),
    );
    return rows.map((row): TimelineEntry => ({
      id: row.id,
      kind: "note",
      at: row.created_at,
      actor_name: row.author ?? ctx.tenant.name,
      text: t("Note"),
      html: row.content,
      href: `/${table}/${id}/notes?note=${row.id}#note-${row.id}`,
      icon: row.is_alert ? "alert" : "pencil",
      badge: row.is_alert
        ? { text: t("Alert"), tone: "warning" }
        : row.is_pinned
          ? { text: t("Pinned"), tone: "info" }
          : null,
    }));
  },
};

const talks: TimelineSource = {
  kind: "interaction",
  label: "Calls and meetings",
  permission: "companies.read",
  load: async (ctx, subject, range) => {
    const { table } = subject;
    const took = (id: string): RawBuilder<boolean> =>
      sql`exists (select 1 from interaction_participants p where p.tenant_id = ${ctx.tenant.id} and p.interaction_id = interactions.id and p.contact_id = ${id})`;
    const shape = wholeShape(ctx, timelineShape("interactions", table, range), "interactions");
    const rows = await runOnceBuilt(ctx, shape, timelineValues(subject, range), (given) =>
      reach(ctx, "interactions")
        .leftJoin("users as authors", "authors.id", "interactions.created_by_id")
        .leftJoin("contacts as people", "people.id", "interactions.contact_id")
        .select([
          "interactions.id",
          "interactions.interaction_type",
          "interactions.direction",
          "interactions.subject",
          "interactions.content",
          "interactions.occurred_at",
          "interactions.duration_minutes",
          "authors.name as author",
          "people.first_name",
          "people.last_name",
        ])
        .where((eb) =>
          table === "companies"
            ? eb("interactions.company_id", "=", given.id)
            : eb.or([eb("interactions.contact_id", "=", given.id), took(given.id)]),
        )
        .where(beforeIn("interactions.occurred_at", "interactions.id", given))
        .orderBy("interactions.occurred_at", "desc")
        .orderBy("interactions.id", "desc")
        .limit(range.limit),
    );
    return rows.map((row): TimelineEntry => {
      const who =
        row.first_name === null ? "" : contactName({ first_name: row.first_name, last_name: row.last_name ?? "" });
      const kind = t(words(row.interaction_type));
      const minutes = row.duration_minutes === null ? "" : formatMinutes(row.duration_minutes);
      return {
        id: row.id,
        kind: "interaction",
        at: row.occurred_at,
        actor_name: row.author ?? ctx.tenant.name,
        text: [who === "" ? kind : t("{kind} with {who}", { kind, who }), row.subject].join(": "),
        html: row.content,
        href: `/interactions/${row.id}/edit`,
        icon: icons[row.interaction_type] ?? "message",
        badge: minutes === "" ? null : { text: minutes, tone: "neutral" },
      };
    });
  },
};

/** Mails about tickets and invoices that went to the contact, or to anybody of the company; what stands in them is not shown. */
const sentMails: TimelineSource = {
  kind: "mail",
  label: "Mails",
  permission: "companies.read",
  load: async (ctx, subject, range) => {
    const { table } = subject;
    const addresses = (id: string) =>
      reach(ctx, "contacts")
        .select(sql<string>`lower(contacts.email)`.as("email"))
        .where(table === "companies" ? "contacts.company_id" : "contacts.id", "=", id)
        .where("contacts.email", "is not", null);
    const shape = wholeShape(ctx, timelineShape("mails", table, range), "contacts", "tickets", "invoices");
    const rows = await runOnceBuilt(ctx, shape, timelineValues(subject, range), (given) =>
      ctx.db
        .selectFrom("mails")
        .select(["id", "created_at", "subject", "to_name", "to_address", "mail_status", "entity_type", "entity_id"])
        .where(sql`lower(to_address)`, "in", addresses(given.id))
        // A mail about a record that the actor may not see is none of theirs.
        .where((eb) =>
          eb.or([
            eb.and([
              eb("entity_type", "=", "tickets"),
              eb.exists(
                reach(ctx, "tickets").select("tickets.id").whereRef("tickets.id", "=", sql.ref("mails.entity_id")),
              ),
            ]),
            eb.and([
              eb("entity_type", "=", "invoices"),
              eb.exists(
                reach(ctx, "invoices").select("invoices.id").whereRef("invoices.id", "=", sql.ref("mails.entity_id")),
              ),
            ]),
          ]),
        )
        .where(beforeIn("mails.created_at", "mails.id", given))
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .limit(range.limit),
    );
    return rows.map((row): TimelineEntry => ({
      id: row.id,
      kind: "mail",
      at: row.created_at,
      actor_name: ctx.tenant.name,
      text: t("Mail to {who}: {subject}", { who: row.to_name || row.to_address, subject: row.subject }),
      html: "",
      href: hrefOf(row),
      icon: "mail",
      badge: row.mail_status === "failed" ? { text: t("Failed"), tone: "error" } : null,
    }));
  },
};

interface About {
  entity_type: string | null;
  entity_id: string | null;
}

function hrefOf({ entity_type, entity_id }: About): string {
  return entity_id !== null && (entity_type === "tickets" || entity_type === "invoices")
    ? `/${entity_type}/${entity_id}`
    : "";
}

export const journalSources: readonly TimelineSource[] = [changes, notes, talks, sentMails];
