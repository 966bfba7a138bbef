import { Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { find } from "../../platform/access/reach.ts";
import { teams } from "../../platform/access/schema.ts";
import { action } from "../../platform/action.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import { changes } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { invalidField, stale } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { resource } from "../../platform/resource.ts";
import { raiseVersion } from "./roles.ts";

const uuid = Type.String({ format: "uuid" });
const target = { id: uuid, version: Type.Optional(Type.Integer()) };
const shape = {
  name: Type.String({ minLength: 1, maxLength: 80 }),
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  member_ids: Type.Optional(Type.Array(uuid, { maxItems: 500 })),
  /** Those of the members who lead. */
  lead_ids: Type.Optional(Type.Array(uuid, { maxItems: 50 })),
};

interface TeamInput {
  id: string;
  version?: number;
  name?: string;
  description?: string;
  member_ids?: string[];
  lead_ids?: string[];
}

export const createTeam = action({
  name: "teams.create",
  permission: "staff.manage",
  input: Type.Object(shape, { additionalProperties: false }),
  run: async (work: Work, input: Omit<TeamInput, "id"> & { name: string }) => {
    const team = await insert(work, teams, { name: input.name.trim(), description: input.description ?? "" });
    await setMembers(work, team.id, input);
    return team;
  },
});

export const updateTeam = action({
  name: "teams.update",
  permission: "staff.manage",
  input: Type.Object({ ...target, ...changes(shape) }, { additionalProperties: false }),
  run: async (work: Work, input: TeamInput) => {
    const team = await find(work, "teams", input.id);
    if (input.version !== undefined && input.version !== team.version) throw stale();
    const { name, description } = input;
    const row = await update(work, teams, team.id, {
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(description === undefined ? {} : { description }),
    });
    const isChanged = await setMembers(work, team.id, input);
    return isChanged && row.version === team.version ? raiseVersion(work, "teams", team.id) : row;
  },
});

/** Deletes a team that no ticket is with; its members stay people of the staff. */
export const deleteTeam = action({
  name: "teams.delete",
  permission: "staff.manage",
  input: Type.Object(target, { additionalProperties: false }),
  run: async (work: Work, { id, version }: { id: string; version?: number }) => {
    await setMembers(work, (await find(work, "teams", id)).id, { member_ids: [], lead_ids: [] });
    await remove(work, teams, id, version);
  },
});

async function membersOf(ctx: Pick<Ctx, "db">, teamIds: readonly string[]): Promise<Member[]> {
  if (teamIds.length === 0) return [];
  return ctx.db
    .selectFrom("team_members")
    .select(["team_id", "user_id", "is_lead"])
    .where("team_id", "in", [...teamIds])
    .orderBy("user_id")
    .execute();
}

interface Member {
  team_id: string;
  user_id: string;
  is_lead: boolean;
}

async function setMembers(
  work: Work,
  teamId: string,
  input: Pick<TeamInput, "member_ids" | "lead_ids">,
): Promise<boolean> {
  const before = await membersOf(work, [teamId]);
  const leads = new Set(input.lead_ids ?? before.filter((one) => one.is_lead).map((one) => one.user_id));
  const wanted = new Set([...(input.member_ids ?? before.map((one) => one.user_id)), ...(input.lead_ids ?? [])]);
  const after = [...wanted].toSorted().map((user_id) => ({ team_id: teamId, user_id, is_lead: leads.has(user_id) }));
  if (Bun.deepEquals(before, after)) return false;
  const known = await work.db.selectFrom("users").select("id").where("user_type", "=", "staff").execute();
  if (after.some((one) => !known.some(({ id }) => id === one.user_id)))
    throw invalidField("member_ids", t("Only people of the staff can be in a team."), "not_found");
  await work.db.deleteFrom("team_members").where("team_id", "=", teamId).execute();
  if (after.length > 0) await work.db.insertInto("team_members").values(after).execute();
  const told = (members: readonly Member[]): object => ({
    member_ids: members.map((one) => one.user_id),
    lead_ids: members.filter((one) => one.is_lead).map((one) => one.user_id),
  });
  writeAuditEntry(work, "update", "teams", teamId, { ...told(before) }, { ...told(after) });
  return true;
}

/** Teams with who is in them; whoever sees tickets may look, because tickets are given to teams. */
export const teamResource = resource({
  type: "teams",
  table: teams,
  permission: "tickets.read",
  create: createTeam,
  update: updateTeam,
  remove: deleteTeam,
  extend: async (ctx, rows) => {
    const members = await membersOf(
      ctx,
      rows.map((row) => String(row["id"])),
    );
    return rows.map((row) => {
      const of = members.filter((one) => one.team_id === row["id"]);
      return {
        member_ids: of.map((one) => one.user_id),
        lead_ids: of.filter((one) => one.is_lead).map((one) => one.user_id),
      };
    });
  },
  calculated: ["member_ids", "lead_ids"],
  sort: "name",
});
