import type { CompiledQuery } from "kysely";
import type { Db } from "./tables.ts";

/** Statements by what they look for, in words. */
const statements = new Map<string, CompiledQuery<unknown>>();

/**
 * Runs a query that is put together the first time only, which takes longer than running it. `shape` names all that its text
 * depends on, `values` are its parameters in their order; a query that turns out to have others is put together each time.
 */
export async function runOnceBuilt<R>(
  db: Db,
  shape: string,
  values: readonly unknown[],
  build: () => { compile(): CompiledQuery<unknown> },
): Promise<R[]> {
  const known = statements.get(shape);
  const query = known === undefined ? build().compile() : { ...known, parameters: values };
  if (known === undefined && Bun.deepEquals(query.parameters, values)) statements.set(shape, query);
  const { rows } = await db.executeQuery(query);
  return rows as R[];
}
