import type { Ctx } from "../../platform/context.ts";
import type { Db } from "../../platform/database/tables.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import type { GroupRole } from "./lookup.ts";
import type { directorySettings } from "./schema.ts";
import type { Server } from "./server.ts";

/** The organization's directory, ready to be asked. */
export interface Directory {
  server: Server;
  /** Whose addresses it knows, with a space between. */
  domains: string;
  groups: readonly GroupRole[];
}

export type SettingsRow = RowOf<typeof directorySettings>;

export const settingsRow = (db: Db): Promise<SettingsRow | undefined> =>
  db.selectFrom("directory_settings").selectAll().executeTakeFirst();

export const groupRoles = (db: Db): Promise<GroupRole[]> =>
  db.selectFrom("directory_groups").select(["role_id", "group_dn"]).orderBy("role_id").execute();

/** The directory; null where there is none, or it is not in use. */
export async function directoryOf(ctx: Ctx): Promise<Directory | null> {
  const row = await settingsRow(ctx.db);
  if (row === undefined || !row.is_active) return null;
  return { server: serverOf(ctx, row), domains: row.email_domains, groups: await groupRoles(ctx.db) };
}

/** How its server is reached, with the password opened. */
export function serverOf({ app, tenant }: Ctx, row: SettingsRow): Server {
  const sealed = row.password_sealed;
  return {
    host: row.host,
    port: row.port,
    security: row.security,
    ca_certificate: row.ca_certificate,
    base_dn: row.base_dn,
    bind_name: row.bind_name,
    password: sealed === null ? "" : app.keyring.open("directory-settings", tenant.id, sealed),
    allowed_networks: app.options.serverNetworks ?? null,
  };
}
