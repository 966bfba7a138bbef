import type { Migration } from "../src/platform/database/migrator.ts";

/** Tenants, people, sessions, audit, events, mail, files, search: what every module stands on. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      tenants: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: { id: "uuid", name: "text", created_at: "instant", suspended_at: "instant?" },
      },
    });
    await schema.createTables({
      tenant_domains: {
        isPlatform: true,
        primaryKey: ["domain"],
        columns: { domain: "text", domain_tenant_id: "uuid", created_at: "instant" },
      },
      leases: {
        isPlatform: true,
        primaryKey: ["name"],
        columns: { name: "text", holder: "text", expires_at: "instant" },
      },
      // Facts about this installation: the id of the master key that its secrets are sealed with.
      installation: { isPlatform: true, primaryKey: ["fact"], columns: { fact: "text", fact_value: "text" } },
      rate_limits: {
        isPlatform: true,
        primaryKey: ["limit_key"],
        columns: { limit_key: "text", window_started_at: "instant", attempts: "integer" },
      },
      files: {
        isRecord: true,
        columns: {
          sha256: "text",
          file_name: "text",
          file_size: "integer",
          mime_type: "text",
          uploaded_by_id: "uuid? -> users",
        },
        indexes: [["sha256"]],
      },
      organizations: {
        isRecord: true,
        columns: {
          name: "text",
          email: "text?",
          phone: "text?",
          website: "text?",
          address: "json = {}",
          tax_id: "text?",
          bank_details: "text?",
          logo_file_id: "uuid? -> files",
          timezone: "text = UTC",
          currency: "text = USD",
          locale: "text = en-US",
          public_url: "text?",
          invoice_prefix: "text = INV-",
          invoice_footer: "text?",
          payment_terms: "text = net_30",
          setup_step: "text?",
          set_up_at: "instant?",
        },
        // One row a tenant: the unique key is the tenant itself.
        unique: [[]],
      },
      mail_settings: {
        isRecord: true,
        columns: {
          host: "text",
          port: "integer",
          security: "text",
          username: "text?",
          password_sealed: "text?",
          from_name: "text",
          from_address: "text",
          is_certificate_checked: "boolean = true",
        },
        unique: [[]],
      },
      counters: { primaryKey: ["counter"], columns: { counter: "text", last_number: "integer" } },
      users: {
        isRecord: true,
        columns: {
          user_type: "text",
          name: "text",
          email: "text",
          title: "text?",
          phone: "text?",
          timezone: "text?",
          password_hash: "text?",
          password_changed_at: "instant?",
          contact_id: "uuid? -> contacts later",
          invited_at: "instant?",
          last_signed_in_at: "instant?",
          deactivated_at: "instant?",
          deactivated_by_id: "uuid? -> users",
        },
        unique: [["user_type", "email"]],
      },
      roles: {
        isRecord: true,
        columns: { role_key: "text?", name: "text", description: "text = " },
        unique: [["name"]],
      },
      role_permissions: {
        primaryKey: ["role_id", "permission"],
        columns: { role_id: "uuid -> roles", permission: "text" },
      },
      offered_permissions: { primaryKey: ["permission"], columns: { permission: "text" } },
      user_roles: {
        primaryKey: ["user_id", "role_id"],
        columns: { user_id: "uuid -> users", role_id: "uuid -> roles" },
      },
      sessions: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          user_id: "uuid -> users",
          token_hash: "text",
          ip_address: "text",
          user_agent: "text",
          created_at: "instant",
          last_seen_at: "instant",
          expires_at: "instant",
          revoked_at: "instant?",
        },
        unique: [["token_hash"]],
        indexes: [["user_id"]],
      },
      api_keys: {
        isRecord: true,
        columns: {
          user_id: "uuid -> users",
          name: "text",
          token_hash: "text",
          hint: "text",
          scopes: "json = []",
          last_used_at: "instant?",
          expires_at: "instant?",
          revoked_at: "instant?",
        },
        unique: [["token_hash"]],
      },
      one_time_tokens: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          purpose: "text",
          user_id: "uuid? -> users",
          token_hash: "text",
          created_at: "instant",
          expires_at: "instant",
          used_at: "instant?",
        },
        unique: [["token_hash"]],
      },
      idempotency_keys: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          user_id: "uuid -> users",
          key_hash: "text",
          request_hash: "text",
          claimed_at: "instant",
          committed_at: "instant?",
          answered_at: "instant?",
          answer_status: "integer?",
          answer_sealed: "text?",
        },
        unique: [["user_id", "key_hash"]],
        indexes: [["claimed_at"]],
      },
      audit_log: {
        primaryKey: ["id"],
        isAppendOnly: true,
        columns: {
          id: "uuid",
          user_id: "uuid? -> users",
          actor_name: "text",
          action: "text",
          entity_type: "text",
          entity_id: "uuid?",
          old_values: "json?",
          new_values: "json?",
          ip_address: "text",
          user_agent: "text",
          timestamp: "instant",
        },
        indexes: [["entity_type", "entity_id", "timestamp"], ["timestamp"]],
      },
      events: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          event_name: "text",
          payload: "json",
          actor_name: "text",
          user_id: "uuid?",
          occurred_at: "instant",
        },
      },
      event_deliveries: {
        primaryKey: ["event_id", "handler"],
        columns: {
          event_id: "uuid -> events",
          handler: "text",
          attempts: "integer = 0",
          next_attempt_at: "instant?",
          succeeded_at: "instant?",
          dead_at: "instant?",
          last_error: "text = ",
        },
        indexes: [["next_attempt_at"]],
      },
      job_runs: {
        primaryKey: ["job"],
        columns: {
          job: "text",
          last_started_at: "instant?",
          last_succeeded_at: "instant?",
          next_run_at: "instant?",
          last_error: "text = ",
        },
      },
      mails: {
        isRecord: true,
        columns: {
          message_id: "text",
          in_reply_to: "text?",
          mail_references: "text = ",
          to_address: "text",
          to_name: "text = ",
          cc_addresses: "json = []",
          reply_to: "text?",
          subject: "text",
          text_body: "text",
          html_body: "text?",
          mail_status: "text",
          attempts: "integer = 0",
          next_attempt_at: "instant?",
          claim_token: "text?",
          lease_until: "instant?",
          handed_over_at: "instant?",
          sent_at: "instant?",
          server_answer: "text = ",
          last_error: "text = ",
          entity_type: "text?",
          entity_id: "uuid?",
          dedupe_key: "text",
        },
        unique: [["message_id"], ["dedupe_key"]],
        indexes: [
          ["mail_status", "next_attempt_at"],
          ["entity_type", "entity_id"],
        ],
      },
      mail_attachments: {
        primaryKey: ["mail_id", "file_id"],
        columns: { mail_id: "uuid -> mails", file_id: "uuid -> files" },
      },
    });
    await schema.run(
      schema.dialect === "sqlite"
        ? `create table search_documents (
            document_number integer primary key,
            tenant_id text not null references tenants (id),
            entity_type text not null,
            entity_id text not null,
            title text not null,
            body text not null,
            unique (tenant_id, entity_type, entity_id)
          ) strict`
        : `create table search_documents (
            tenant_id uuid not null references tenants (id),
            document_number bigint generated always as identity,
            entity_type text not null,
            entity_id uuid not null,
            title text not null,
            body text not null,
            words tsvector generated always as (setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')) stored,
            primary key (tenant_id, entity_type, entity_id)
          )`,
    );
    if (schema.dialect === "sqlite") {
      // The index holds no text of its own; triggers keep it in step with the documents.
      await schema.run(
        "create virtual table search_fts using fts5 (title, body, content = 'search_documents', content_rowid = 'document_number', tokenize = 'unicode61')",
      );
      const removal =
        "insert into search_fts (search_fts, rowid, title, body) values ('delete', old.document_number, old.title, old.body)";
      const addition = "insert into search_fts (rowid, title, body) values (new.document_number, new.title, new.body)";
      await schema.run(`create trigger search_documents_added after insert on search_documents begin ${addition}; end`);
      await schema.run(
        `create trigger search_documents_removed after delete on search_documents begin ${removal}; end`,
      );
      await schema.run(
        `create trigger search_documents_changed after update on search_documents begin ${removal}; ${addition}; end`,
      );
    } else {
      await schema.secure("search_documents");
      await schema.run("create index search_documents_words on search_documents using gin (words)");
    }
  },
};
