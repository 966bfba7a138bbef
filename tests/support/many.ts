import { companies } from "../../src/modules/companies/index.ts";
import { inUnit } from "../../src/platform/context.ts";
import { insert } from "../../src/platform/database/records.ts";
import type { TestTenant } from "./program.ts";

/** So many companies that a field of them gets its choices on demand: "Harbour Client 01", "Harbour Client 02" … */
export async function manyCompanies(tenant: TestTenant, prefix = "Harbour Client", count = 60): Promise<string[]> {
  return inUnit(tenant.system, async (work) => {
    const ids: string[] = [];
    for (let number = 1; number <= count; number += 1) {
      const name = `${prefix} ${String(number).padStart(2, "0")}`;
      ids.push((await insert(work, companies, { name, name_key: name.toLowerCase() })).id);
    }
    return ids;
  });
}
