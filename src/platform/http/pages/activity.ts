import type { Ctx } from "../../context.ts";
import { runOnceBuilt } from "../../database/once.ts";
import { beforeIn, type TimelineRange, timelineShape, timelineValues } from "../../timeline.ts";
import { tableNamed, labelOf } from "../../database/columns.ts";
import { t } from "../../language/index.ts";
import { definitionsOf, hasCustomFields } from "../../custom-fields/definitions.ts";
import type { Definition } from "../../custom-fields/schema.ts";
import { verbOf } from "./audit-verb.ts";
import { cell, empty, words } from "./cells.ts";
import { section } from "./section.ts";
import type { SectionModel } from "../models/partials.ts";

const most = 20;

/** What happened to a record, newest first: who changed what, and when. The record itself was fetched through reach. */
export async function activityOf(ctx: Ctx, entityType: string, id: string): Promise<SectionModel> {
  const entries = await activityEntries(ctx, entityType, id, most);
  const now = ctx.app.clock.now();
  return section({
    id: "activity",
    title: t("Activity"),
    columns: [t("When"), t("Who"), t("What")],
    rows: entries.map((entry) => ({
      id: entry.id,
      cells: [cell.instant(entry.timestamp, ctx.tenant, now), cell.person(entry.actor_name), cell.text(entry.text)],
    })),
    empty: empty("history", t("Nothing yet"), t("Changes appear here.")),
  });
}

/** The entries themselves; `GET …/activity` of the API shows the same. */
export async function activityEntries(
  ctx: Ctx,
  entityType: string,
  id: string,
  limit: number,
  range: Pick<TimelineRange, "before"> = { before: null },
): Promise<{ id: string; timestamp: string; actor_name: string; action: string; text: string; changes: string[] }[]> {
  const whole = { ...range, limit };
  const shape = timelineShape("changes", entityType, whole);
  const rows = await runOnceBuilt(ctx, shape, timelineValues({ id }, whole), (given) =>
    ctx.db
      .selectFrom("audit_log")
      .select(["id", "timestamp", "actor_name", "action", "new_values"])
      .where("entity_type", "=", entityType)
      .where("entity_id", "=", given.id)
      .where(beforeIn("audit_log.timestamp", "audit_log.id", given))
      .orderBy("timestamp", "desc")
      .orderBy("id", "desc")
      .limit(limit),
  );
  const table = tableNamed(entityType);
  const fields = table !== undefined && hasCustomFields(table) ? await definitionsOf(ctx, entityType) : [];
  return rows.map((row) => {
    const changes = Object.keys(row.new_values ?? {}).filter((name) => name !== "name_key");
    const labels = changes.flatMap((name) => {
      if (name === "custom_fields") return labelsOf(fields, row.new_values?.[name]);
      return table?.columns[name] === undefined
        ? words(name.replace(/_ids$/, "s"))
        : labelOf(name, table.columns[name]);
    });
    const text = row.action === "update" ? t("Changed: {labels}", { labels: labels.join(", ") }) : verbOf(row);
    return { id: row.id, timestamp: row.timestamp, actor_name: row.actor_name, action: row.action, text, changes };
  });
}

/** Custom fields that were changed, by their labels. */
function labelsOf(fields: readonly Definition[], values: unknown): string[] {
  return Object.keys((values ?? {}) as object).map(
    (key) => fields.find((field) => field.field_key === key)?.label ?? words(key),
  );
}
