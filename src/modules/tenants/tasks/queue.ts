import { Type } from "@sinclair/typebox";
import { plus } from "../../../platform/clock.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Db } from "../../../platform/database/tables.ts";
import { conflict, invalidField } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { checked, rowOf } from "../actions.ts";
import { logDoing } from "../log.ts";
import type { taskKinds } from "../schema.ts";

export type TaskKind = (typeof taskKinds)[number];

const one = Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false });

async function enqueue(ctx: Ctx, db: Db, about: { id: string; name: string }, kind: TaskKind): Promise<string> {
  // Those who ask at the same moment come one after the other, so that the second one finds the task of the first.
  await db.selectFrom("tenants").select("id").where("id", "=", about.id).forUpdate().executeTakeFirst();
  const waiting = await db
    .selectFrom("tenant_tasks")
    .select("id")
    .where("about_tenant_id", "=", about.id)
    .where("task_kind", "=", kind)
    .where("task_state", "in", ["waiting", "running"])
    .executeTakeFirst();
  if (waiting !== undefined) return waiting.id;
  const id = newId();
  await db
    .insertInto("tenant_tasks")
    .values({
      id,
      about_tenant_id: about.id,
      about_name: about.name,
      task_kind: kind,
      task_state: "waiting",
      requested_by: ctx.actor.name,
      created_at: ctx.app.clock.now(),
    })
    .execute();
  return id;
}

/** Asks for an archive of everything an organization has. Asked again while one is being made, that one. */
export async function requestExport(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  const { id } = checked<{ id: string }>(ctx, one, input);
  return ctx.app.database.platform(async (db) => {
    const row = await rowOf(db, id);
    if (row.deleting_at !== null) throw conflict(t("This organization is being deleted."), "deleting");
    const task = await enqueue(ctx, db, row, "export");
    await logDoing(ctx, db, "tenants.export", row);
    return { id: task };
  });
}

/** Asks for a new data key; everything that is kept encrypted is sealed with it anew. */
export async function requestRotation(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  const { id } = checked<{ id: string }>(ctx, one, input);
  return ctx.app.database.platform(async (db) => {
    const row = await rowOf(db, id);
    if (row.deleting_at !== null) throw conflict(t("This organization is being deleted."), "deleting");
    const task = await enqueue(ctx, db, row, "rotate_key");
    await logDoing(ctx, db, "tenants.rotate_key", row);
    return { id: task };
  });
}

export const deletionInput = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    confirm_name: Type.String({ minLength: 1, maxLength: 120, title: "Name of the organization" }),
  },
  { additionalProperties: false },
);

/**
 * Deletes an organization for good: only a suspended one, whose name has been typed, and of which an export made
 * since has been fetched. From here on there is no way back; its data key goes first.
 */
export async function requestDeletion(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  const { id, confirm_name } = checked<{ id: string; confirm_name: string }>(ctx, deletionInput, input);
  return ctx.app.database.platform(async (db) => {
    const row = await rowOf(db, id);
    if (row.suspended_at === null) throw conflict(t("Suspend the organization before it is deleted."), "not_suspended");
    if (confirm_name.trim() !== row.name)
      throw invalidField("confirm_name", t("Type the name exactly as it is written here."), "mismatch");
    // With its key the exports that lie here go too: one has to be in the operator's hands.
    const { suspended_at } = row;
    const fetched = await db
      .selectFrom("operator_log")
      .select("details")
      .where("about_tenant_id", "=", id)
      .where("doing", "=", "tenants.export_fetched")
      .where("timestamp", ">=", suspended_at)
      .execute();
    if (!fetched.some(({ details }) => String(details["asked_for_at"]) >= suspended_at))
      throw conflict(
        t("Export the organization while it is suspended, and fetch the export; then it can be deleted."),
        "not_exported",
      );
    if (row.deleting_at === null) {
      await db.updateTable("tenants").set({ deleting_at: ctx.app.clock.now() }).where("id", "=", id).execute();
      await logDoing(ctx, db, "tenants.delete", row);
    }
    return { id: await enqueue(ctx, db, row, "delete") };
  });
}

/** How long an export can be fetched. */
const exportDays = 7;

export function exportExpiry(now: string): string {
  return plus(now, exportDays * 86_400_000);
}
