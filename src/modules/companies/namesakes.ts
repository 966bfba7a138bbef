import { find, reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";

const mostNamed = 10;

/** Other companies in use that have a company's name, but for the legal form: it may be there twice. */
export async function namesakesOf(reader: Ctx, id: string): Promise<{ id: string; name: string }[]> {
  const { name_key } = await find(reader, "companies", id);
  return reach(reader, "companies")
    .select(["companies.id", "companies.name"])
    .where("companies.name_key", "=", name_key)
    .where("companies.id", "!=", id)
    .where("companies.archived_at", "is", null)
    .orderBy("companies.id")
    .limit(mostNamed)
    .execute();
}
