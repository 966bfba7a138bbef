import type { Work } from "../../platform/context.ts";
import type { NewRow, Patch, Table } from "../../platform/database/columns.ts";
import { insert, update } from "../../platform/database/records.ts";
import { setTags } from "../../platform/tags.ts";
import { companies, contacts, nameKey, sites } from "../companies/index.ts";
import { rateCardFor } from "./rate-card.ts";
import { addCompany, addContact, addSite, matchCompany, matchContact, matchSite, type Present } from "./present.ts";
import { companyParts, contactParts, type ImportMode, planRow, type ReadRow } from "./rules/index.ts";
import { importRows } from "./schema.ts";

type Row = Record<string, unknown>;

export interface Counts {
  created: Record<string, number>;
  updated: Record<string, number>;
  unchanged: number;
  skipped: number;
}

export const noCounts = (): Counts => ({ created: {}, updated: {}, unchanged: 0, skipped: 0 });

/** Brings rows in, inside one unit of work: all good rows or, if anything breaks, none. */
export class Importer {
  readonly counts = noCounts();

  constructor(
    private readonly work: Work,
    private readonly batch: { id: string; import_source: string; import_mode: ImportMode },
    private readonly present: Present,
  ) {}

  async companyRow({ line, values }: ReadRow): Promise<void> {
    const parts = companyParts(values);
    const existing = matchCompany(this.present, String(parts.company["name"]), parts.external_id);
    const currency = String(parts.company["currency"] ?? existing?.["currency"] ?? this.work.tenant.currency);
    const wanted: Row = { ...parts.company };
    if (parts.extra.hourly_rate !== undefined && existing?.["rate_card_id"] == null) {
      const card = await rateCardFor(this.work, parts.extra.hourly_rate, currency);
      if (card !== null) {
        wanted["rate_card_id"] = card.id;
        if (card.is_new) await this.#note(line, "rate_cards", card.id, "created", null, 1);
      }
    }
    if (existing === null) wanted["currency"] = currency;
    const company = await this.#put(line, companies, existing, wanted, parts.external_id, {
      name_key: nameKey(String(parts.company["name"])),
    });
    if (company === null) return;
    const id = String(company["id"]);
    addCompany(this.present, company);
    if (existing === null && parts.tags !== null) await setTags(this.work, "companies", id, parts.tags);
    if (parts.site !== null) {
      const site = matchSite(this.present, id, String(parts.site["name"]));
      const made = await this.#put(line, sites, site, { ...parts.site, company_id: id }, null);
      if (made !== null) addSite(this.present, made);
    }
    if (parts.contact !== null) await this.#contact(line, { ...parts.contact, company_id: id }, null, null);
  }

  async contactRow({ line, values }: ReadRow): Promise<void> {
    const parts = contactParts(values);
    await this.#contact(line, parts.contact, parts.external_id, parts.tags);
  }

  async #contact(line: number, wanted: Row, externalId: string | null, tags: string[] | null): Promise<void> {
    const existing = matchContact(this.present, wanted, externalId);
    // A person known at another company stays there: a file does not move people, and their portal access with them.
    const values =
      existing === null
        ? wanted
        : withoutKeys(wanted, ["company_id", ...(existing["company_id"] === wanted["company_id"] ? [] : ["site_id"])]);
    const made = await this.#put(line, contacts, existing, values, externalId);
    if (made === null) return;
    addContact(this.present, made);
    if (existing === null && tags !== null) await setTags(this.work, "contacts", String(made["id"]), tags);
  }

  /** Creates or changes one record as the plan says. Returns the row as it stands, or null when it is left alone. */
  async #put(
    line: number,
    table: Table,
    existing: Row | null,
    wanted: Row,
    externalId: string | null,
    onCreate: Row = {},
  ): Promise<Row | null> {
    const plan = planRow(wanted, existing, this.batch.import_mode);
    const name = table.name;
    if (plan.kind === "create") {
      const row = (await insert(this.work, table, { ...plan.values, ...onCreate } as NewRow<Table>)) as Row;
      this.counts.created[name] = (this.counts.created[name] ?? 0) + 1;
      await this.#note(line, name, String(row["id"]), "created", null, Number(row["version"]));
      await this.#remember(name, externalId, String(row["id"]));
      return row;
    }
    await this.#remember(name, externalId, String(existing?.["id"]));
    if (plan.kind === "update" && existing !== null) {
      const previous = previousOf(plan.changes, existing);
      const row = (await update(this.work, table, String(existing["id"]), plan.changes as Patch<Table>)) as Row;
      this.counts.updated[name] = (this.counts.updated[name] ?? 0) + 1;
      await this.#note(line, name, String(row["id"]), "updated", previous, Number(row["version"]));
      return row;
    }
    if (plan.kind === "skip") this.counts.skipped += 1;
    else this.counts.unchanged += 1;
    return existing;
  }

  async #note(
    line: number,
    entityType: string,
    entityId: string,
    outcome: "created" | "updated",
    previous: Row | null,
    version: number,
  ): Promise<void> {
    await insert(this.work, importRows, {
      batch_id: this.batch.id,
      line,
      entity_type: entityType,
      entity_id: entityId,
      row_outcome: outcome,
      previous_values: previous,
      version_after: version,
    });
  }

  /** Remembers what the file's source calls a record, so that a renamed one is found again. */
  async #remember(entityType: string, externalId: string | null, entityId: string): Promise<void> {
    if (externalId === null || this.present.externalIds.has(`${entityType}:${externalId}`)) return;
    this.present.externalIds.set(`${entityType}:${externalId}`, entityId);
    await this.work.db
      .insertInto("external_ids")
      .values({
        external_source: this.batch.import_source,
        entity_type: entityType,
        external_id: externalId,
        entity_id: entityId,
        batch_id: this.batch.id,
      })
      .execute();
  }
}

/** What the changed columns held; of the custom fields the changed ones, so that undoing takes away what was not there. */
function previousOf(changes: Row, existing: Row): Row {
  return Object.fromEntries(
    Object.entries(changes).map(([key, value]) => {
      if (key !== "custom_fields") return [key, existing[key] ?? null];
      return [key, previousOf(value as Row, (existing[key] ?? {}) as Row)];
    }),
  );
}

function withoutKeys(values: Row, keys: readonly string[]): Row {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}
