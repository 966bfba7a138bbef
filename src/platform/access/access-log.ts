import type { App, Ctx, RequestInfo } from "../context.ts";
import { col, defaulted, readOnly, table } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";
import { newId } from "../ids.ts";
import { t } from "../language/index.ts";
import { complaint } from "../log.ts";
import type { Actor } from "./actor.ts";

/** Requests to the API (PRD 3.18 "API access logging"): who asked what, and how it was answered. Never bodies or queries. */
export const apiRequests = table(
  "api_requests",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    requested_at: col.instant({ label: "Asked" }),
    method: col.text(),
    path: col.text({ maxLength: 500 }),
    status_code: col.integer({ label: "Answer" }),
    duration_ms: col.integer({ label: "Took" }),
    user_id: col.maybe.ref("users"),
    api_key_id: col.maybe.ref("api_keys", { label: "API key" }),
    /** Who it was in words, as in the audit log. */
    actor_name: col.text({ label: "Who" }),
    ip_address: col.text({ label: "From" }),
    user_agent: col.text({ maxLength: 1000, label: "Program" }),
  },
  { isAudited: false, noun: "API request", readPermission: "audit.read" },
);

declare module "../database/tables.ts" {
  interface Tables {
    api_requests: TableType<typeof apiRequests>;
  }
}

/** What reading leaves behind: requests to the API, and looks at sensitive records (PRD 3.18 "Data access logging"). */
export interface Journal {
  request(ctx: Ctx, given: { method: string; path: string; status: number; milliseconds: number }): void;
  /** Somebody has been shown a record. The same person and record count once in ten minutes. */
  look(ctx: Ctx, entityType: string, entityId: string): void;
  /** Writes down what has been gathered. */
  flush(): Promise<void>;
}

const mostWaiting = 5000;
/** Anybody can send requests without signing in; so many of them are written down at a time, so that they cannot fill the disk. */
const mostAnonymous = 50;
const notWritten = complaint("warn", "the access log could not be written");
const entriesLost = complaint("warn", "entries of the access log were lost");
const lookMilliseconds = 10 * 60_000;
const batch = 200;

type Entry = { table: "api_requests" | "audit_log"; row: Record<string, unknown> };

/**
 * Reading must not wait for a write, so entries are gathered in memory and written together, every two seconds and when the
 * program stops. A crash loses those of the last seconds. While the database takes no writes the newest 5,000 of each
 * organization are kept; what is lost then is counted in the program's log.
 */
export function journalOf(parts: Pick<App, "database" | "clock">): Journal {
  const waiting = new Map<string, Entry[]>();
  const seen = new Map<string, number>();
  const anonymous = new Map<string, number>();

  const add = (tenantId: string, ...entries: Entry[]): void => {
    const kept = [...(waiting.get(tenantId) ?? []), ...entries];
    const lost = kept.length - mostWaiting;
    if (lost > 0) entriesLost({ tenant: tenantId, count: lost });
    waiting.set(tenantId, lost > 0 ? kept.slice(lost) : kept);
  };

  return {
    request: (ctx, { method, path, status, milliseconds }) => {
      // Only whoever got in is named: who sends a wrong password is nobody, whoever they say they are.
      const actor = ctx.request.entered ?? ctx.actor;
      if (actor.kind === "nobody") {
        const count = (anonymous.get(ctx.tenant.id) ?? 0) + 1;
        if (count > mostAnonymous) return;
        anonymous.set(ctx.tenant.id, count);
      }
      const row = {
        id: newId(),
        requested_at: parts.clock.now(),
        method,
        path: path.slice(0, 500),
        status_code: status,
        duration_ms: Math.round(milliseconds),
        ...whoOf(actor, ctx.request),
        api_key_id: actor.api_key_id,
      };
      add(ctx.tenant.id, { table: "api_requests", row });
    },
    look: (ctx, entityType, entityId) => {
      const now = new Date(parts.clock.now()).getTime();
      const key = `${ctx.tenant.id} ${ctx.actor.user_id ?? ""} ${entityType} ${entityId}`;
      if (now - (seen.get(key) ?? Number.NEGATIVE_INFINITY) < lookMilliseconds) return;
      if (seen.size > 50_000) seen.clear();
      seen.set(key, now);
      const row = {
        id: newId(),
        action: "view",
        entity_type: entityType,
        entity_id: entityId,
        old_values: null,
        new_values: null,
        timestamp: parts.clock.now(),
        ...whoOf(ctx.actor, ctx.request),
      };
      add(ctx.tenant.id, { table: "audit_log", row });
    },
    flush: async () => {
      anonymous.clear();
      // What cannot be written is put back, and would be visited again in the same round for ever.
      const due = [...waiting];
      waiting.clear();
      for (const [tenantId, entries] of due) {
        try {
          await parts.database.write(tenantId, async (db) => {
            for (const name of ["api_requests", "audit_log"] as const) {
              const rows = entries.filter((entry) => entry.table === name).map(({ row }) => row);
              for (let at = 0; at < rows.length; at += batch)
                await db
                  .insertInto(name)
                  .values(rows.slice(at, at + batch) as never)
                  .execute();
            }
          });
        } catch (error) {
          notWritten({ tenant: tenantId, error: String(error) });
          waiting.set(tenantId, [...entries, ...(waiting.get(tenantId) ?? [])].slice(-mostWaiting));
        }
      }
    },
  };
}

function whoOf(actor: Actor, request: RequestInfo): Record<string, unknown> {
  return {
    user_id: actor.user_id,
    actor_name: actor.name === "" ? t("Nobody") : actor.name,
    ip_address: request.ip,
    user_agent: request.user_agent.slice(0, 1000),
  };
}
