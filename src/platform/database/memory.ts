import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  DummyDriver,
  Kysely,
  type QueryResult,
  type UnknownRow,
} from "kysely";
import { Lately } from "../lately.ts";
import { storedKind, tableNamed } from "./columns.ts";
import { namesIn } from "./statements.ts";
import { type Run, tenancyPlugin } from "./tenancy.ts";
import type { Db } from "./tables.ts";

/**
 * Answers that need not be asked for again (decision 0033).
 *
 * - **Within one read** the same statement with the same values is run once, however many parts of a page ask it.
 * - **Configuration** (states, queues, roles, custom fields: tables stated with `isConfiguration`) is read by nearly every
 *   request and hardly ever changes. What reads nothing else is kept for as long as the organization's configuration has
 *   the same version, which each read and each unit of work asks for first. Triggers raise it in the transaction of the change,
 *   whoever makes it: so an answer that is kept is never older than the transaction that uses it.
 */
export interface Memory {
  /** The answer to a statement: remembered, or what `run` brings. */
  answer(query: CompiledQuery, run: () => Promise<QueryResult<unknown>>): Promise<QueryResult<unknown>>;
}

/** What is kept in all, and how many rows an answer may have that is. */
const mostKept = 4000;
const mostRows = 300;

/** The configuration of all organizations, as one process knows it. */
export class KeptConfiguration {
  readonly #answers = new Lately<Answer>(mostKept);

  get(key: string): Answer | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: Answer): void {
    if (answer.rows.length <= mostRows) this.#answers.set(key, answer);
  }
}

/** An answer that several get: nobody may change its rows, nor what they hold. */
type Answer = QueryResult<unknown>;

/** Whose configuration, and which: null where an organization has none (it is not there, or it is the operators' host). */
export interface Edition {
  tenantId: string;
  version: number | null;
}

/** The memory of one read: every answer, as long as they are not many. */
export function readMemory(kept: KeptConfiguration, edition: Edition): Memory {
  const asked = new Map<string, Promise<QueryResult<unknown>>>();
  let room = mostRows * 10;
  return {
    answer: (query, run) => {
      const text = textOf(query.sql);
      if (text.kind === "other") return run();
      const key = keyOf(text, query);
      const known = asked.get(key);
      if (known !== undefined) return known;
      const found =
        text.kind === "configuration"
          ? fromKept(kept, edition, text, key, run)
          : run().then((answer) => {
              room -= answer.rows.length;
              return frozen(text, answer);
            });
      if (room > 0) asked.set(key, found);
      room -= 1;
      return found;
    },
  };
}

/** The memory of a unit of work: configuration, until the unit itself changes some. */
export function unitMemory(kept: KeptConfiguration, edition: Edition): Memory {
  let isChanged = false;
  return {
    answer: (query, run) => {
      const text = textOf(query.sql);
      if (text.kind === "other" && changesConfiguration(query.sql)) isChanged = true;
      if (text.kind !== "configuration" || isChanged) return run();
      return fromKept(kept, edition, text, keyOf(text, query), run);
    },
  };
}

function fromKept(
  kept: KeptConfiguration,
  { tenantId, version }: Edition,
  text: Text,
  key: string,
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (version === null) return run().then((answer) => frozen(text, answer));
  const name = `${tenantId} ${version} ${key}`;
  const known = kept.get(name);
  if (known !== undefined) return Promise.resolve(known);
  return run().then((answer) => {
    // A unit that changes configuration while this runs is on its way to the next version.
    kept.set(name, frozen(text, answer));
    return answer;
  });
}

/**
 * A handle like `db`, held to one organization, that asks the memory first and has `run` do what is not remembered.
 */
export function remembering(db: Db, dialect: Dialect, memory: Memory, tenantId: string, run: Run): Db {
  const ask: Run = (query) => memory.answer(query, () => run(query));
  const handle = on(db, dialect, {
    // What a builder brings is a list of whoever asked; the rows in it are everybody's.
    executeQuery: async <R>(query: CompiledQuery) => {
      const answer = await ask(query);
      return { ...answer, rows: [...answer.rows] } as QueryResult<R>;
    },
    streamQuery: () => {
      throw new Error("page through the rows instead of streaming them");
    },
  });
  return handle.withPlugin(tenancyPlugin(tenantId, ask));
}

/** A handle like `db` on one connection, which gets its statements as they come. */
export function on(db: Db, dialect: Dialect, connection: DatabaseConnection): Db {
  const executor = db.getExecutor();
  return new Kysely<unknown>({
    config: { dialect },
    dialect,
    driver: new DummyDriver(),
    executor: executor.withConnectionProvider({ provideConnection: (consumer) => consumer(connection) }),
  }) as unknown as Db;
}

/** A statement's text and values; the text by its number, where it has one, for it is long and is looked up often. */
const keyOf = (text: Text, { sql, parameters }: CompiledQuery): string =>
  `${text.number ?? sql}\n${JSON.stringify(parameters)}`;

/** Rows that stay as they are: whoever tries to change one is stopped, for others have it too. */
function frozen(text: Text, answer: Answer): Answer {
  const rows = answer.rows as UnknownRow[];
  const [first] = rows;
  if (first === undefined) return answer;
  // The column's name tells what it holds, as for decoding; what is computed may hold anything.
  text.nested ??= Object.keys(first).filter((name) => (storedKind(name) ?? "json") === "json");
  const { nested } = text;
  for (const row of rows) {
    for (const name of nested) freezeParts(row[name]);
    Object.freeze(row);
  }
  return answer;
}

/** Of what JSON holds; anything else is what a driver has made. */
function freezeParts(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freezeParts(part);
}

/** What is known of a statement by its text, which is the same for as many values as there are. */
interface Text {
  kind: "configuration" | "select" | "other";
  number: number | null;
  /** The columns of its answer that may hold what has parts of its own; null before there was an answer. */
  nested: string[] | null;
}

const texts = new Map<string, Text>();
const mostTexts = 2000;

function textOf(sql: string): Text {
  const known = texts.get(sql);
  if (known !== undefined) return known;
  const isNumbered = texts.size < mostTexts;
  const text: Text = { kind: kindOf(sql), number: isNumbered ? texts.size : null, nested: null };
  if (isNumbered) texts.set(sql, text);
  return text;
}

/** What a text may hold whose answer depends on more than the rows of the tables that it names after `from` and `join`. */
const depends =
  /\bfrom\s+"?\w+"?(?:\s+as\s+"?\w+"?)?\s*,|\b(?:now|random|current_\w+|\w*timestamp|set_config|\w*lock\w*)\b/i;

function kindOf(text: string): Text["kind"] {
  if (!/^\s*(?:select|with)\b/i.test(text)) return "other";
  if (/\b(?:insert|update|delete|set_config|for\s+(?:no\s+key\s+)?(?:update|share))\b/i.test(text)) return "other";
  const tables = [...namesIn(text)];
  const isKept = tables.length > 0 && tables.every((name) => tableNamed(name)?.isConfiguration === true);
  // A quoted name is a column's, whatever it is called.
  return isKept && !depends.test(text.replaceAll(/\."\w+"/g, ".x")) ? "configuration" : "select";
}

function changesConfiguration(text: string): boolean {
  return [...namesIn(text)].some((name) => tableNamed(name)?.isConfiguration === true);
}
