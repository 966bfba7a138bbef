import { sql } from "kysely";
import { maybeFind, reach } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import type { Patch, Table } from "../../platform/database/columns.ts";
import { toEdge } from "../../platform/database/edge.ts";
import { translateDatabaseError } from "../../platform/database/failures.ts";
import { insert, update } from "../../platform/database/records.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { Failure } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { tagName, tagsOf } from "../../platform/tags.ts";
import type { Transfer } from "../../platform/transfer/facet.ts";
import { ownSource } from "../../platform/transfer/export.ts";
import { addCompany, addContact, addSite, matchCompany, matchContact, matchSite, type Present } from "./present.ts";
import { rateCardFor } from "./rate-card.ts";
import { evened, inputAndHistory, keyOf, lateKey, wantedOf } from "./rules/derived.ts";
import { companyParts, contactParts, planRow, type ReadRow, textOf } from "./rules/index.ts";
import { importRows } from "./schema.ts";
import { loadKnown, type Session } from "./session.ts";

type Row = Record<string, unknown>;

export interface Counts {
  created: Record<string, number>;
  updated: Record<string, number>;
  unchanged: number;
  skipped: number;
}

export const noCounts = (): Counts => ({ created: {}, updated: {}, unchanged: 0, skipped: 0 });

/** Brings rows in, each as the form and the API would: all of a row or, where something refuses it, nothing. */
export class Importer {
  /** Lines that name a record of their own kind which was not there yet. */
  readonly late: number[] = [];
  #isStale = false;

  constructor(
    private readonly session: Session,
    public counts: Counts,
  ) {}

  /** What refused the row, as problems of its line; empty when it came in. */
  async row(work: Work, read: ReadRow): Promise<CsvProblem[]> {
    const before = structuredClone(this.counts);
    if (this.#isStale) {
      Object.assign(this.session, await loadKnown(work, this.session.batch, this.session.target, this.session.mapping));
      this.#isStale = false;
    }
    await sql`savepoint import_row`.execute(work.db);
    try {
      const notices = await this.#bring(work, read);
      await sql`release savepoint import_row`.execute(work.db);
      if (read.values[lateKey] !== undefined) this.late.push(read.line);
      return notices;
    } catch (error) {
      const failure = translateDatabaseError(error);
      if (!(failure instanceof Failure)) throw error;
      await sql`rollback to savepoint import_row`.execute(work.db);
      await sql`release savepoint import_row`.execute(work.db);
      this.counts = before;
      // What was remembered of the row's records has to be forgotten again.
      this.#isStale = this.session.present !== null;
      return this.#problems(read.line, failure);
    }
  }

