import type { AnyAction } from "../../platform/action.ts";
import { field } from "../../platform/http/forms/model.ts";
import type { BulkChoice } from "../../platform/http/lists/bulk.ts";
import { tagChoices } from "../../platform/http/lists/bulk-tags.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { t } from "../../platform/language/index.ts";
import { assignTicket, updateTicket } from "./actions/update.ts";

const assign = assignTicket as unknown as AnyAction;
const update = updateTicket as unknown as AnyAction;

/** Sets one of the ticket's references for all that were chosen. */
function setting(
  key: string,
  label: string,
  icon: string,
  column: "status_id" | "priority_id" | "queue_id" | "type_id",
  table: Parameters<typeof optionsOf>[1],
): BulkChoice {
  return {
    key,
    label,
    icon,
    action: update,
    fields: async (ctx) => [
      field(column, t(label), {
        kind: "select",
        is_required: true,
        span: 6,
        // Nothing is chosen beforehand: what is done to many at once is said by whoever does it.
        options: [{ value: "", label: t("Choose …") }, ...(await optionsOf(ctx, table))],
      }),
    ],
    input: (typed) => ({ [column]: typed[column] }),
  };
}

/** What can be done with many tickets at once. */
export const ticketBulk: readonly BulkChoice[] = [
  {
    key: "assign",
    label: "Assign",
    icon: "user",
    action: assign,
    fields: async (ctx) => [
      field("assigned_to_id", t("Assigned to"), {
        kind: "select",
        span: 6,
        options: [
          { value: "", label: t("Nobody") },
          ...(await optionsOf(ctx, "users", { where: { user_type: "staff" } })),
        ],
      }),
    ],
    input: (typed) => ({ assigned_to_id: typed["assigned_to_id"] === "" ? null : typed["assigned_to_id"] }),
  },
  setting("status", "Status", "dot", "status_id", "ticket_statuses"),
  setting("priority", "Priority", "flag", "priority_id", "ticket_priorities"),
  setting("queue", "Queue", "inbox", "queue_id", "ticket_queues"),
  ...tagChoices("tickets", update),
  {
    key: "close",
    label: "Close tickets",
    icon: "check-circle",
    action: update,
    input: async (_, id, ctx) => {
      const closed = await ctx.db
        .selectFrom("ticket_statuses")
        .select("id")
        .where("is_closed", "=", true)
        .orderBy("sort_order")
        .limit(1)
        .executeTakeFirst();
      const ticket = await ctx.db.selectFrom("tickets").select("closed_at").where("id", "=", id).executeTakeFirst();
      return closed === undefined || ticket?.closed_at != null ? null : { status_id: closed.id };
    },
  },
];
