import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { find } from "../../platform/access/reach.ts";
import { starterOf } from "../../platform/access/starter.ts";
import { action, perform } from "../../platform/action.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, forbidden, invalidField } from "../../platform/errors.ts";
import { addFile, type StoredBytes, storedBytes, storeUploads, type Upload } from "../../platform/files/files.ts";
import { t } from "../../platform/language/index.ts";
import { fileColumns } from "../../platform/transfer/columns.ts";
import { endedBy, withoutFailure } from "./fail.ts";
import { type Batch, choicesOf, datesKey, isColumnKey, largestImport, parseSlowly, storedMapping } from "./file.ts";
import { type DateOrder, orderOf } from "./rules/dates.ts";
import { keyOf } from "./rules/derived.ts";
import {
  guessTarget,
  type ImportMode,
  importTargets,
  matchHeaders,
  missingFields,
  productNames,
  type ProductName,
  products,
  type TargetGuess,
} from "./rules/index.ts";
import { importBatches } from "./schema.ts";
import { targetNamed } from "./session.ts";

const mode = Type.Union([Type.Literal("create_only"), Type.Literal("fill_blanks"), Type.Literal("overwrite")]);
const target = Type.String({ maxLength: 60 });
const source = Type.Union(productNames.map((name) => Type.Literal(name)));
const batchInput = Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false });

/** What a file says of itself, found out by reading it. */
const contents = Type.Object(
  { headers: Type.Array(Type.String()), rows: Type.Integer(), dates: Type.Union([Type.String(), Type.Null()]) },
  { additionalProperties: false },
);

interface Taken {
  file: StoredBytes;
  contents: { headers: string[]; rows: number; dates: DateOrder };
  target?: string;
  mode?: ImportMode;
  /** The product that the file is said to come from; one that is another's by its columns is refused. */
  source?: ProductName;
}

/**
 * Takes a file in: finds out what it holds and which column is what. Nothing is changed yet. It is stored and read before the
 * unit of work, for the organization's other writes would wait for that. What is said of it (`target`, `mode`, `source`) is held
 * to the input of the action.
 */
export async function uploadImport(ctx: Ctx, upload: Upload, said: object): Promise<RowOf<typeof importBatches>> {
  const [file] = await storeUploads(ctx, [upload], "file", largestImport);
  if (file === undefined) throw new Error("the file was not stored");
  const { headers, rows } = await parseSlowly(upload.bytes);
  const contents = { headers, rows: rows.length, dates: orderOf(rows) };
  return perform(ctx, uploadAction, { ...said, file, contents });
}

/** The part of `uploadImport` that is a unit of work. */
export const uploadAction = action({
  name: "imports.upload",
  permission: "imports.run",
  input: Type.Object(
    {
      file: storedBytes,
      contents,
      target: Type.Optional(target),
      mode: Type.Optional(mode),
      source: Type.Optional(source),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, given: Taken) => {
    const { headers, rows, dates } = given.contents;
    const guess = guessTarget(headers);
    // Columns can be left out of most exports, so a file that could be anybody's is what it is said to be.
    if (given.source !== undefined && guess.product !== given.source && guess.product !== "generic") {
      const text = t("This is not an export of {product} by its columns: {label}.", {
        product: products[given.source],
        label: t(guess.label),
      });
      throw invalidField("file", text, "other_product");
    }
    const name = given.target ?? (await ownExport(work, headers)) ?? (await likelyTarget(work, headers, guess));
    if (name === null)
      throw guess.product === "generic"
        ? invalidField(
            "target",
            t("The columns do not tell what the file holds. Choose it here, and match the columns on the next page."),
            "unknown_list",
          )
        : invalidField("file", t("{label} cannot be imported here.", { label: guess.label }), "unknown_list");
    const into = await targetNamed(work, name);
    const { mapping } = matchHeaders(headers, into);
    // What the headers look like says nothing when somebody has said what they are.
    const label = guess.target === name ? guess.label : t(into.label);
    return insert(work, importBatches, {
      file_name: given.file.name,
      file_id: await addFile(work, given.file),
      import_target: name,
      import_source: given.source ?? guess.product,
      import_mode: given.mode ?? "fill_blanks",
      mapping: {
        ...((await rememberedMapping(work, name, headers)) ?? storedMapping(mapping)),
        [datesKey]: dates,
      },
      total_rows: rows,
      summary: { label, headers: headersKey(headers) },
      created_by_id: work.actor.user_id,
    });
  },
});

/** Of a file that was exported here: the kind of records whose columns it has. */
async function ownExport(work: Work, headers: readonly string[]): Promise<string | null> {
  if (!headers.includes("external_id")) return null;
  let best: { name: string; count: number } | null = null;
  for (const transfer of work.app.registry.transfers.values()) {
    const keys = new Set((await fileColumns(work, transfer)).map(({ key }) => key));
    const count = headers.every((header) => keys.has(header)) ? headers.length / keys.size : 0;
    if (count > (best?.count ?? 0.5)) best = { name: transfer.resource.type, count };
  }
  return best?.name ?? null;
}

/**
 * The kind of records whose columns the most of the headers name, nothing required missing: a list of tickets names clients
 * as well, and is none of clients.
 */
async function likelyTarget(work: Work, headers: readonly string[], guess: TargetGuess): Promise<string | null> {
  if (guess.product !== "generic") return guess.target;
  const named = headers.filter((header) => header.trim() !== "").length;
  let best: { name: string; count: number } | null = null;
  if (guess.target !== null) {
    const { mapping } = matchHeaders(headers, await targetNamed(work, guess.target));
    best = { name: guess.target, count: mapping.filter((key) => key !== null).length };
  }
  for (const { resource, exportOnly, create } of work.app.registry.transfers.values()) {
    if (exportOnly !== null || create === null || resource.type in importTargets) continue;
    const target = await targetNamed(work, resource.type);
    const mapping = matchHeaders(headers, target).mapping.filter((key) => key !== null);
    const required = ((create.input.required ?? []) as string[]).map(
      (column) => keyOf(target.columns, column) ?? column,
    );
    if (!required.every((key) => mapping.includes(key)) || mapping.length < 3 || mapping.length < named * 0.7) continue;
    if (mapping.length > (best?.count ?? 0)) best = { name: resource.type, count: mapping.length };
  }
  return best?.name ?? null;
}

/** How the last file with the same header row was matched, by whoever brought it in. */
async function rememberedMapping(
  work: Work,
  target: string,
  headers: readonly string[],
): Promise<Batch["mapping"] | null> {
  const earlier = await work.db
    .selectFrom("import_batches")
    .select(["mapping", "summary"])
    .where("import_target", "=", target)
    .where("applied_at", "is not", null)
    .orderBy("created_at", "desc")
    .limit(50)
    .execute();
  return earlier.find(({ summary }) => summary["headers"] === headersKey(headers))?.mapping ?? null;
}

const headersKey = (headers: readonly string[]): string =>
  new Bun.CryptoHasher("sha256").update(JSON.stringify(headers)).digest("hex");

interface Configure {
  id: string;
  mapping: Record<string, string | null>;
  mode: ImportMode;
}

/** Changes which column is what, and what happens to records that are there. */
export const configureImport = action({
  name: "imports.configure",
  permission: "imports.run",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      mapping: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])),
      mode,
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, given: Configure) => {
    const batch = (await find(work, "import_batches", given.id)) as unknown as Batch;
    if (batch.import_status !== "uploaded")
      throw conflict(t("This import has been applied already."), "already_applied");
    const known = new Set((await targetNamed(work, batch.import_target)).fields.map((one) => one.key));
    const columns = Object.entries(given.mapping).filter(([column]) => isColumnKey(column));
    const chosen = columns.map(([, field]) => field).filter((field) => field !== null && field !== "");
    const wrong = chosen.find((field) => field === null || !known.has(field));
    if (wrong !== undefined) throw invalidField("mapping", t("There is no field {wrong}.", { wrong: wrong ?? "" }));
    const twice = chosen.find((field, index) => chosen.indexOf(field) !== index);
    if (twice !== undefined) throw invalidField("mapping", t("Two columns cannot fill the same field."));
    const mapping = Object.fromEntries(
      // What values stand for stays until it is said anew: a preview shows only those that are not known yet.
      [...choicesOf(batch.mapping), ...Object.entries(given.mapping)].map(([column, field]) => [
        column,
        field === "" ? null : field,
      ]),
    );
    return update(work, importBatches, batch.id, { mapping, import_mode: given.mode });
  },
});

