import { X509Certificate } from "node:crypto";
import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { revokeSessions } from "../../platform/access/sessions.ts";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { validate } from "../../platform/access/validate.ts";
import { action } from "../../platform/action.ts";
import type { App, Work } from "../../platform/context.ts";
import type { NewRow, Patch } from "../../platform/database/columns.ts";
import { changes, fromEdge, newInput } from "../../platform/database/edge.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, invalid, invalidField, stale } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { checkKeptPassword, checkServerHost } from "../settings/index.ts";
import {
  checkMayActOn,
  checkMayGiveRoles,
  dropPassword,
  endLinks,
  keepAnAdministrator,
  sendLink,
  setRoles,
  staffMember,
} from "../staff/index.ts";
import { domainsOf } from "./rules.ts";
import { directorySettings } from "./schema.ts";
import { groupRoles, settingsRow } from "./settings.ts";

const uuid = Type.String({ format: "uuid" });
const writable = [
  "host",
  "port",
  "security",
  "ca_certificate",
  "base_dn",
  "bind_name",
  "email_domains",
  "is_active",
] as const;
const whole = newInput(directorySettings, writable);

interface Group {
  role_id: string;
  group_dn: string;
}

interface SettingsInput extends Record<string, unknown> {
  password?: string;
  groups?: Group[];
  version?: number;
}

const besideColumns = {
  password: Type.Optional(Type.String({ maxLength: 500 })),
  groups: Type.Optional(
    Type.Array(
      Type.Object(
        { role_id: uuid, group_dn: Type.String({ minLength: 1, maxLength: 1000 }) },
        { additionalProperties: false },
      ),
      { maxItems: 100 },
    ),
  ),
  version: Type.Optional(Type.Integer()),
};

/** What a directory is entered and changed with. A group for each role that comes from there; those not named come from none. */
export const settingsInput = Type.Object(
  { ...changes(whole.properties), ...besideColumns },
  { additionalProperties: false },
);

/** The same with nothing left out, as the page sends it. */
export const wholeInput = Type.Object({ ...whole.properties, ...besideColumns }, { additionalProperties: false });

/** Enters or changes the directory. The password of Purser's account there is sealed, and never shown again. */
export const updateDirectory = action({
  name: "directory.update",
  permission: "staff.manage",
  input: settingsInput,
  run: async (work: Work, { password, groups, version, ...given }: SettingsInput) => {
    const row = await settingsRow(work.db);
    if (row === undefined) {
      if (version !== undefined) throw stale();
      const problems = validate(whole, given);
      if (problems.length > 0) throw invalid(problems);
    }
    const values = checked(work, fromEdge(directorySettings, given, work.tenant.currency));
    if (password !== undefined && password !== "")
      values.password_sealed = work.app.keyring.seal("directory-settings", work.tenant.id, password);
    else if (row === undefined) throw invalidField("password", t("Enter the password."), "required");
    else checkKeptPassword({ ...row, username: row.bind_name }, serverAfter(row, values));
    // Who says which server is asked says who gets these roles, and who is taken for those who have them already.
    const held = [...(await groupRoles(work.db)), ...(groups ?? [])];
    await checkMayGiveRoles(
      work,
      held.map(({ role_id }) => role_id),
      "groups",
    );
    if (groups !== undefined) await setGroups(work, groups);
    return row === undefined
      ? insert(work, directorySettings, values as NewRow<typeof directorySettings>)
      : update(work, directorySettings, row.id, values, version);
  },
});

const serverAfter = (
  row: { host: string; port: number; bind_name: string },
  values: Patch<typeof directorySettings>,
): { host: string; port: number; username: string } => ({
  host: values.host ?? row.host,
  port: values.port ?? row.port,
  username: values.bind_name ?? row.bind_name,
});

/** Refuses a server that nobody can be connected to. */
export function checkServer(app: App, { host, port }: { host?: string; port?: number }): void {
  if (host !== undefined) {
    if (!/^[\w.:-]+$/.test(host.trim()))
      throw invalidField("host", t("Enter the name of the server alone, like dc1.example.com."));
    checkServerHost(app, host);
  }
  if (port !== undefined && (port < 1 || port > 65_535))
    throw invalidField("port", t("Enter a port from 1 to 65535; 636 is usual."));
}