  #problems(line: number, { problems, code, message }: Failure): CsvProblem[] {
    const said = problems.length === 0 ? [{ field: "", code, message }] : problems;
    return said.map((one) => ({
      severity: "error",
      line,
      column: this.#header(one.field),
      code: one.code,
      message: one.message,
    }));
  }

  #header(name: string): string | null {
    const { target, mapping, file } = this.session;
    const key = keyOf(target.columns, name) ?? name;
    const at = mapping.indexOf(key);
    return at < 0 ? null : (file.headers[at] ?? null);
  }

  async #bring(work: Work, read: ReadRow): Promise<CsvProblem[]> {
    const { target, present } = this.session;
    if (present === null) return this.#record(work, read);
    if (target.name === "companies") await this.#companyRow(work, present, read);
    else await this.#contactRow(work, present, read);
    return [];
  }

  async #record(work: Work, { line, values }: ReadRow): Promise<CsvProblem[]> {
    const { target, directory } = this.session;
    const { transfer, columns } = target;
    const wanted = wantedOf(columns, values);
    const external = textOf(values, "external_id");
    const id = directory.existing(external, wanted);
    const name = transfer.resource.table.name as TableName;
    const existing = id === null ? null : (((await maybeFind(work, name, id)) as Row | undefined) ?? null);
    const notices: CsvProblem[] = [];
    const counted = existing === null ? await this.#keepNumber(work, transfer, wanted, line, notices) : null;
    const row = await this.#put(work, line, transfer, existing, wanted, external);
    if (counted !== null)
      await work.db
        .updateTable("counters")
        .set({ last_number: counted })
        .where("counter", "=", transfer.numbers?.counter ?? "")
        .execute();
    if (row !== null && existing === null) directory.add(work, row, external);
    return notices;
  }

  /**
   * A number that is free stays what it was; a taken one is given anew, with a notice. Answers where the counter has to stand
   * afterwards: new numbers begin behind the imported ones, and none is left out because of them.
   */
  async #keepNumber(
    work: Work,
    { numbers, resource }: Transfer,
    wanted: Row,
    line: number,
    notices: CsvProblem[],
  ): Promise<number | null> {
    if (numbers === null || typeof wanted[numbers.column] !== "string") return null;
    const number = String(wanted[numbers.column]);
    const name = resource.table.name as "tickets";
    const taken = await work.db
      .selectFrom(name)
      .select("id")
      .where(sql.ref(`${name}.${numbers.column}`), "=", number)
      .executeTakeFirst();
    const count = numbers.countOf(number);
    if (taken === undefined && count !== null) {
      const counter = await work.db
        .selectFrom("counters")
        .select("last_number")
        .where("counter", "=", numbers.counter)
        .executeTakeFirst();
      return Math.max(counter?.last_number ?? 0, count);
    }
    delete wanted[numbers.column];
    notices.push({
      severity: "warning",
      line,
      column: this.#header(numbers.column),
      code: "number_not_kept",
      message: t("The number {number} cannot be kept; the record has got a new one.", { number }),
    });
    return null;
  }

  async #companyRow(work: Work, present: Present, { line, values }: ReadRow): Promise<void> {
    const { columns, transfer } = this.session.target;
    const parts = companyParts(values);
    const existing = matchCompany(present, String(parts.company["name"]), parts.external_id);
    const currency = String(parts.company["currency"] ?? existing?.["currency"] ?? work.tenant.currency);
    const wanted: Row = { ...parts.company, ...wantedOf(columns, values) };
    if (parts.extra.hourly_rate !== undefined && existing?.["rate_card_id"] == null && wanted["rate_card_id"] == null) {
      const card = await rateCardFor(work, parts.extra.hourly_rate, currency);
      if (card !== null) {
        wanted["rate_card_id"] = card.id;
        if (card.is_new) await this.#note(work, line, "rate_cards", card.id, "created", null, 1);
      }
    }
    if (existing === null) wanted["currency"] = currency;
    if (existing === null && parts.tags !== null) wanted["tags"] = parts.tags;
    const company = await this.#put(work, line, transfer, existing, wanted, parts.external_id);
    if (company === null) return;
    const id = String(company["id"]);
    addCompany(present, company);
    if (existing === null) this.session.directory.add(work, company, parts.external_id);
    if (parts.site !== null) {
      const site = matchSite(present, id, String(parts.site["name"]));
      const made = await this.#put(
        work,
        line,
        this.#other(work, "sites"),
        site,
        { ...parts.site, company_id: id },
        null,
      );
      if (made !== null) addSite(present, made);
    }
    if (parts.contact !== null)
      await this.#contact(
        work,
        present,
        line,
        { ...parts.contact, company_id: id },
        null,
        this.#other(work, "contacts"),
      );
  }

  async #contactRow(work: Work, present: Present, { line, values }: ReadRow): Promise<void> {
    const { columns, transfer } = this.session.target;
    const parts = contactParts(values);
    const tags = parts.tags === null ? {} : { tags: parts.tags };
    const wanted = { ...parts.contact, ...wantedOf(columns, values), ...tags };
    await this.#contact(work, present, line, wanted, parts.external_id, transfer);
  }

  async #contact(
    work: Work,
    present: Present,
    line: number,
    wanted: Row,
    externalId: string | null,
    transfer: Transfer,
  ): Promise<void> {
    const existing = matchContact(present, wanted, externalId);
    // A person known at another company stays there: a file does not move people, and their portal access with them.
    const values =
      existing === null
        ? wanted
        : withoutKeys(wanted, [
            "tags",
            "company_id",
            ...(existing["company_id"] === wanted["company_id"] ? [] : ["site_id"]),
          ]);
    const made = await this.#put(work, line, transfer, existing, values, externalId);
    if (made !== null) addContact(present, made);
  }

  #other(work: Work, type: string): Transfer {
    const found = work.app.registry.transfers.get(type);
    if (found === undefined) throw new Error(`nothing says how ${type} are imported`);
    return found;
  }

  /** Creates or changes one record as the plan says. Returns the row as it stands, or null when it is left alone. */
  async #put(
    work: Work,
    line: number,
    transfer: Transfer,
    existing: Row | null,
    wanted: Row,
    externalId: string | null,
  ): Promise<Row | null> {
    const { resource } = transfer;
    const { table } = resource;
    const present = existing === null ? null : await edgeOf(work, table, existing, wanted);
    const plan = planRow(
      present === null ? wanted : settable(transfer, evened(wanted, present)),
      present,
      this.session.batch.import_mode,
    );
    if (plan.kind === "create") {
      const row = await this.#create(work, transfer, plan.values);
      this.counts.created[table.name] = (this.counts.created[table.name] ?? 0) + 1;
      await this.#note(work, line, table.name, String(row["id"]), "created", null, Number(row["version"]));
      await this.#remember(work, table.name, externalId, String(row["id"]));
      return row;
    }
    await this.#remember(work, table.name, externalId, String(existing?.["id"]));
    if (plan.kind === "update" && existing !== null && resource.update !== null) {
      const id = String(existing["id"]);
      const previous = previousOf(plan.changes, { ...existing, tags: present?.["tags"] ?? [] });
      await perform(work, resource.update, { id, ...plan.changes });
      const row = (await this.#fresh(work, table, id)) as Row;
      this.counts.updated[table.name] = (this.counts.updated[table.name] ?? 0) + 1;
      await this.#note(work, line, table.name, id, "updated", previous, Number(row["version"]));
      return row;
    }
    if (plan.kind === "skip") this.counts.skipped += 1;
    else this.counts.unchanged += 1;
    return existing;
  }

  async #create(work: Work, transfer: Transfer, values: Row): Promise<Row> {
    const { create, table } = transfer.resource;
    if (create === null) throw new Error(`${table.name} cannot be added`);
    const { input, history } = inputAndHistory(transfer, values);
    const made = (await perform(work, create, input)) as Row;
    if (Object.keys(history).length === 0) return made;
    return (await update(work, table, String(made["id"]), history as Patch<Table>)) as Row;
  }

  async #fresh(work: Work, table: Table, id: string): Promise<unknown> {
    return reach(work, table.name as TableName)
      .selectAll()
      .where(sql.ref(`${table.name}.id`), "=", id)
      .executeTakeFirst();
  }

  async #note(
    work: Work,
    line: number,
    entityType: string,
    entityId: string,
    outcome: "created" | "updated",
    previous: Row | null,
    version: number,
  ): Promise<void> {
    await insert(work, importRows, {
      batch_id: this.session.batch.id,
      line,
      entity_type: entityType,
      entity_id: entityId,
      row_outcome: outcome,
      previous_values: previous,
      version_after: version,
    });
  }

  /** Remembers what the file's source calls a record, so that a renamed one is found again. */
  async #remember(work: Work, entityType: string, externalId: string | null, entityId: string): Promise<void> {
    if (externalId === null || externalId === entityId) return;
    const { batch, present, directory } = this.session;
    if (present?.externalIds.has(`${entityType}:${externalId}`) === true || directory.knows(externalId)) return;
    present?.externalIds.set(`${entityType}:${externalId}`, entityId);
    await work.db
      .insertInto("external_ids")
      .values({
        // A file that says nothing of where it comes from may be an export of ours.
        external_source: batch.import_source === "generic" ? ownSource : batch.import_source,
        entity_type: entityType,
        external_id: externalId,
        entity_id: entityId,
        batch_id: batch.id,
      })
      .execute();
  }
}

/** The record as a plan compares it: money in words, and its tags where the row has some. */
async function edgeOf(work: Work, table: Table, row: Row, wanted: Row): Promise<Row> {
  const edge = toEdge(table, row);
  if (!Array.isArray(wanted["tags"])) return edge;
  wanted["tags"] = [...new Set((wanted["tags"] as string[]).map(tagName))].toSorted();
  const [tags = []] = await tagsOf(work, table.name, [String(row["id"])]);
  return { ...edge, tags };
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

/** Of what a row says, what can be changed in a record that is there. */
function settable({ resource }: Transfer, wanted: Row): Row {
  const inputs = resource.update?.input.properties ?? {};
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => name in inputs));
}

function withoutKeys(values: Row, keys: readonly string[]): Row {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}
