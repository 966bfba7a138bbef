import { sql } from "kysely";
import { reach } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { Patch, Table } from "../../platform/database/columns.ts";
import { toEdge } from "../../platform/database/edge.ts";
import { update } from "../../platform/database/records.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { newId } from "../../platform/ids.ts";
import { tagName, tagsOf } from "../../platform/tags.ts";
import { ownSource } from "../../platform/transfer/export.ts";
import type { Transfer } from "../../platform/transfer/definition.ts";
import { evened, inputAndHistory } from "./rules/derived.ts";
import { planRow } from "./rules/index.ts";
import type { Session } from "./session.ts";

type Row = Record<string, unknown>;

export interface Counts {
  created: Record<string, number>;
  updated: Record<string, number>;
  unchanged: number;
  skipped: number;
}

export const noCounts = (): Counts => ({ created: {}, updated: {}, unchanged: 0, skipped: 0 });

/** Writes the records of a file's rows, counts what became of them, and keeps what undoing needs to know. */
export class Writer {
  constructor(
    private readonly session: Session,
    public counts: Counts,
  ) {}

  /** Creates or changes one record as the plan says. Returns the row as it stands, or null when it is left alone. */
  async put(
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
      this.note(work, line, table.name, String(row["id"]), "created", null, Number(row["version"]));
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
      this.note(work, line, table.name, id, "updated", previous, Number(row["version"]));
      return row;
    }
    if (plan.kind === "skip") this.counts.skipped += 1;
    else this.counts.unchanged += 1;
    return existing;
  }

  async #create(work: Work, transfer: Transfer, values: Row): Promise<Row> {
    const { create } = transfer;
    const { table } = transfer.resource;
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

  note(
    work: Work,
    line: number,
    entityType: string,
    entityId: string,
    outcome: "created" | "updated",
    previous: Row | null,
    version: number,
  ): void {
    const now = work.app.clock.now();
    const row = {
      id: newId(),
      version: 1,
      created_at: now,
      updated_at: now,
      batch_id: this.session.batch.id,
      line,
      entity_type: entityType,
      entity_id: entityId,
      row_outcome: outcome,
      previous_values: previous,
      version_after: version,
    };
    work.unit.later.add("import_rows", [row]);
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
