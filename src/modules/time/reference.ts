import type { Work } from "../../platform/context.ts";
import { declared, t } from "../../platform/language/index.ts";
import { insert } from "../../platform/database/records.ts";
import type { ReferenceSet } from "../../platform/reference.ts";
import { timeRoundingRules, workTypes } from "./schema.ts";

const standard: [name: string, description: string, isBillable: boolean][] = [
  [declared("Remote support"), declared("Help by phone, mail or remote control"), true],
  [declared("On-site support"), declared("Work at the client's place"), true],
  [declared("Project work"), declared("Planned work: migrations, installations, consulting"), true],
  [declared("Travel"), declared("The way to the client and back"), true],
  [declared("Internal"), declared("Meetings, training, administration"), false],
];

/** Work types without rates, because those are every provider's own, and the usual rounding. */
export const workTypeSet: ReferenceSet = {
  key: "work_types",
  label: "Work types",
  description: "Remote, on-site, project work, travel and internal; time is rounded up to quarters of an hour.",
  table: workTypes,
  items: standard.map(([name, description, default_billable]) => ({ name, values: { description, default_billable } })),
  after: async (work: Work) => {
    const rule = await work.db.selectFrom("time_rounding_rules").select("id").executeTakeFirst();
    if (rule !== undefined) return;
    await insert(work, timeRoundingRules, {
      name: t("Standard"),
      increment_minutes: 15,
      rounding_method: "up",
      minimum_minutes: 15,
      is_default: true,
    });
  },
};
