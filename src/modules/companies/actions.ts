import { Type } from "@sinclair/typebox";
import { action, type Action } from "../../platform/action.ts";
import { find, maybeFind } from "../../platform/access/reach.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow, Patch, RowOf, Table } from "../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../platform/database/edge.ts";
import { insert, remove } from "../../platform/database/records.ts";
import { heldBy } from "../../platform/database/repoint/repoint.ts";
import { conflict, invalidField } from "../../platform/errors.ts";
import { emit } from "../../platform/events/outbox.ts";
import { words } from "../../platform/http/pages/cells.ts";
import { t } from "../../platform/language/index.ts";
import { backToBefore, by } from "../../platform/undo/undo.ts";
import { changeClient } from "./change.ts";
import { isInGroup } from "./hierarchy.ts";
import { keepDefaults } from "./defaults.ts";
import { type ClientTable, companyCreated, contactCreated, siteCreated, tellChange } from "./events.ts";
import { forgetDistinct } from "./merge/distinct.ts";
import { demotePrimarySite, hasPrimarySite } from "./primary-site.ts";
import { emailKey, nameKey } from "./rules.ts";
import { companies, contacts, sites } from "./schema.ts";

type Input = Record<string, unknown> & { tags?: string[] };
type Changed = PatchInput & { tags?: string[] };
const tags = Type.Optional(Type.Array(Type.String({ maxLength: 50 }), { maxItems: 50 }));
const target = Type.Object(
  { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);

export const createCompany = action({
  name: "companies.create",
  permission: "companies.write",
  input: newInput(companies, undefined, { tags }),
  run: async (work: Work, input: Input) => {
    const values = fromEdge(companies, input, work.tenant.currency);
    await refuseForeignManager(work, values.account_manager_id);
    await refuseForeign(work, null, values);
    const row = await insert(work, companies, {
      currency: work.tenant.currency,
      ...values,
      name_key: nameKey(String(values.name)),
      tags: input.tags,
    } as NewRow<typeof companies>);
    await emit(work, companyCreated, { company_id: row.id });
    return row;
  },
});

export const updateCompany = action({
  name: "companies.update",
  permission: "companies.write",
  input: patchInput(companies, undefined, { tags }),
  undo: backToBefore(companies, "companies.update"),
  isForMany: true,
  run: async (work: Work, input: Changed) => {
    const values = fromEdge(companies, input, work.tenant.currency);
    const before = await find(work, "companies", input.id);
    refuseMerged(before);
    if (values.name !== undefined) values.name_key = nameKey(values.name);
    if (values.parent_company_id != null) await refuseCircle(work, input.id, values.parent_company_id);
    await refuseForeignManager(work, values.account_manager_id);
    await refuseForeign(work, input.id, values);
    return changeClient(work, companies, input.id, values, input);
  },
});

/** Its contacts and its contract are its own; a company that is only being made (null) has none yet. */
async function refuseForeign(work: Work, id: string | null, values: Patch<typeof companies>): Promise<void> {
  for (const name of ["default_billing_contact_id", "default_technical_contact_id"] as const) {
    if (values[name] == null) continue;
    const contact = await maybeFind(work, "contacts", values[name]);
    if (contact === undefined || contact.company_id !== id)
      throw invalidField(name, t("This contact belongs to another company."));
  }
  if (values.contract_id == null) return;
  const contract = await maybeFind(work, "contracts", values.contract_id);
  if (contract === undefined || contract.company_id !== id)
    throw invalidField("contract_id", t("This contract belongs to another company."));
}

/** An account manager is one of us: nobody of a client looks after a client. */
async function refuseForeignManager(work: Work, id: string | null | undefined): Promise<void> {
  if (id == null) return;
  const user = await maybeFind(work, "users", id);
  if (user !== undefined && user.user_type !== "staff")
    throw invalidField("account_manager_id", t("An account manager has to be one of the staff."), "not_staff");
}

/** What was merged into another record is kept as it was. */
function refuseMerged(row: { merged_into_id: string | null }): void {
  if (row.merged_into_id !== null)
    throw conflict(t("This record was merged into another one. Change that one instead."), "merged");
}

/** A company cannot stand above itself, over however many generations. */
async function refuseCircle(work: Work, id: string, parentId: string): Promise<void> {
  if (await isInGroup(work, id, parentId))
    throw invalidField("parent_company_id", t("A company cannot be its own parent, not even in a circle."));
}

export const createContact = action({
  name: "contacts.create",
  permission: "companies.write",
  input: newInput(contacts, undefined, { tags }),
  run: async (work: Work, input: Input) => {
    const values = fromEdge(contacts, input, work.tenant.currency);
    if (values.email != null) values.email = emailKey(values.email);
    await checkSite(work, values.site_id ?? null, String(values.company_id));
    const row = await insert(work, contacts, { ...values, tags: input.tags } as NewRow<typeof contacts>);
    await keepDefaults(work, row);
    await emit(work, contactCreated, { contact_id: row.id, company_id: row.company_id });
    return row;
  },
});

export const updateContact = action({
  name: "contacts.update",
  permission: "companies.write",
  input: patchInput(contacts, undefined, { tags }),
  undo: backToBefore(contacts, "contacts.update"),
  isForMany: true,
  run: async (work: Work, input: Changed) => {
    const values = fromEdge(contacts, input, work.tenant.currency);
    if (values.email != null) values.email = emailKey(values.email);
    const before = await find(work, "contacts", input.id);
    refuseMerged(before);
    if (values.company_id !== undefined && values.company_id !== before.company_id && before.portal_user_id !== null) {
      throw invalidField(
        "company_id",
        t("This contact has portal access; a portal user cannot move to another company."),
      );
    }
    // Who moves to another company leaves the site behind, unless one there is named.
    const isMoving = values.company_id !== undefined && values.company_id !== before.company_id;
    if (isMoving) values.site_id ??= null;
    if (values.site_id !== undefined) await checkSite(work, values.site_id, values.company_id ?? before.company_id);
    const row = await changeClient(work, contacts, input.id, values, input);
    await keepDefaults(work, row);
    return row;
  },
});

async function checkSite(work: Work, siteId: string | null, companyId: string): Promise<void> {
  if (siteId === null) return;
  const site = await maybeFind(work, "sites", siteId);
  if (site?.company_id !== companyId) throw invalidField("site_id", t("This site belongs to another company."));
}

export const createSite = action({
  name: "sites.create",
  permission: "companies.write",
  input: newInput(sites),
  run: async (work: Work, input: Input) => {
    const values = fromEdge(sites, input, work.tenant.currency) as NewRow<typeof sites>;
    if (values.is_primary === true) await demotePrimarySite(work, values.company_id);
    const row = await insert(work, sites, values);
    await emit(work, siteCreated, { site_id: row.id, company_id: row.company_id });
    return row;
  },
});

export const updateSite = action({
  name: "sites.update",
  permission: "companies.write",
  input: patchInput(sites),
  undo: backToBefore(sites, "sites.update"),
  isForMany: true,
  run: async (work: Work, input: Changed) => {
    const values = fromEdge(sites, input, work.tenant.currency);
    const before = await find(work, "sites", input.id);
    refuseMerged(before);
    const companyId = values.company_id ?? before.company_id;
    const isMoving = companyId !== before.company_id;
    if (isMoving) await refuseInUse(work, before);
    // What was the primary site of one company is an ordinary one of another that has its own.
    if (isMoving && before.is_primary && values.is_primary !== false && (await hasPrimarySite(work, companyId)))
      values.is_primary = false;
    else if ((values.is_primary ?? before.is_primary) && (isMoving || !before.is_primary))
      await demotePrimarySite(work, companyId);
    return changeClient(work, sites, input.id, values, { version: input.version });
  },
});

/** What hangs on a site, or turned out to be it, goes where the site goes. */
const movesAlong: ReadonlySet<string> = new Set(["record_notes", "record_attachments", "sites"]);

/** What names a site is of the same company: a site that is named somewhere stays where it is. */
async function refuseInUse(work: Work, site: { id: string }): Promise<void> {
  const held = (await heldBy(work, "sites", site.id)).filter(({ table }) => !movesAlong.has(table));
  if (held.length === 0) return;
  const holders = held.map(({ table, count }) => `${t(words(table)).toLowerCase()} (${count})`).join(", ");
  throw invalidField(
    "company_id",
    t("This site is named by {holders}, so it stays with its company.", { holders }),
    "in_use",
  );
}

/** Archived records stay where they are referred to, and leave lists and choices. */
function archiving<T extends typeof companies | typeof contacts | typeof sites>(
  name: string,
  table: T,
  isArchiving: boolean,
): Action<PatchInput, RowOf<T>> {
  return action({
    name,
    permission: "companies.write",
    input: target,
    undo: by(isArchiving ? name.replace("archive", "restore") : name.replace("restore", "archive")),
    isForMany: true,
    run: async (work, input) => {
      const before = await find(work, table.name as ClientTable, input.id);
      refuseMerged(before);
      const archived_at = isArchiving ? work.app.clock.now() : null;
      const row = await changeClient(work, table, input.id, { archived_at } as Patch<T>, { version: input.version });
      if ((table as Table) === contacts) await keepDefaults(work, row as RowOf<typeof contacts>);
      return row;
    },
  });
}

export const archiveCompany = archiving("companies.archive", companies, true);
export const restoreCompany = archiving("companies.restore", companies, false);
export const archiveContact = archiving("contacts.archive", contacts, true);
export const restoreContact = archiving("contacts.restore", contacts, false);
export const archiveSite = archiving("sites.archive", sites, true);
export const restoreSite = archiving("sites.restore", sites, false);

/** A prospect becomes a client; what was talked about before stays with it. */
export const convertCompany = action({
  name: "companies.convert",
  permission: "companies.write",
  input: target,
  undo: backToBefore(companies, "companies.update"),
  run: async (work: Work, input: PatchInput): Promise<RowOf<typeof companies>> => {
    const before = await find(work, "companies", input.id);
    if (before.company_type !== "prospect" && before.status !== "prospect")
      throw conflict(t("This company is no prospect."), "not_a_prospect");
    return changeClient(
      work,
      companies,
      input.id,
      { company_type: "client", status: "active" },
      { version: input.version },
    );
  },
});

function removing(name: string, table: Table): Action<PatchInput, void> {
  return action({
    name,
    permission: "companies.delete",
    input: target,
    run: async (work, input) => {
      const before = await find(work, table.name as ClientTable, input.id);
      await remove(work, table, input.id, input.version);
      await forgetDistinct(work, table.name, input.id);
      await tellChange(work, table.name as ClientTable, "deleted", before);
    },
  });
}

export const deleteCompany = removing("companies.delete", companies);
export const deleteContact = removing("contacts.delete", contacts);
export const deleteSite = removing("sites.delete", sites);
