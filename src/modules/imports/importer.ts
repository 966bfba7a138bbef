import { sql } from "kysely";
import { maybeFind } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { t } from "../../platform/language/index.ts";
import type { Transfer } from "../../platform/transfer/definition.ts";
import { below } from "../../platform/transfer/names.ts";
import { nameKey } from "../companies/index.ts";
import { attempt, headerOf, problemsOf } from "./attempt.ts";
import { inputNamed } from "./make.ts";
import { addCompany, addContact, addSite, matchCompany, matchContact, matchSite, type Present } from "./present.ts";
import { rateCardFor } from "./rate-card.ts";
import { createKey } from "./rules/create.ts";
import { idKey, lateKey, wantedOf } from "./rules/derived.ts";
import { companyParts, contactParts, type ReadRow, textOf } from "./rules/index.ts";
import { loadKnown, type Session } from "./session.ts";
import { type Counts, Writer } from "./writer.ts";

type Row = Record<string, unknown>;

/** Brings rows in, each as the form and the API would: all of a row or, where something refuses it, nothing. */
export class Importer {
  /** Lines that name a record of their own kind which was not there yet. */
  readonly late: number[] = [];
  #isStale = false;
  /** How many records were made because a cell named them. */
  #made = 0;

  readonly writer: Writer;

  constructor(
    private readonly session: Session,
    counts: Counts,
  ) {
    this.writer = new Writer(session, counts);
  }

  /** What refused the row, as problems of its line; empty when it came in. */
  async row(work: Work, read: ReadRow): Promise<CsvProblem[]> {
    const before = structuredClone(this.writer.counts);
    const made = this.#made;
    if (this.#isStale) {
      Object.assign(this.session, await loadKnown(work, this.session.batch, this.session.target, this.session.mapping));
      this.#isStale = false;
    }
    const came = await attempt(work, () => this.#bring(work, read));
    if ("done" in came) {
      if (read.values[lateKey] !== undefined) this.late.push(read.line);
      return came.done;
    }
    this.writer.counts = before;
    // What was remembered of the row's records has to be forgotten again.
    this.#isStale = this.session.present !== null || this.#made > made;
    return problemsOf(this.session, read.line, came.refused);
  }

  async #bring(work: Work, read: ReadRow): Promise<CsvProblem[]> {
    const { target, present } = this.session;
    await this.#makeNamed(work, read);
    if (present === null) return this.#record(work, read);
    if (target.name === "companies") await this.#companyRow(work, present, read);
    else await this.#contactRow(work, present, read);
    return [];
  }

  /** Makes what the row's cells name and is not there, where somebody has asked for it; an earlier row may have done so. */
  async #makeNamed(work: Work, { line, values }: ReadRow): Promise<void> {
    const { target, present, makable } = this.session;
    for (const { field, transfer } of makable.values()) {
      const text = textOf(values, createKey(field));
      if (text === null) continue;
      const id = await this.#named(work, line, transfer, text);
      const column = target.columns.find(({ key }) => key === field);
      values[column === undefined ? "company_id" : idKey(column)] = id;
      if (present === null) delete values[createKey(field)];
    }
  }

  async #named(work: Work, line: number, transfer: Transfer, text: string): Promise<string> {
    const { directory, present } = this.session;
    const { name } = transfer.resource.table;
    const { create, parent } = transfer;
    if (create === null) throw new Error(`${name} cannot be added`);
    const path = parent === null ? [text] : text.split(below).map((part) => part.trim());
    let above: string | null = null;
    for (const [at, part] of path.entries()) {
      const whole = path.slice(0, at + 1).join(below);
      const known: string | null =
        directory.find(name, whole, null) ??
        (name === "companies" ? (present?.companyByName.get(nameKey(part)) ?? null) : null);
      if (known !== null) {
        above = known;
        continue;
      }
      const row = (await perform(work, create, {
        ...inputNamed(transfer, part),
        ...(parent === null || above === null ? {} : { [parent]: above }),
      })) as Row;
      this.#made += 1;
      above = String(row["id"]);
      directory.addNamed(name, whole, above);
      if (name === "companies" && present !== null) addCompany(present, row);
      this.writer.counts.created[name] = (this.writer.counts.created[name] ?? 0) + 1;
      this.writer.note(work, line, name, above, "created", null, Number(row["version"]));
    }
    return above ?? "";
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
    const row = await this.writer.put(work, line, transfer, existing, wanted, external);
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
      column: headerOf(this.session, numbers.column),
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
        if (card.is_new) this.writer.note(work, line, "rate_cards", card.id, "created", null, 1);
      }
    }
    if (existing === null) wanted["currency"] = currency;
    if (existing === null && parts.tags !== null) wanted["tags"] = parts.tags;
    const company = await this.writer.put(work, line, transfer, existing, wanted, parts.external_id);
    if (company === null) return;
    const id = String(company["id"]);
    addCompany(present, company);
    if (existing === null) this.session.directory.add(work, company, parts.external_id);
    if (parts.site !== null) {
      const site = matchSite(present, id, String(parts.site["name"]));
      const made = await this.writer.put(
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
    const made = await this.writer.put(work, line, transfer, existing, values, externalId);
    if (made !== null) addContact(present, made);
  }

  #other(work: Work, type: string): Transfer {
    const found = work.app.registry.transfers.get(type);
    if (found === undefined) throw new Error(`nothing says how ${type} are imported`);
    return found;
  }
}

function withoutKeys(values: Row, keys: readonly string[]): Row {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}
