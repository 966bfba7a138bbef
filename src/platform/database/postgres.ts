import type { Socket } from "node:net";
import { type Dialect, type LimitNode, PostgresDialect, PostgresQueryCompiler, type QueryCompiler } from "kysely";
import { Pool, types } from "pg";
import { complaint } from "../log.ts";
import { UnitFailed } from "./failures.ts";
import { limitInText } from "./limits.ts";
import { SilenceWatch } from "./silent-server.ts";

const connectionLost = complaint("warn", "a database connection was lost");

/**
 * PostgreSQL in Purser's representation: instants and dates as texts, `bigint` as a number (minor units stay far below
 * 2^53), `numeric` as an exact text. Part of the multi-tenant edition only.
 */
export function postgresDialect(url: string, maxConnections = 20): { dialect: Dialect; pool: Pool } {
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    // What a read asks side by side is sent without waiting for the answers in between (decision 0042).
    pipeline: true,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: parserOf as typeof types.getTypeParser },
  });
  // Without a listener a connection that dies while idle would end the process.
  pool.on("error", (error) => connectionLost({ error: error.message }));
  // Nor one that dies while it is used: whoever uses it hears of it by the query, and nobody else listens.
  pool.on("connect", (client) => client.on("error", (error) => connectionLost({ error: error.message })));
  return { dialect: new PurserPostgresDialect({ pool: encoding(pool, new SilenceWatch(url, pool)) }), pool };
}

class PurserPostgresDialect extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new PlannedQueryCompiler();
  }
}

/** Tells the planner how many rows are wanted. */
class PlannedQueryCompiler extends PostgresQueryCompiler {
  protected override visitLimit(node: LimitNode): void {
    const most = limitInText(node);
    if (most === null) super.visitLimit(node);
    else this.append(`limit ${most}`);
  }
}

const parsers = new Map<number, (text: string) => unknown>([
  [20, Number], // int8
  [1082, (text) => text], // date
  [1184, instant], // timestamptz
]);

function parserOf(oid: number, format?: "text" | "binary"): (text: string) => unknown {
  return parsers.get(oid) ?? (types.getTypeParser(oid, format as "text") as (text: string) => unknown);
}

const utc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\+00$/;

/** `2026-11-21 06:54:09.123+00` to `2026-11-21T06:54:09.123Z`. */
function instant(text: string): string {
  // A server in UTC, which is the usual one: nothing to be computed, and lists hold hundreds of them.
  const [, date, time, fraction = ""] = utc.exec(text) ?? [];
  if (date !== undefined) return `${date}T${time}.${fraction.padEnd(3, "0")}Z`;
  return new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")).toISOString();
}

/** pg sends arrays as PostgreSQL arrays; ours are always JSON. */
function encoding(pool: Pool, silence: SilenceWatch): Pool {
  pool.on("connect", (client) => {
    const given = client.query.bind(client) as (...given: unknown[]) => unknown;
    const together = sendingTogether(client);
    const query = (...all: unknown[]): unknown => {
      together();
      const answer = given(...all);
      if (!(answer instanceof Promise)) return answer;
      const answered = silence.waits(client);
      return answer.then(
        (results: unknown) => {
          answered();
          return resultOf(all[0], results);
        },
        (error: { code?: string }) => {
          answered();
          // An earlier statement of the transaction has failed; as SQLite's connection says it.
          throw error.code === "25P02" ? new UnitFailed() : error;
        },
      );
    };
    const wrapped = (first: unknown, values?: unknown, ...rest: unknown[]): unknown => {
      if (!Array.isArray(values)) return query(first, values, ...rest);
      const encoded = values.map(encode);
      const name = typeof first === "string" && rest.length === 0 ? nameOf(first) : undefined;
      return name === undefined ? query(first, encoded, ...rest) : query({ name, text: first, values: encoded });
    };
    Object.assign(client, { query: wrapped });
  });
  return pool;
}

/**
 * Holds back what a connection sends until nothing more is ready to run, so that statements that are asked side by side leave
 * in one packet and wake the server once. The driver's types leave its socket out.
 */
function sendingTogether(client: object): () => void {
  const { stream } = (client as { connection: { stream: Socket } }).connection;
  let isHeld = false;
  return () => {
    if (isHeld) return;
    isHeld = true;
    stream.cork();
    process.nextTick(() => {
      isHeld = false;
      stream.uncork();
    });
  };
}

/**
 * Of several statements in one message the last one's rows are meant. After a statement has failed PostgreSQL answers
 * `commit` with a rollback and calls that a success: whoever did not pass the failure on would be told that all is written.
 */
function resultOf(text: unknown, results: unknown): unknown {
  const result: unknown = Array.isArray(results) ? results.at(-1) : results;
  if (text === "commit" && (result as { command?: string }).command === "ROLLBACK") throw new UnitFailed();
  return result;
}

/**
 * Statements that each connection keeps prepared: planning the rows of a list takes longer than fetching them. Those that come
 * a second time: one that names as many ids as there happened to be may never come again. Not those that take all columns of
 * a table (`*`): when another node brings the schema up to date, PostgreSQL would refuse them for as long as the connection lives.
 */
const names = new Map<string, string>();
const mostNames = 600;
const seenOnce = new Set<string>();
const mostSeen = 5000;

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostNames) return known;
  if (!/^(select|insert|update|delete|with)\b/i.test(text) || /(\.|select |returning )\*/i.test(text)) return undefined;
  if (!seenOnce.delete(text)) {
    if (seenOnce.size >= mostSeen) seenOnce.clear();
    seenOnce.add(text);
    return undefined;
  }
  const name = `purser_${names.size + 1}`;
  names.set(text, name);
  return name;
}

function encode(value: unknown): unknown {
  if (value === undefined) throw new Error("a query parameter is undefined");
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) return JSON.stringify(value);
  return value;
}
