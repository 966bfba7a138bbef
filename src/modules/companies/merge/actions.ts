import { Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../../platform/access/audit.ts";
import { action, type Action } from "../../../platform/action.ts";
import { asSystem, onBehalf, type Work } from "../../../platform/context.ts";
import { repoint } from "../../../platform/database/repoint/repoint.ts";
import { update } from "../../../platform/database/records.ts";
import { indexRow, unindexRow } from "../../../platform/database/search.ts";
import { find, type RowFor } from "../../../platform/access/reach.ts";
import { conflict, invalidField, stale } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { keepDefaults } from "../defaults.ts";
import { tellMerged } from "../events.ts";
import { isInGroup } from "../hierarchy.ts";
import { hasPrimarySite } from "../primary-site.ts";
import { nameKey } from "../rules.ts";
import { followAddress } from "../sign-in-address.ts";
import { forgetDistinct } from "./distinct.ts";
import { type MergePreview, mergePreview, type MergeTable, mergeTables } from "./preview.ts";

type Row = Record<string, unknown>;

interface Merge {
  /** The record that stays. */
  id: string;
  version?: number;
  /** The one that turns out to be the same, and goes. */
  merged_id: string;
  /** The fields whose value the one that goes brings; absent: those that the other one has nothing in. */
  take?: string[];
}

/**
 * Makes two records one: the values that were chosen, and everything that referred to the one that goes refers to the one
 * that stays, in one unit of work. The one that goes is archived and says where it went (`merged_into_id`). It cannot be
 * undone: which ticket was whose before is written down nowhere but in the audit log's counts. Money that moves along stays in the
 * currency that it was in, whichever the company is billed in from then on (billing/merged-currencies.test.ts).
 */
function merging(table: MergeTable): Action<Merge, Row> {
  return action({
    name: `${table}.merge`,
    permission: "companies.merge",
    input: Type.Object(
      {
        id: Type.String({ format: "uuid" }),
        version: Type.Optional(Type.Integer()),
        merged_id: Type.String({ format: "uuid", title: t("The other record") }),
        take: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 200, uniqueItems: true })),
      },
      { additionalProperties: false },
    ),
    run: async (work: Work, input: Merge): Promise<Row> => {
      const preview = await mergePreview(work, table, input.id, input.merged_id);
      if (input.version !== undefined && preview.kept["version"] !== input.version) throw stale();
      const [reason] = preview.conflicts;
      if (reason !== undefined) throw conflict(reason, "cannot_merge");
      const values = chosen(preview, input.take);
      // What is pointed elsewhere may lie outside of what the actor sees: the merge is of the whole record.
      const system = asSystem(work);
      await letGo(onBehalf(work), table, preview);
      await forgetDistinct(system, table, input.merged_id);
      await repoint(work, table, input.merged_id, input.id);
      await audit(work, table, preview);
      await archive(system, table, input);
      const kept = (await update(work, mergeTables[table], input.id, {
        ...values,
        ...fixed(table, preview),
      })) as Row;
      if (table === "contacts") {
        await followAddress(work, kept as RowFor<"contacts">);
        await keepDefaults(system, kept as RowFor<"contacts">);
      }
      indexRow(work, table, kept);
      await unindexRow(work, table, input.merged_id);
      await tellMerged(work, table, kept, input.merged_id);
      return (await find(work, table, input.id)) as Row;
    },
  });
}

function chosen(preview: MergePreview, take: string[] | undefined): Row {
  const names = take ?? preview.differences.filter((one) => one.isTaken).map((one) => one.name);
  const values: Row = {};
  const custom: Row = {};
  for (const name of names) {
    const difference = preview.differences.find((one) => one.name === name);
    if (difference === undefined)
      throw invalidField("take", t("The records do not differ in {name}.", { name }), "invalid_choice");
    if (name.startsWith("custom_fields.")) custom[name.slice("custom_fields.".length)] = difference.gone;
    else values[name] = difference.gone;
  }
  if (typeof values["name"] === "string" && "name_key" in preview.kept) values["name_key"] = nameKey(values["name"]);
  return Object.keys(custom).length === 0 ? values : { ...values, custom_fields: custom };
}

/** What would be wrong or twice on the record that stays: its own place below the other one, a second primary site. */
async function letGo(work: Work, table: MergeTable, { kept, gone }: MergePreview): Promise<void> {
  const goneId = String(gone["id"]);
  if (table === "companies") {
    const { db } = work;
    // Who stood below the other one takes its place in the group: those between the two stand below it from now on.
    if (await isInGroup(work, goneId, String(kept["id"]))) {
      const place = { parent_company_id: gone["parent_company_id"] } as Row;
      await update(work, mergeTables.companies, String(kept["id"]), place);
    }
    await db
      .updateTable("companies")
      .set({
        parent_company_id: null,
        default_billing_contact_id: null,
        default_technical_contact_id: null,
        contract_id: null,
      })
      .where("id", "=", goneId)
      .execute();
    // The primary site of the one that stays is the primary site; where it has none, it gets the other one's.
    const keptId = String(kept["id"]);
    const isReplaced = !(await hasPrimarySite(work, keptId)) && (await hasPrimarySite(work, goneId));
    await db
      .updateTable("sites")
      .set({ is_primary: false })
      .where("company_id", "=", isReplaced ? keptId : goneId)
      .execute();
  }
  if (table === "sites")
    await work.db.updateTable("sites").set({ is_primary: false }).where("id", "=", goneId).execute();
  if (table === "contacts" && gone["portal_user_id"] !== null) {
    await work.db
      .updateTable("contacts")
      .set({ portal_user_id: null, is_portal_user: false })
      .where("id", "=", goneId)
      .execute();
  }
}

/** What the record that stays takes over without being asked. */
function fixed(table: MergeTable, { kept, gone }: MergePreview): Row {
  if (table === "contacts" && gone["portal_user_id"] !== null)
    return {
      portal_user_id: gone["portal_user_id"],
      is_portal_user: true,
      // They sign in with it.
      ...(kept["email"] === null ? { email: gone["email"] } : {}),
    };
  if (table === "sites") return { is_primary: kept["is_primary"] === true || gone["is_primary"] === true };
  if (table !== "companies" || kept["contract_id"] !== null || gone["contract_id"] === null) return {};
  return { contract_id: gone["contract_id"] };
}

async function audit(work: Work, table: MergeTable, { kept, gone, held }: MergePreview): Promise<void> {
  const moved = Object.fromEntries(held.map((one) => [one.table, one.count]));
  writeAuditEntry(work, "update", table, String(kept["id"]), {}, { merged: { id: gone["id"], values: gone }, moved });
}

async function archive(work: Work, table: MergeTable, { id, merged_id }: Merge): Promise<void> {
  await update(work, mergeTables[table], merged_id, {
    merged_into_id: id,
    archived_at: work.app.clock.now(),
  } as Row);
}

const mergeCompanies = merging("companies");
const mergeContacts = merging("contacts");
const mergeSites = merging("sites");

export const mergeActions: Readonly<Record<MergeTable, Action<Merge, Row>>> = {
  companies: mergeCompanies,
  contacts: mergeContacts,
  sites: mergeSites,
};
