import { type TProperties, Type } from "@sinclair/typebox";
import { find, maybeFind } from "../../../platform/access/reach.ts";
import { action, type Action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { NewRow, Patch, RowOf, Table } from "../../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../../platform/database/edge.ts";
import { insert, remove, update } from "../../../platform/database/records.ts";
import { conflict, invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { checkFollowing, forgetFollowing } from "../workflow.ts";
import { ticketCategories, ticketPriorities, ticketQueues, ticketStatuses, ticketTypes } from "../schema.ts";

/** The lists that tickets are sorted by: queues, statuses, priorities, types, categories. */

const permission = "tickets.configure";
const target = Type.Object(
  { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);

export type ListTable =
  typeof ticketQueues | typeof ticketStatuses | typeof ticketPriorities | typeof ticketTypes | typeof ticketCategories;
type Loose = Record<string, unknown>;

export interface ListActions {
  create: Action<Loose, RowOf<Table>>;
  update: Action<PatchInput, RowOf<Table>>;
  remove: Action<PatchInput, void>;
  /** Null for lists whose entries are not archived. */
  archive: Action<PatchInput, RowOf<Table>> | null;
  restore: Action<PatchInput, RowOf<Table>> | null;
}

const following = Type.Array(Type.String({ format: "uuid" }), {
  maxItems: 100,
  title: "May be followed by",
  description: "Statuses that may follow; none: all.",
});

const extraOf = (table: ListTable): TProperties =>
  table === ticketStatuses ? { next_status_ids: Type.Optional(following) } : {};

function valuesOf(work: Work, table: ListTable, input: Loose): Loose {
  const values = fromEdge(table as unknown as Table, input, work.tenant.currency) as Loose;
  const { next_status_ids } = input;
  return next_status_ids === undefined ? values : { ...values, next_status_ids };
}

function listActions(verb: string, table: ListTable): ListActions {
  const loose = table as unknown as Table;
  const setArchived = (isArchiving: boolean): Action<PatchInput, RowOf<Table>> =>
    action({
      name: `tickets.${isArchiving ? "archive" : "restore"}_${verb}`,
      permission,
      input: target,
      run: async (work, input) => {
        if (isArchiving) await refuseLast(work, table, input.id);
        return update(work, loose, input.id, { archived_at: isArchiving ? work.app.clock.now() : null }, input.version);
      },
    });
  return {
    create: action({
      name: `tickets.create_${verb}`,
      permission,
      input: newInput(loose, undefined, extraOf(table)),
      run: async (work: Work, input: Loose) => {
        const values = valuesOf(work, table, input);
        await check(work, table, null, values);
        return insert(work, loose, values as NewRow<Table>);
      },
    }),
    update: action({
      name: `tickets.update_${verb}`,
      permission,
      input: patchInput(loose, undefined, extraOf(table)),
      run: async (work: Work, input: PatchInput) => {
        const values = valuesOf(work, table, input);
        await check(work, table, input.id, values);
        return update(work, loose, input.id, values as Patch<Table>, input.version);
      },
    }),
    remove: action({
      name: `tickets.delete_${verb}`,
      permission,
      input: target,
      run: async (work: Work, input: PatchInput) => {
        await refuseLast(work, table, input.id);
        if (table === ticketStatuses) await forgetFollowing(work, input.id);
        await remove(work, loose, input.id, input.version);
      },
    }),
    archive: "archived_at" in table.columns ? setArchived(true) : null,
    restore: "archived_at" in table.columns ? setArchived(false) : null,
  };
}

async function check(work: Work, table: ListTable, id: string | null, values: Loose): Promise<void> {
  if (Array.isArray(values["next_status_ids"]))
    await checkFollowing(work, id, values["next_status_ids"] as readonly string[]);
  if (table === ticketStatuses && id !== null) await checkStatus(work, id, values);
  if (table === ticketStatuses && values["is_default"] === true && values["is_closed"] === true) {
    throw invalidField("is_default", t("New tickets cannot begin with a status that closes them."));
  }
  if (table === ticketCategories && values["parent_category_id"] != null)
    await checkParent(work, id, String(values["parent_category_id"]));
  if (values["is_default"] === true) await demoteOthers(work, table, id);
}

/** Whether a status closes is written into every ticket that has it, so it is settled once tickets do. */
async function checkStatus(work: Work, id: string, values: Loose): Promise<void> {
  const before = await find(work, "ticket_statuses", id);
  const isClosed = values["is_closed"] ?? before.is_closed;
  if (isClosed === true && (values["is_default"] ?? before.is_default) === true) {
    throw invalidField("is_closed", t("This is the status that new tickets get; make another one the default first."));
  }
  if (isClosed === before.is_closed) return;
  const used = await work.db.selectFrom("tickets").select("id").where("status_id", "=", id).limit(1).executeTakeFirst();
  if (used !== undefined)
    throw conflict(t("Tickets have this status already. Make a new status instead, and move them there."), "in_use");
  if (isClosed === true) await refuseLast(work, ticketStatuses, id);
}

/** Categories have two levels: a category, and the subcategories below it. */
async function checkParent(work: Work, id: string | null, parentId: string): Promise<void> {
  const parent = await maybeFind(work, "ticket_categories", parentId);
  if (parent === undefined) throw invalidField("parent_category_id", t("This category does not exist."), "not_found");
  const below =
    id === null
      ? undefined
      : await work.db
          .selectFrom("ticket_categories")
          .select("id")
          .where("parent_category_id", "=", id)
          .limit(1)
          .executeTakeFirst();
  if (parent.id === id || parent.parent_category_id !== null || below !== undefined) {
    throw invalidField("parent_category_id", t("There are two levels only: a category, and subcategories below it."));
  }
}

/** A list has one default: a new one takes its place. */
async function demoteOthers(work: Work, table: ListTable, id: string | null): Promise<void> {
  if (table === ticketCategories) return;
  const name = table.name as "ticket_queues" | "ticket_statuses" | "ticket_priorities" | "ticket_types";
  const present = await work.db.selectFrom(name).select("id").where("is_default", "=", true).execute();
  for (const other of present)
    if (other.id !== id) await update(work, table as unknown as Table, other.id, { is_default: false });
}

/** New tickets need a queue, an open status and a priority: the last of each stays. */
async function refuseLast(work: Work, table: ListTable, id: string): Promise<void> {
  let others: { id: string } | undefined = { id };
  if (table === ticketQueues) {
    others = await work.db
      .selectFrom("ticket_queues")
      .select("id")
      .where("id", "<>", id)
      .where("archived_at", "is", null)
      .limit(1)
      .executeTakeFirst();
  } else if (table === ticketStatuses) {
    others = await work.db
      .selectFrom("ticket_statuses")
      .select("id")
      .where("id", "<>", id)
      .where("is_closed", "=", false)
      .limit(1)
      .executeTakeFirst();
  } else if (table === ticketPriorities) {
    others = await work.db
      .selectFrom("ticket_priorities")
      .select("id")
      .where("id", "<>", id)
      .limit(1)
      .executeTakeFirst();
  }
  if (others === undefined)
    throw conflict(
      t("New tickets need a {noun}, and this is the last one they could get.", { noun: t(table.noun) }),
      "last_one",
    );
}

export const queueActions = listActions("queue", ticketQueues);
export const statusActions = listActions("status", ticketStatuses);
export const priorityActions = listActions("priority", ticketPriorities);
export const typeActions = listActions("type", ticketTypes);
export const categoryActions = listActions("category", ticketCategories);
