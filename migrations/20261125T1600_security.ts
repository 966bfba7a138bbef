import type { Migration } from "../src/platform/database/migrator.ts";

/** The access log of the API, networks that may come in, and security alerts. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      api_requests: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          requested_at: "instant",
          method: "text",
          path: "text",
          status_code: "integer",
          duration_ms: "integer",
          user_id: "uuid? -> users",
          api_key_id: "uuid? -> api_keys",
          actor_name: "text",
          ip_address: "text",
          user_agent: "text",
        },
        indexes: [["requested_at"], ["api_key_id"]],
      },
      security_alerts: {
        isRecord: true,
        columns: {
          alert_kind: "text",
          user_id: "uuid? -> users",
          subject_name: "text",
          ip_address: "text",
          user_agent: "text",
          details: "json = {}",
          happened_at: "instant",
          acknowledged_at: "instant?",
          acknowledged_by_id: "uuid? -> users",
        },
        indexes: [["happened_at"]],
      },
    });
    await schema.addColumns("organizations", { allowed_networks: "json = {}", api_log_days: "integer = 90" });
    // The audit log is searched by who and what as well as by when.
    for (const columns of ["user_id, timestamp", "action, timestamp"])
      await schema.run(
        `create index audit_log_${columns.split(",")[0] ?? ""}_timestamp on audit_log (tenant_id, ${columns})`,
      );
  },
};
