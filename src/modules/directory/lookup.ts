import type { Client } from "ldapts";
import { filterValue, inGroup, type Member, memberAttributes, memberOf, person } from "./rules.ts";

/** Who the directory knows, and what they are there. */

export interface GroupRole {
  group_dn: string;
  role_id: string;
}

/** Somebody of the directory with the roles of the groups they are in. */
export interface Found extends Member {
  roleIds: string[];
}

/** Somebody by the address that they sign in with; null: nobody, or more than one, or somebody of none of the groups. */
export async function personAt(
  client: Client,
  baseDn: string,
  groups: readonly GroupRole[],
  email: string,
): Promise<Found | null> {
  const value = filterValue(email);
  const { searchEntries } = await client.search(baseDn, {
    scope: "sub",
    filter: `(&${person}(|(mail=${value})(userPrincipalName=${value})))`,
    attributes: memberAttributes,
    explicitBufferAttributes: ["objectGUID"],
    paged: { pageSize: 2 },
  });
  const [entry, ...more] = searchEntries;
  const member = entry === undefined || more.length > 0 ? null : memberOf(entry);
  if (member === null) return null;
  const roleIds: string[] = [];
  for (const { group_dn, role_id } of groups) {
    const answer = await client.search(member.dn, { scope: "base", filter: inGroup(group_dn), attributes: ["1.1"] });
    if (answer.searchEntries.length > 0) roleIds.push(role_id);
  }
  return roleIds.length === 0 ? null : { ...member, roleIds };
}

/** Everybody who is in one of the groups, those who are disabled too. */
export async function peopleOf(client: Client, baseDn: string, groups: readonly GroupRole[]): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const { group_dn, role_id } of groups) {
    const { searchEntries } = await client.search(baseDn, {
      scope: "sub",
      filter: `(&${person}${inGroup(group_dn)})`,
      attributes: memberAttributes,
      explicitBufferAttributes: ["objectGUID"],
      paged: { pageSize: 500 },
    });
    for (const entry of searchEntries) {
      const member = memberOf(entry);
      if (member === null) continue;
      const known = found.get(member.guid) ?? { ...member, roleIds: [] };
      known.roleIds.push(role_id);
      found.set(member.guid, known);
    }
  }
  return [...found.values()];
}
