import type { Work } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import type { ReferenceSet } from "../../platform/module.ts";
import { timeRoundingRules, workTypes } from "./schema.ts";

const standard = [
  { name: "Remote support", description: "Help by phone, mail or remote control", default_billable: true },
  { name: "On-site support", description: "Work at the client's place", default_billable: true },
  { name: "Project work", description: "Planned work: migrations, installations, consulting", default_billable: true },
  { name: "Travel", description: "The way to the client and back", default_billable: true },
  { name: "Internal", description: "Meetings, training, administration", default_billable: false },
];

/** Work types without rates, because those are every provider's own, and the usual rounding. */
export const workTypeSet: ReferenceSet = {
  key: "work_types",
  label: "Work types",
  description: "Remote, on-site, project work, travel and internal; time is rounded up to quarters of an hour.",
  apply: async (work: Work) => {
    const present = await work.db.selectFrom("work_types").select("name").execute();
    const known = new Set(present.map((row) => row.name.toLowerCase()));
    for (const [index, type] of standard.entries()) {
      if (!known.has(type.name.toLowerCase())) await insert(work, workTypes, { ...type, sort_order: index + 1 });
    }
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
