import { can } from "../../../platform/access/actor.ts";
import type { Ctx } from "../../../platform/context.ts";
import { malformed } from "../../../platform/errors.ts";
import { isId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import type { TimelineEntry, TimelineSource, TimelineSubject } from "../../../platform/timeline.ts";

/** The sources that the actor may see. */
export function sourcesFor(ctx: Ctx): TimelineSource[] {
  return ctx.app.registry.timeline.filter(({ permission }) => permission === null || can(ctx.actor, permission));
}

export interface TimelinePage {
  entries: TimelineEntry[];
  /** Where the next page starts, or null on the last one. */
  next: string | null;
}

/** One page of what happened with a company or a contact, newest first; `kind` narrows it to one source. */
export async function timelinePage(
  ctx: Ctx,
  subject: TimelineSubject,
  given: { kind: string | null; after: string | null; size: number },
): Promise<TimelinePage> {
  const sources = sourcesFor(ctx).filter(({ kind }) => given.kind === null || kind === given.kind);
  const range = { before: given.after === null ? null : readCursor(given.after), limit: given.size + 1 };
  const found: TimelineEntry[] = [];
  for (const source of sources) found.push(...(await source.load(ctx, subject, range)));
  const sorted = found.toSorted((a, b) => (a.at === b.at ? compare(b.id, a.id) : compare(b.at, a.at)));
  const entries = sorted.slice(0, given.size);
  const last = entries.at(-1);
  const next = sorted.length > given.size && last !== undefined ? `${last.at}~${last.id}` : null;
  return { entries, next };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function readCursor(text: string): { at: string; id: string } {
  const [at = "", id = ""] = text.split("~");
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at) || Number.isNaN(Date.parse(at)) || !isId(id))
    throw malformed(t("page[after] is not a cursor of this list; start from the first page."), "bad_cursor");
  return { at, id };
}
