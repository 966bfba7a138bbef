import { asSystem, type Ctx, inUnit, reading, type Work } from "../../platform/context.ts";
import { isOutage } from "../../platform/database/failures.ts";
import { Failure } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { type Found, peopleOf } from "./lookup.ts";
import { end, place, type Placed } from "./accounts.ts";
import { isAtDomain, type Skipped, type SyncResult, type Why } from "./rules.ts";
import { DirectoryProblem, withDirectory } from "./server.ts";
import { type Directory, directoryOf } from "./settings.ts";

/**
 * Compares the staff with the directory: whoever is in one of the groups gets an account, with what the directory says of
 * them; whoever is there no more, or disabled, loses it. Answers the problem where the directory could not be asked: then
 * nothing is changed.
 */
export async function syncDirectory(ctx: Ctx): Promise<{ result: SyncResult | null; problem: string } | null> {
  const directory = await reading(ctx, directoryOf);
  if (directory === null) return null;
  try {
    const found = await withDirectory(directory.server, (client) =>
      peopleOf(client, directory.server.base_dn, directory.groups),
    );
    // A group that was renamed holds nobody: that is no reason to lock everybody out.
    if (!found.some(({ isEnabled }) => isEnabled))
      throw new DirectoryProblem(t("None of the groups has a member, so nothing was changed. Look at their names."));
    const result = await apply(ctx, directory, found);
    await keep(ctx, "", result);
    return { result, problem: "" };
  } catch (error) {
    if (!(error instanceof DirectoryProblem)) throw error;
    await keep(ctx, error.message, null);
    return { result: null, problem: error.message };
  }
}

async function apply(ctx: Ctx, directory: Directory, found: readonly Found[]): Promise<SyncResult> {
  const result: SyncResult = { made: 0, changed: 0, ended: 0, skipped: [] };
  const present = found.filter(({ isEnabled }) => isEnabled);
  for (const one of present) {
    const { is } = await placed(ctx, directory, one);
    if (is === "made" || is === "changed") result[is] += 1;
    else if (is !== "same") result.skipped.push(skipped(one, is));
  }
  const guids = new Set(present.map(({ guid }) => guid));
  const known = await reading(ctx, ({ db }) =>
    db
      .selectFrom("directory_people")
      .innerJoin("users", "users.id", "directory_people.user_id")
      .select(["users.id", "users.name", "users.email", "directory_people.object_guid"])
      .execute(),
  );
  for (const one of known.filter(({ object_guid }) => !guids.has(object_guid))) {
    const isEnded = await alone(ctx, (work) => end(work, one.id));
    if (isEnded === true) result.ended += 1;
    else if (isEnded !== false) result.skipped.push(skipped(one, isEnded));
  }
  return result;
}

/**
 * What is done with one person, in the system's name and a unit of its own, so that what is wrong with one keeps nobody else
 * from their account. Answers why, where it is refused.
 */
async function alone<T>(ctx: Ctx, run: (work: Work) => Promise<T>): Promise<T | Why> {
  try {
    return await inUnit(ctx, (work) => run(asSystem(work)));
  } catch (error) {
    if (isOutage(error) || !(error instanceof Failure)) throw error;
    return error.code === "no_seat" || error.code === "last_administrator" ? error.code : "refused";
  }
}

/** Somebody's account, after what the directory says of them. */
export async function placed(ctx: Ctx, { domains }: Directory, one: Found): Promise<Placed> {
  if (one.email === "") return { userId: null, is: "no_address" };
  if (!isAtDomain(one.email, domains)) return { userId: null, is: "other_domain" };
  const is = await alone(ctx, (work) => place(work, one));
  return typeof is === "string" ? { userId: null, is } : is;
}

const skipped = ({ name, email }: Pick<Found, "name" | "email">, why: Why): Skipped => ({ name, email, why });

/** How the latest comparison went; the settings themselves are as they were, so their version is too. */
async function keep(ctx: Ctx, problem: string, result: SyncResult | null): Promise<void> {
  await inUnit(ctx, ({ db, app }) =>
    db
      .updateTable("directory_settings")
      .set({
        sync_problem: problem.slice(0, 1000),
        ...(result === null ? {} : { sync_result: result, synced_at: app.clock.now() }),
      })
      .execute(),
  );
}