/**
 * Begins to bring the good rows in, or goes on where an error has ended that; `advance` does it. The bad ones are listed with
 * line, column and reason.
 */
export const applyImport = action({
  name: "imports.apply",
  permission: "imports.run",
  input: batchInput,
  run: async (work: Work, { id }: { id: string }) => {
    const batch = (await find(work, "import_batches", id)) as unknown as Batch;
    if (batch.import_status !== "uploaded" && endedBy(batch)?.while !== "applying")
      throw conflict(t("This import has been applied already."), "already_applied");
    const into = await targetNamed(work, batch.import_target);
    const { create } = into.transfer;
    if (create?.permission != null && !can(work.actor, create.permission)) throw forbidden();
    const chosen = Object.entries(batch.mapping).flatMap(([key, field]) => (isColumnKey(key) ? [field] : []));
    const [missing] = missingFields(chosen, into);
    if (missing !== undefined)
      throw invalidField("mapping", t("No column is matched with {missing}.", { missing }), "missing_column");
    await refuseSecond(work);
    const summary = withoutFailure(batch.summary);
    const starter = starterOf(work.actor);
    return update(work, importBatches, id, { import_status: "applying", lease_until: null, summary, starter });
  },
});

/** Begins to take an import back; `advance` does it. Records that were touched since stay as they are and are named. */
export const undoImport = action({
  name: "imports.undo",
  permission: "imports.run",
  input: batchInput,
  run: async (work: Work, { id }: { id: string }) => {
    const batch = (await find(work, "import_batches", id)) as unknown as Batch;
    if (batch.import_status !== "applied" && batch.import_status !== "failed")
      throw conflict(t("Only an import that was applied can be undone."), "not_applied");
    await refuseSecond(work);
    const rows = await work.db
      .selectFrom("import_rows")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("batch_id", "=", id)
      .executeTakeFirstOrThrow();
    return update(work, importBatches, id, {
      import_status: "undoing",
      done_rows: 0,
      total_rows: Number(rows.count),
      lease_until: null,
      summary: withoutFailure(batch.summary),
      starter: starterOf(work.actor),
    });
  },
});

/** Two imports at once would each not see what the other one makes. */
async function refuseSecond(work: Work): Promise<void> {
  const running = await work.db
    .selectFrom("import_batches")
    .select("file_name")
    .where("import_status", "in", ["applying", "undoing"])
    .executeTakeFirst();
  if (running !== undefined)
    throw conflict(
      t("{file_name} is still being worked on. Wait until it is done.", { file_name: running.file_name }),
      "import_running",
    );
}

/** The problems that a batch's summary keeps. */
export function problemsOf(batch: Batch): CsvProblem[] {
  return (batch.summary["problems"] ?? []) as CsvProblem[];
}
