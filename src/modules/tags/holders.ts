import type { Work } from "../../platform/context.ts";

/** Records that have a tag: their ids by their kind. */
export type Holders = Record<string, string[]>;

/** How many ids one statement names. */
const few = 500;

/** The records that have a tag; those that have another one as well, where it is named. */
export async function holdersOf({ db }: Work, name: string, and: string | null = null): Promise<Holders> {
  let query = db
    .selectFrom("record_tags as one")
    .select(["one.entity_type", "one.entity_id"])
    .where("one.tag", "=", name);
  if (and !== null)
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom("record_tags as other")
          .select("other.tag")
          .whereRef("other.entity_type", "=", "one.entity_type")
          .whereRef("other.entity_id", "=", "one.entity_id")
          .where("other.tag", "=", and),
      ),
    );
  const holders: Holders = {};
  for (const { entity_type, entity_id } of await query.execute()) (holders[entity_type] ??= []).push(entity_id);
  return holders;
}

/** Takes a tag away from some records of a kind. */
export async function untag({ db }: Work, name: string, [entityType, ids]: [string, readonly string[]]): Promise<void> {
  for (const some of portions(ids))
    await db
      .deleteFrom("record_tags")
      .where("entity_type", "=", entityType)
      .where("entity_id", "in", some)
      .where("tag", "=", name)
      .execute();
}

/** Gives a tag to some records of a kind; those that have it keep it, those that are gone stay away. */
export async function tag(work: Work, name: string, [entityType, ids]: [string, readonly string[]]): Promise<void> {
  if (work.app.registry.resources.get(entityType)?.hasTags !== true) return;
  for (const some of portions(ids)) {
    // Kinds that have tags are tables with ids; of which kind these are is known only here.
    const there = await work.db
      .selectFrom(entityType as "companies")
      .select("id")
      .where("id", "in", some)
      .execute();
    if (there.length === 0) continue;
    await work.db
      .insertInto("record_tags")
      .values(there.map(({ id }) => ({ entity_type: entityType, entity_id: id, tag: name })))
      .onConflict((oc) => oc.doNothing())
      .execute();
  }
}

function portions(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / few) }, (_, at) => ids.slice(at * few, (at + 1) * few));
}