/** The typed values as they are kept, or what is wrong with one of them. */
function checked(work: Work, values: Patch<typeof directorySettings>): Patch<typeof directorySettings> {
  if (values.host !== undefined) values.host = values.host.trim();
  checkServer(work.app, values);
  if (values.email_domains !== undefined) {
    const domains = domainsOf(values.email_domains);
    if (domains === null || domains.length === 0)
      throw invalidField("email_domains", t("Enter domains like example.com, with spaces between them."));
    values.email_domains = domains.join(" ");
  }
  if (values.ca_certificate != null && !isCertificate(values.ca_certificate))
    throw invalidField(
      "ca_certificate",
      t("This is no certificate in PEM form: it begins with -----BEGIN CERTIFICATE-----."),
    );
  return values;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== "";
  } catch {
    return false;
  }
}

/** Writes which group has which role. */
async function setGroups(work: Work, groups: readonly Group[]): Promise<void> {
  const before = await groupRoles(work.db);
  const wanted = groups
    .map(({ role_id, group_dn }) => ({ role_id, group_dn: group_dn.trim() }))
    .toSorted((a, b) => (a.role_id < b.role_id ? -1 : 1));
  if (new Set(wanted.map(({ role_id }) => role_id)).size < wanted.length)
    throw invalidField("groups", t("Name each role once."));
  const known = await work.db.selectFrom("roles").select("id").where("user_type", "=", "staff").execute();
  if (wanted.some(({ role_id }) => !known.some(({ id }) => id === role_id)))
    throw invalidField("groups", t("This role does not exist."), "not_found");
  if (Bun.deepEquals(before, wanted)) return;
  await work.db.deleteFrom("directory_groups").execute();
  if (wanted.length > 0) await work.db.insertInto("directory_groups").values(wanted).execute();
  writeAuditEntry(work, "update", "directory_settings", work.tenant.id, { groups: before }, { groups: wanted });
}

interface LinkInput {
  id: string;
  version?: number;
  object_guid: string;
  role_ids: string[];
}

/**
 * From now on the directory keeps somebody's password: the one they have here is dropped, and they are signed out. Only
 * whoever may do as much as they do may decide that, and only whoever may give the roles of the directory's groups themselves:
 * it is they who give them.
 */
export const linkAccount = action({
  name: "directory.link",
  permission: "staff.manage",
  input: Type.Object(
    {
      id: uuid,
      version: Type.Optional(Type.Integer()),
      object_guid: Type.String({ maxLength: 36 }),
      role_ids: Type.Array(uuid),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id, object_guid, role_ids }: LinkInput) => {
    const user = await staffMember(work, id);
    await checkMayActOn(work, user.id);
    await work.db.insertInto("directory_people").values({ user_id: user.id, object_guid }).execute();
    if (user.password_hash !== null) await dropPassword(work, user.id, user.password_hash);
    await keepAnAdministrator(work);
    await endLinks(work, user.id);
    await setRoles(work, user.id, role_ids);
    await revokeSessions(work, user.id, { except: user.id === work.actor.user_id ? work.actor.session_id : null });
    writeAuditEntry(work, "update", "users", user.id, { directory: null }, { directory: object_guid });
    return user;
  },
});

/** The directory keeps somebody's password no longer: they get a mail to choose one of their own. */
export const unlinkAccount = action({
  name: "directory.unlink",
  permission: "staff.manage",
  input: Type.Object({ id: uuid, version: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
  run: async (work: Work, { id }: { id: string }) => {
    const user = await find(work, "users", id);
    await checkMayActOn(work, user.id);
    const link = await work.db
      .selectFrom("directory_people")
      .select("object_guid")
      .where("user_id", "=", id)
      .executeTakeFirst();
    if (link === undefined)
      throw conflict(t("The directory does not keep this person's password."), "not_in_directory");
    await work.db.deleteFrom("directory_people").where("user_id", "=", id).execute();
    await revokeSessions(work, user.id, { except: null });
    if (user.deactivated_at === null) await sendLink(work, user, "reset");
    writeAuditEntry(work, "update", "users", user.id, { directory: link.object_guid }, { directory: null });
    return user;
  },
});
