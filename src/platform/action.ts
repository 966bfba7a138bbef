import type { TObject } from "@sinclair/typebox";
import { can } from "./access/actor.ts";
import { emptiedAsNull } from "./access/emptied.ts";
import { missingReferences } from "./access/missing-references.ts";
import { refuseLimited } from "./access/oneself.ts";
import { validate } from "./access/validate.ts";
import { type Ctx, inUnit, type Work } from "./context.ts";
import { withCustomProblems } from "./custom-fields/problems.ts";
import { translateDatabaseError } from "./database/failures.ts";
import { offerUndo, runNoted, type Undo } from "./undo/undo.ts";
import { forbidden, invalid, unauthorized } from "./errors.ts";

/**
 * Something one can do. Web form, API route, job and command line are faces of the same action, so permission,
 * validation, transaction, audit and events stand in one place.
 *
 * ```ts
 * export const archiveCompany = action({
 *   name: "companies.archive",
 *   permission: "companies.write",
 *   input: Type.Object({ id: Type.String({ format: "uuid" }) }),
 *   run: async (work, { id }) => update(work, companies, id, { status: "inactive" }),
 * });
 * ```
 */
export interface Action<I = never, R = unknown> {
  /** `module.verb`, unique in the program. */
  readonly name: string;
  /** What the actor needs; null: the action checks by itself (signing in, paying by a link). */
  readonly permission: string | null;
  readonly input: TObject;
  run(work: Work, input: I): Promise<R>;
  /** Whether it may be done with many records at once, each by its `id`: from lists and over the API. Absent: one at a time. */
  readonly isForMany?: true;
  /** Makes, for one of many, what it needs and a unit of work cannot: more of its input, right before it runs for a record. */
  prepare?(ctx: Ctx, id: string): Promise<Record<string, unknown>>;
  /** How it is taken back, where it can be: pages then offer "Undo", for one record and for many. */
  readonly undo?: Undo<never, never>;
}

/** An action whose input and result are not looked at: how the registry holds them. */
export type AnyAction = Action<never, unknown>;

/** Declares an action. Nothing else than its declaration: `perform` runs it. */
export function action<I, R>(definition: Action<I, R>): Action<I, R> {
  return definition;
}

/** Runs an action: permission, validation, then one unit of work that holds rows, audit and events. */
export async function perform<I, R>(ctx: Ctx, what: Action<I, R>, given: unknown): Promise<R> {
  if (what.permission !== null && !can(ctx.actor, what.permission)) {
    throw ctx.actor.kind === "nobody" ? unauthorized() : forbidden();
  }
  // What needs no permission is one's own: profile, sessions, notifications. A client's own asks for the portal's permissions.
  if (what.permission === null && ctx.actor.kind === "staff") refuseLimited(ctx.actor);
  const input = emptiedAsNull(what.input, given);
  try {
    const problems = validate(what.input, input);
    if (problems.length > 0)
      throw invalid([...problems, ...(await missingReferences(ctx, what.input, input, problems))]);
    const { undo } = ctx.request;
    // Inside a unit of work that is there, somebody else says what the whole of it is taken back by.
    if (undo === undefined || "unit" in ctx || what.undo === undefined)
      return await inUnit(ctx, (work) => what.run(work, input as I));
    return await inUnit(ctx, async (work) => {
      const { result, reverse } = await runNoted(work, what as unknown as AnyAction, input);
      undo.offered = reverse === null ? null : await offerUndo(work, reverse);
      return result as R;
    });
  } catch (error) {
    throw await withCustomProblems(ctx, what.input, input, translateDatabaseError(error));
  }
}
