import { reach, wholeShape } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import { beginningOf } from "../../platform/html.ts";
import { formatAgo, formatInstant, whenOf } from "../../platform/http/pages/cells.ts";
import type { AlertModel, TimelineEntryModel, WhenModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import type { TimelineEntry } from "../../platform/timeline.ts";

/** How much of a text stands among others; the rest is one step away. */
const glance = 1500;

/** Entries of a timeline as a page shows them. */
export function entryModels(ctx: Ctx, entries: readonly TimelineEntry[]): TimelineEntryModel[] {
  const now = ctx.app.clock.now();
  return entries.map((entry) => ({
    id: entry.id,
    kind: entry.kind,
    icon: entry.icon,
    actor: entry.actor_name,
    text: entry.text,
    html: beginningOf(entry.html, glance) ?? entry.html,
    href: entry.href,
    badge: entry.badge,
    at: entry.at,
    at_text: formatAgo(entry.at, ctx.tenant, now),
    at_hint: formatInstant(entry.at, ctx.tenant),
  }));
}

export interface ShownNote {
  id: string;
  html: string;
  detail: WhenModel;
  href: string;
}

/** Notes that stand out on the page of what they are about, the latest first. */
export async function standingNotes(
  ctx: Ctx,
  which: "is_pinned" | "is_alert",
  of: { company_id?: string | null; contact_id?: string | null; site_id?: string | null },
): Promise<ShownNote[]> {
  const about: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries(of).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  if (Object.keys(about).length === 0) return [];
  const shape = wholeShape(ctx, `standing notes ${which} ${Object.keys(about).join()}`, "record_notes");
  const rows = await runOnceBuilt(ctx, shape, about, (given) =>
    reach(ctx, "record_notes")
      .leftJoin("users as authors", "authors.id", "record_notes.created_by_id")
      .select([
        "record_notes.id",
        "record_notes.content",
        "record_notes.created_at",
        "record_notes.company_id",
        "record_notes.contact_id",
        "record_notes.site_id",
        "authors.name as author",
      ])
      .where(`record_notes.${which}`, "=", true)
      .where((eb) =>
        eb.or(Object.entries(given).map(([column, id]) => eb(`record_notes.${column as "company_id"}`, "=", id))),
      )
      .orderBy("record_notes.created_at", "desc")
      .limit(10),
  );
  return rows.map((row) => ({
    id: row.id,
    html: beginningOf(row.content, glance) ?? row.content,
    detail: whenOf(ctx, row.created_at, (when) => `${row.author ?? ctx.tenant.name} · ${when(row.created_at)}`),
    href: noteAddress(row),
  }));
}

interface OfWhat {
  company_id: string | null;
  contact_id: string | null;
  site_id: string | null;
}

export function addressOf(row: OfWhat): string {
  if (row.company_id !== null) return `/companies/${row.company_id}`;
  return row.contact_id === null ? `/sites/${row.site_id ?? ""}` : `/contacts/${row.contact_id}`;
}

/** Where a note stands, whole, however many came after it. */
export function noteAddress(note: OfWhat & { id: string }): string {
  return `${addressOf(note)}/notes?note=${note.id}#note-${note.id}`;
}

/** The warnings about a client, for the top of a page. */
export async function alertsOf(
  ctx: Ctx,
  of: { company_id?: string | null; contact_id?: string | null; site_id?: string | null },
): Promise<AlertModel[]> {
  return (await standingNotes(ctx, "is_alert", of)).map(({ html, detail, href }) => ({
    html,
    detail: {
      ...detail,
      text: t("Note by {who}", { who: detail.text }),
      hint: t("Note by {who}", { who: detail.hint }),
    },
    href,
  }));
}
