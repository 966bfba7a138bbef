import { can } from "../../../platform/access/actor.ts";
import { maybeFind, reach } from "../../../platform/access/reach.ts";
import { type Ctx, noRequest } from "../../../platform/context.ts";
import { tableNamed } from "../../../platform/database/columns.ts";
import type { TableName } from "../../../platform/database/tables.ts";
import { invalidField, notFound } from "../../../platform/errors.ts";
import { isId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import type { Resource } from "../../../platform/resource.ts";
import { actingAs, type KeyRow, type UserRow } from "./permissions.ts";

/** Whether a person sees one record, by which rule, and what they may do with it. */
export interface RecordAnswer {
  type: string;
  id: string;
  is_seen: boolean;
  rule: string;
  /** The rule in words. */
  text: string;
  /** What can be done with such records, and whether this person may with this one. */
  actions: { name: string; permission: string; is_allowed: boolean }[];
}

type Row = Readonly<Record<string, unknown>>;

/**
 * @param given a ticket's number, or the address of a record: of its page or over the API
 * @throws Failure 422 when it is neither; 404 when there is no such record, or the asker does not see it
 */
export async function recordAnswer(ctx: Ctx, user: UserRow, key: KeyRow | null, given: string): Promise<RecordAnswer> {
  const { resource, id } = await recordAt(ctx, given);
  const table = resource.table.name as TableName;
  const row = (await maybeFind(ctx, table, id)) as Row | undefined;
  if (row === undefined) throw notFound(t("This {noun}", { noun: t(resource.table.noun) }));
  const actor = await actingAs(ctx, user, key);
  const common = { type: resource.type, id };
  if (actor === null) {
    const text = t("This person, or this key, cannot come in at present.");
    return { ...common, is_seen: false, rule: "closed", text, actions: actionsOf(ctx, resource, () => false) };
  }
  // Read as that person would, with the handle that is there. What they would see is not looked at by them.
  const { app, tenant, db } = ctx;
  const them: Ctx = { app, tenant, actor, request: noRequest, db, isReader: true };
  const isSeen = (await maybeFind(them, table, id)) !== undefined;
  const { rule, text } = await ruleOf(them, table, row, isSeen);
  return {
    ...common,
    is_seen: isSeen,
    rule,
    text,
    actions: actionsOf(ctx, resource, (permission) => isSeen && can(actor, permission)),
  };
}

async function ruleOf(them: Ctx, table: TableName, row: Row, isSeen: boolean): Promise<{ rule: string; text: string }> {
  const { readPermission, portalPermission, companyColumn } = tableNamed(table) ?? {};
  const isPortal = them.actor.kind === "portal";
  const needed = (isPortal ? portalPermission : readPermission) ?? null;
  if (needed !== null && !can(them.actor, needed))
    return { rule: "no_permission", text: t("They do not have the permission {permission}.", { permission: needed }) };
  const reason = them.app.registry.reachReasons.get(table);
  if (reason !== undefined) return reason(them, row, isSeen);
  if (!isSeen) return { rule: "out_of_reach", text: t("It is none of theirs, and nothing shows it to them.") };
  if (isPortal && companyColumn != null) return { rule: "company", text: t("It is their company's.") };
  return needed === null
    ? { rule: "everybody", text: t("Everybody who can sign in sees it.") }
    : { rule: "permission", text: t("Whoever has the permission {permission} sees it.", { permission: needed }) };
}

/** What changes a record of this kind; what permits itself by other means is left out. */
function actionsOf(ctx: Ctx, resource: Resource, may: (permission: string) => boolean): RecordAnswer["actions"] {
  const own = [...ctx.app.registry.actions.values()].filter((one) => one.name.startsWith(`${resource.type}.`));
  const all = new Map(
    [resource.update, resource.remove, ...own].flatMap((one) => (one === null ? [] : [[one.name, one]])),
  );
  if (resource.create !== null) all.delete(resource.create.name);
  return [...all.values()].flatMap(({ name, permission }) =>
    permission === null ? [] : [{ name, permission, is_allowed: may(permission) }],
  );
}

/** Pages whose addresses are called otherwise than the records over the API. */
const otherNames: Readonly<Record<string, string>> = { time: "time-entries", staff: "users", lines: "invoice-lines" };

async function recordAt(ctx: Ctx, given: string): Promise<{ resource: Resource; id: string }> {
  const { resources } = ctx.app.registry;
  const number = /^#?\s*([A-Za-z]{0,6}-?\d{1,9})$/.exec(given.trim())?.[1];
  const tickets = resources.get("tickets");
  if (number !== undefined && tickets !== undefined) {
    const row = await reach(ctx, "tickets")
      .select("tickets.id")
      .where("tickets.ticket_number", "=", number)
      .executeTakeFirst();
    if (row === undefined) throw notFound(t("This {noun}", { noun: t("ticket") }));
    return { resource: tickets, id: row.id };
  }
  const parts = given.trim().split(/[/?#]/);
  for (const [at, part] of [...parts.entries()].toReversed()) {
    const before = parts[at - 1] ?? "";
    const resource = resources.get(otherNames[before] ?? before);
    if (isId(part) && resource !== undefined) return { resource, id: part };
  }
  throw invalidField("record", t("Type the number of a ticket, or paste the address of a record."), "unknown_record");
}
