import type { Ctx } from "../../platform/context.ts";
import type { FormValues } from "../../platform/http/forms/model.ts";
import { readInput } from "../../platform/http/forms/page.ts";
import { settingsInput } from "./actions.ts";
import type { GroupRole } from "./lookup.ts";

/** The form's fields as the action's input. */

export interface TypedSettings extends Record<string, unknown> {
  host: string;
  port: number;
  security: "tls" | "starttls";
  ca_certificate?: string | null;
  base_dn: string;
  bind_name: string;
  password?: string;
  groups: GroupRole[];
}

/** A field for each role: which group's members have it. */
export const groupField = (roleId: string): string => `group_${roleId}`;

/** What was typed; groups from the fields of their roles, those left empty left out. */
export function typedSettings(fields: FormValues): TypedSettings {
  const groups: GroupRole[] = [];
  const rest: FormValues = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!name.startsWith("group_")) rest[name] = value;
    else if (typeof value === "string" && value.trim() !== "")
      groups.push({ role_id: name.slice("group_".length), group_dn: value.trim() });
  }
  return { ...readInput(settingsInput, rest), groups } as unknown as TypedSettings;
}

/** The roles that staff can have, by id, in the order of their names. */
export async function roleNames({ db }: Ctx): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom("roles")
    .select(["id", "name"])
    .where("user_type", "=", "staff")
    .orderBy("name")
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
