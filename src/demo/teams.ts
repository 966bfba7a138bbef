import { teams } from "../platform/access/schema.ts";
import type { Work } from "../platform/context.ts";
import { insert } from "../platform/database/records.ts";
import type { Staff } from "./setup.ts";

/** The teams that tickets are given to. */
export interface Teams {
  desk: string;
  infrastructure: string;
}

/** Where the demo's people work together: each team with somebody who leads it. */
export async function formTeams(work: Work, staff: Staff): Promise<Teams> {
  const [first, ...others] = staff.technicians;
  const half = Math.ceil(others.length / 2);
  const wanted = [
    {
      name: "Service desk",
      description: "Answers first: questions, accounts, workplaces.",
      people: [staff.dispatcher, ...(first === undefined ? [] : [first]), ...others.slice(0, half)],
    },
    {
      name: "Infrastructure",
      description: "Servers, networks and the cloud; visits and projects.",
      people: [staff.manager, ...others.slice(half), ...(first === undefined ? [] : [first])],
    },
    {
      name: "Back office",
      description: "Contracts, invoices and payments.",
      people: [...staff.finance, staff.sales],
    },
  ];
  const ids: string[] = [];
  for (const { name, description, people } of wanted) {
    const team = await insert(work, teams, { name, description });
    ids.push(team.id);
    for (const [at, { id }] of people.entries())
      await work.db
        .insertInto("team_members")
        .values({ team_id: team.id, user_id: id, is_lead: at === 0 })
        .execute();
  }
  const [desk = "", infrastructure = ""] = ids;
  return { desk, infrastructure };
}
