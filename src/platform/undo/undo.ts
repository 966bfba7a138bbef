import { find } from "../access/reach.ts";
import type { Action, AnyAction } from "../action.ts";
import { plus } from "../clock.ts";
import type { Work } from "../context.ts";
import type { Table } from "../database/columns.ts";
import { toEdge } from "../database/edge.ts";
import type { TableName } from "../database/tables.ts";
import { stale } from "../errors.ts";
import { newId } from "../ids.ts";
import { tagsOf } from "../tags.ts";
import type { ExpectedTags } from "./schema.ts";

/** The action that takes a change back. Its input names the version that the change has left, so it is refused after another one. */
export interface Reverse {
  action: string;
  input: Record<string, unknown>;
  expected_tags?: ExpectedTags;
}

/**
 * How an action is taken back, declared with it: `before` looks at what it is going to change, `of` says what puts that
 * back, or null where nothing has changed.
 */
export interface Undo<I, R, B = unknown> {
  before?(work: Work, input: I): Promise<B>;
  of(result: R, before: B, input: I, work: Work): Reverse | null | Promise<Reverse | null>;
}

/** How long a change can be taken back. */
export const undoMinutes = 30;

interface Before {
  row: Record<string, unknown>;
  tags: string[];
}

type Input = { id: string } & Record<string, unknown>;
type Result = { id: string; version: number };

/**
 * Taking back a change of a record's columns (and tags): the same values as before, by `action` – the table's update –
 * unless somebody has changed the record since.
 */
export function backToBefore(table: Table, action: string): Undo<never, never, Before> {
  const undo: Undo<Input, Result, Before> = {
    before: async (work, { id }) => ({
      row: (await find(work, table.name as TableName, id)) as unknown as Record<string, unknown>,
      tags: (await tagsOf(work, table.name, [id]))[0] ?? [],
    }),
    of: async (result, before, input, work) => {
      const [old, now] = [toEdge(table, before.row), toEdge(table, result as unknown as Record<string, unknown>)];
      const writable = Object.entries(table.columns).filter(([, column]) => !column.isReadOnly && !column.isSecret);
      const changed = writable.filter(([name]) => !Bun.deepEquals(old[name], now[name])).map(([name]) => name);
      const tags = (await tagsOf(work, table.name, [input.id]))[0] ?? [];
      const areTagsChanged = tags.join() !== before.tags.join();
      if (changed.length === 0 && !areTagsChanged) return null;
      return {
        action,
        input: {
          id: input.id,
          version: result.version,
          ...Object.fromEntries(
            changed.map((name) => [
              name,
              name === "custom_fields" ? wholly(old[name], now[name]) : (old[name] ?? null),
            ]),
          ),
          ...(areTagsChanged ? { tags: before.tags } : {}),
        },
        ...(areTagsChanged ? { expected_tags: { entity_type: table.name, id: input.id, tags } } : {}),
      };
    },
  };
  return undo as unknown as Undo<never, never, Before>;
}

/** Custom fields are laid over what is there, so those that came up since are named to be taken away again. */
function wholly(old: unknown, now: unknown): Record<string, unknown> {
  const gone = Object.keys((now ?? {}) as object).map((key) => [key, null] as const);
  return { ...Object.fromEntries(gone), ...(old as object | null) };
}

/** Taking back by another action on the same record: archive by restore. */
export function by(action: string): Undo<never, never> {
  const undo: Undo<Input, Result> = {
    of: (result) => ({ action, input: { id: result.id, version: result.version } }),
  };
  return undo as unknown as Undo<never, never>;
}

/** Runs an action inside a unit of work, and says what would take it back. */
export async function runNoted(
  work: Work,
  what: AnyAction,
  input: unknown,
): Promise<{ result: unknown; reverse: Reverse | null }> {
  const action = what as unknown as Action<unknown, unknown>;
  const undo = action.undo as Undo<unknown, unknown> | undefined;
  const before = await undo?.before?.(work, input);
  const result = await action.run(work, input);
  return { result, reverse: (await undo?.of(result, before, input, work)) ?? null };
}

/** Writes an offer to take a change back, with the change. Returns its id. */
export async function offerUndo(work: Work, reverse: Reverse): Promise<string | null> {
  const { user_id } = work.actor;
  if (user_id === null) return null;
  const now = work.app.clock.now();
  const id = newId();
  await work.db
    .insertInto("undo_offers")
    .values({
      id,
      user_id,
      action_name: reverse.action,
      action_input: reverse.input,
      expected_tags: reverse.expected_tags ?? null,
      created_at: now,
      expires_at: plus(now, undoMinutes * 60_000),
    })
    .execute();
  return id;
}

/** Refuses when the tags are not as the change has left them. */
export async function checkTags(work: Work, expected: ExpectedTags | null | undefined): Promise<void> {
  if (expected == null) return;
  const [tags = []] = await tagsOf(work, expected.entity_type, [expected.id]);
  if (tags.join() !== expected.tags.join()) throw stale();
}
