import type { Migration } from "../src/platform/database/migrator.ts";

/** Deliveries of events have an id of their own, so that they can be named, and remember that somebody dropped them. */
export const migration: Migration = {
  up: async (schema) => {
    const kept = "event_id, tenant_id, handler, attempts, next_attempt_at, succeeded_at, dead_at, last_error";
    await schema.run(`create temporary table kept_event_deliveries as select ${kept} from event_deliveries`);
    await schema.run("drop table event_deliveries");
    await schema.createTables({
      event_deliveries: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          event_id: "uuid -> events",
          handler: "text",
          attempts: "integer = 0",
          next_attempt_at: "instant?",
          succeeded_at: "instant?",
          dead_at: "instant?",
          dropped_at: "instant?",
          last_error: "text = ",
        },
        unique: [["event_id", "handler"]],
        indexes: [["next_attempt_at"]],
      },
    });
    const id =
      schema.dialect === "postgres"
        ? "uuidv7()"
        : "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-7' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";
    await schema.run(`insert into event_deliveries (id, ${kept}) select ${id}, ${kept} from kept_event_deliveries`);
    await schema.run("drop table kept_event_deliveries");
    await schema.run("create index events_occurred_at on events (tenant_id, occurred_at)");
    await schema.addColumns("organizations", { events_kept_days: "integer = 90" });
  },
};
