import type { Migration } from "../src/platform/database/migrator.ts";

/** Which status may follow which, and what tickets of a type begin with. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("ticket_statuses", { next_status_ids: "json = []" });
    await schema.addColumns("ticket_types", {
      default_queue_id: "uuid? -> ticket_queues",
      default_priority_id: "uuid? -> ticket_priorities",
      default_team_id: "uuid? -> teams",
    });
  },
};
