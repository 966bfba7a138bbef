import { sql } from "kysely";
import { find, reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { coreName } from "./merge/rules.ts";

const mostNamed = 10;

/** Other companies in use that have a company's name, but for the legal form: "Acme Inc" and "Acme LLC" may be one. */
export async function namesakesOf(reader: Ctx, id: string): Promise<{ id: string; name: string }[]> {
  const core = coreName((await find(reader, "companies", id)).name);
  if (core === "") return [];
  // The database finds those with all of its words; whether they have others beside a legal form is seen here.
  let query = reach(reader, "companies")
    .select(["companies.id", "companies.name"])
    .where("companies.id", "!=", id)
    .where("companies.archived_at", "is", null)
    .orderBy("companies.id");
  for (const word of core.split(" ")) query = query.where(sql`' ' || companies.name_key || ' '`, "like", `% ${word} %`);
  const alike = await query.execute();
  return alike.filter(({ name }) => coreName(name) === core).slice(0, mostNamed);
}
