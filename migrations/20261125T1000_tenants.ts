import { sql } from "kysely";
import type { Migration } from "../src/platform/database/migrator.ts";

/** What operators of a multi-tenant installation keep: themselves, their organizations, domains, usage, tasks, keys. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("tenants", {
      version: "integer = 1",
      plan: "text?",
      notes: "text = ",
      staff_limit: "integer?",
      storage_limit_mb: "integer?",
      requests_per_minute: "integer?",
      allowed_modules: "json?",
      suspension_reason: "text?",
      suspension_message: "text?",
      deleting_at: "instant?",
      key_id: "text?",
    });
    await schema.addColumns("tenant_domains", { is_primary: "boolean = false", verified_at: "instant?" });
    await schema.createTables({
      tenant_keys: {
        isPlatform: true,
        primaryKey: ["for_tenant_id", "key_id"],
        columns: { for_tenant_id: "uuid -> tenants", key_id: "text", wrapped_key: "text", created_at: "instant" },
      },
      // When something may be due for an organization, so that rounds visit only those that have work.
      tenant_work: {
        isPlatform: true,
        primaryKey: ["for_tenant_id"],
        columns: { for_tenant_id: "uuid -> tenants", due_at: "instant" },
      },
      domain_claims: {
        isPlatform: true,
        primaryKey: ["for_tenant_id", "domain"],
        columns: {
          for_tenant_id: "uuid -> tenants",
          domain: "text",
          proof: "text",
          created_at: "instant",
          last_tried_at: "instant?",
          last_problem: "text = ",
        },
      },
      tenant_usage: {
        isPlatform: true,
        primaryKey: ["for_tenant_id", "used_on"],
        columns: {
          for_tenant_id: "uuid -> tenants",
          used_on: "date",
          staff_count: "integer = 0",
          portal_user_count: "integer = 0",
          ticket_count: "integer = 0",
          storage_kb: "integer = 0",
          request_count: "integer = 0",
          mail_count: "integer = 0",
          measured_at: "instant?",
        },
        indexes: [["used_on"]],
      },
      operators: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          version: "integer = 1",
          name: "text",
          email: "text",
          password_hash: "text?",
          created_at: "instant",
          updated_at: "instant",
          last_signed_in_at: "instant?",
          deactivated_at: "instant?",
        },
        unique: [["email"]],
      },
      operator_sessions: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          operator_id: "uuid",
          token_hash: "text",
          ip_address: "text",
          user_agent: "text",
          created_at: "instant",
          last_seen_at: "instant",
          expires_at: "instant",
          revoked_at: "instant?",
        },
        unique: [["token_hash"]],
      },
      operator_api_keys: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          operator_id: "uuid",
          name: "text",
          token_hash: "text",
          hint: "text",
          created_at: "instant",
          last_used_at: "instant?",
          revoked_at: "instant?",
        },
        unique: [["token_hash"]],
      },
      operator_links: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          operator_id: "uuid",
          token_hash: "text",
          created_at: "instant",
          expires_at: "instant",
          used_at: "instant?",
        },
        unique: [["token_hash"]],
      },
      operator_log: {
        isPlatform: true,
        isAppendOnly: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          operator_id: "uuid?",
          operator_name: "text",
          doing: "text",
          // No reference: the entry stays when the organization is gone.
          about_tenant_id: "uuid?",
          about_name: "text = ",
          details: "json = {}",
          ip_address: "text",
          user_agent: "text",
          timestamp: "instant",
        },
        indexes: [["timestamp"], ["about_tenant_id", "timestamp"]],
      },
      tenant_tasks: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          about_tenant_id: "uuid",
          about_name: "text",
          task_kind: "text",
          task_state: "text",
          done_count: "integer = 0",
          total_count: "integer = 0",
          last_error: "text = ",
          result_kb: "integer = 0",
          requested_by: "text",
          created_at: "instant",
          started_at: "instant?",
          finished_at: "instant?",
          lease_until: "instant?",
          expires_at: "instant?",
        },
        indexes: [["task_state"], ["about_tenant_id", "created_at"]],
      },
    });
    // Every organization is looked at once by the first round after this step.
    await schema.run(
      schema.dialect === "sqlite"
        ? "insert into tenant_work (for_tenant_id, due_at) select id, '2026-11-25T10:00:00.000Z' from tenants"
        : "insert into tenant_work (for_tenant_id, due_at) select id, now() from tenants",
    );
    if (schema.dialect === "sqlite") {
      await schema.run("update tenant_domains set is_primary = 1, verified_at = created_at");
      return;
    }
    await schema.run("update tenant_domains set is_primary = true, verified_at = created_at");
    await schema.run(
      "create unique index tenant_domains_one_primary on tenant_domains (domain_tenant_id) where is_primary",
    );
    // What the serving role may only add to goes with an organization that is being deleted, and in no other case. Runs as
    // the owner and inside the organization's own setting, so that row-level security holds it there too.
    const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(schema.db);
    await schema.run(`
      create function purge_tenant_rows(from_table text, of_tenant uuid, most integer) returns integer
      language plpgsql security definer set search_path = "${rows[0]?.name ?? "public"}", pg_temp as $$
      declare purged integer;
      begin
        if nullif(current_setting('app.current_tenant', true), '')::uuid is distinct from of_tenant
          or not exists (select from tenants where id = of_tenant and deleting_at is not null and suspended_at is not null)
        then
          raise exception 'only an organization that is being deleted can be purged' using errcode = '42501';
        end if;
        execute format(
          'delete from %I where ctid = any (array(select ctid from %I where tenant_id = $1 limit $2))', from_table, from_table)
          using of_tenant, most;
        get diagnostics purged = row_count;
        return purged;
      end $$`);
  },
};
