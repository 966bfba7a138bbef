import { declared } from "../language/index.ts";
import type { Work } from "../context.ts";
import type { AnyAction } from "../action.ts";
import type { Resource } from "../resource.ts";

type Row = Record<string, unknown>;

/**
 * How records of a resource stand in a CSV file, both ways: what is exported is imported again. Everything follows from
 * the table and the resource's actions (docs/import-export.md); a module says only what cannot be known from them.
 */
export interface Transfer {
  readonly resource: Resource;
  /** What a file of it holds: "Time entries". */
  readonly label: string;
  /** What is referred to comes first: companies before contacts, tickets before time. */
  readonly order: number;
  /** The columns that name a record in other records' columns; the first that is filled counts. */
  readonly naming: readonly string[];
  /** Where names stand below each other, `Hardware > Printer`: the column that holds the entry above. */
  readonly parent: string | null;
  /** The columns that tell records apart where the file has no external id; none: only an external id does. */
  readonly match: readonly string[];
  /** Further headers of columns, as letters and digits: the column, then what other products call it, "title subject summary". */
  readonly synonyms: readonly string[];
  /** Columns that actions set by themselves and an import says: the number a ticket had, when it was closed. */
  readonly history: readonly string[];
  /** Of a number that is counted up: the counter, so that new numbers begin after the imported ones. */
  readonly numbers: {
    readonly column: string;
    readonly counter: string;
    countOf(number: string): number | null;
  } | null;
  /** The action that brings one in: the resource's own, unless a file says what nobody may say over the API. */
  readonly create: AnyAction | null;
  /**
   * Where an action takes less than the table has: what the action is given, and what is written after it. `later` is what
   * the row says of the history.
   */
  readonly split: ((values: Row, later: Row) => { input: Row; history: Row }) | null;
  /** What has to be let go of before an imported record can be deleted again. */
  readonly beforeUndo: ((work: Work, id: string) => Promise<void>) | null;
  /** Why files of it do not come in, in a sentence; null: they do. */
  readonly exportOnly: string | null;
}

type Given = Pick<Transfer, "resource" | "label" | "order"> & Partial<Transfer>;

/** States how a resource is imported and exported; the module lists it in `defineModule({ transfers })`. */
export function transfer(given: Given): Transfer {
  const { columns } = given.resource.table;
  return {
    naming: "name" in columns ? ["name"] : [],
    parent: null,
    match: "name" in columns ? ["name"] : [],
    synonyms: [],
    history: [],
    numbers: null,
    create: given.resource.create,
    split: null,
    beforeUndo: null,
    exportOnly: null,
    ...given,
  };
}

/** A resource about which nothing is said can be exported, and that is all. */
export function plainTransfer(resource: Resource): Transfer {
  const words = resource.type.replaceAll("_", " ");
  return transfer({
    resource,
    label: words.charAt(0).toUpperCase() + words.slice(1),
    order: 1000,
    exportOnly: declared("These records come up by themselves."),
  });
}
