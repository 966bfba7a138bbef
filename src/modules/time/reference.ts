import type { Work } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import type { ReferenceSet } from "../../platform/reference.ts";
import { timeRoundingRules, workTypes } from "./schema.ts";

const standard: [name: string, description: string, isBillable: boolean][] = [
  ["Remote support", "Help by phone, mail or remote control", true],
  ["On-site support", "Work at the client's place", true],
  ["Project work", "Planned work: migrations, installations, consulting", true],
  ["Travel", "The way to the client and back", true],
  ["Internal", "Meetings, training, administration", false],
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
      name: "Standard",
      increment_minutes: 15,
      rounding_method: "up",
      minimum_minutes: 15,
      is_default: true,
    });
  },
};
