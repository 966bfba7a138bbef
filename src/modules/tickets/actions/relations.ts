import { maybeFind } from "../../../platform/access/reach.ts";
import type { Work } from "../../../platform/context.ts";
import type { TableName } from "../../../platform/database/tables.ts";
import { type FieldProblem, invalid } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";

/** What a ticket points to, as it would stand after a change. */
export interface Relations {
  company_id: string;
  contact_id: string | null;
  site_id: string | null;
  contract_id: string | null;
  parent_ticket_id: string | null;
  category_id: string | null;
  subcategory_id: string | null;
  assigned_to_id: string | null;
  queue_id: string;
  type_id: string | null;
}

type Check = (work: Work, id: string, ticket: Relations) => Promise<string | null>;

const ofCompany =
  (table: "contacts" | "sites" | "contracts" | "tickets", noun: string): Check =>
  async (work, id, ticket) => {
    const row = (await maybeFind(work, table, id)) as { company_id: string } | undefined;
    if (row === undefined) return t("This {noun} does not exist.", { noun });
    return row.company_id === ticket.company_id ? null : t("This {noun} belongs to another company.", { noun });
  };

const inUse =
  (table: TableName, noun: string): Check =>
  async (work, id) => {
    const row = (await maybeFind(work, table, id)) as { archived_at?: string | null } | undefined;
    if (row === undefined) return t("This {noun} does not exist.", { noun });
    return row.archived_at == null ? null : t("This {noun} is archived.", { noun });
  };

const checks: Partial<Record<keyof Relations, Check>> = {
  company_id: inUse("companies", "company"),
  contact_id: ofCompany("contacts", "contact"),
  site_id: ofCompany("sites", "site"),
  contract_id: ofCompany("contracts", "contract"),
  parent_ticket_id: ofCompany("tickets", "ticket"),
  queue_id: inUse("ticket_queues", "queue"),
  type_id: inUse("ticket_types", "type"),
  category_id: async (work, id, ticket) => {
    const row = await maybeFind(work, "ticket_categories", id);
    if (row === undefined) return t("This category does not exist.");
    return row.parent_category_id === null
      ? inUse("ticket_categories", "category")(work, id, ticket)
      : t("This is a subcategory; choose the category above it.");
  },
  subcategory_id: async (work, id, ticket) => {
    const row = await maybeFind(work, "ticket_categories", id);
    if (row === undefined) return t("This subcategory does not exist.");
    return ticket.category_id !== null && row.parent_category_id === ticket.category_id
      ? null
      : t("This subcategory belongs to another category.");
  },
  assigned_to_id: async (work, id) => {
    const user = await maybeFind(work, "users", id);
    if (user === undefined || user.user_type !== "staff") return t("This person does not exist.");
    return user.deactivated_at === null ? null : t("This person is deactivated.");
  },
};

/** What else has to be looked at again when one of them changes: a new company needs a contact of its own. */
const dependents: Partial<Record<keyof Relations, readonly (keyof Relations)[]>> = {
  company_id: ["contact_id", "site_id", "contract_id", "parent_ticket_id"],
  category_id: ["subcategory_id"],
};

/**
 * Refuses (422) what belongs to another company, another category or nobody. Only what is `changed`, and what hangs on
 * it, is looked at: a ticket may keep a queue that was archived since.
 */
export async function checkRelations(work: Work, ticket: Relations, changed: readonly string[]): Promise<void> {
  const names = new Set<keyof Relations>();
  for (const name of changed as (keyof Relations)[])
    for (const one of [name, ...(dependents[name] ?? [])]) names.add(one);
  const problems: FieldProblem[] = [];
  for (const name of names) {
    const [check, id] = [checks[name], ticket[name]];
    if (check === undefined || id == null) continue;
    const message = await check(work, id, ticket);
    if (message !== null) problems.push({ field: name, code: "invalid", message });
  }
  if (problems.length > 0) throw invalid(problems);
}

/** A ticket cannot stand below itself, over however many generations. */
export async function refuseCircle(work: Work, id: string, parentId: string): Promise<void> {
  let above: string | null = parentId;
  for (let generation = 0; above !== null && generation < 50; generation += 1) {
    if (above === id)
      throw invalid([
        {
          field: "parent_ticket_id",
          code: "invalid",
          message: t("A ticket cannot be its own parent, not even in a circle."),
        },
      ]);
    const parent: { parent_ticket_id: string | null } | undefined = await work.db
      .selectFrom("tickets")
      .select("parent_ticket_id")
      .where("id", "=", above)
      .executeTakeFirst();
    above = parent?.parent_ticket_id ?? null;
  }
}
