import { sql } from "kysely";
import type { Ctx, Work } from "./context.ts";
import type { NewRow, Table } from "./database/columns.ts";
import { insert } from "./database/records.ts";
import { type FieldProblem, invalid } from "./errors.ts";
import { t } from "./language/index.ts";
import { fold } from "./text.ts";

/** An entry of a standard list; those under it stand below it in the organization's list too. */
export interface StandardItem {
  name: string;
  /** Its other columns. */
  values?: Readonly<Record<string, unknown>>;
  under?: readonly StandardItem[];
}

/** A list that most MSPs start with (PRD 3.17). An organization takes of it what it likes, under names and in an order of its own. */
export interface ReferenceSet {
  key: string;
  label: string;
  description: string;
  /** Where the entries go: a table with `name` and `sort_order`. */
  table: Table;
  /** The column that holds the entry above, for lists with a hierarchy. */
  parent?: string;
  items: readonly StandardItem[];
  /** What belongs to the list beside its entries. */
  after?(work: Work): Promise<void>;
}

/** A standard entry beside what the organization has. */
export interface OfferedItem {
  /** The entry's place in the standard list: its names, `Hardware/Printer`. */
  key: string;
  name: string;
  depth: number;
  /** Where it would stand among its neighbours: its own place when that is free, else the next free one. */
  sort_order: number;
  /** What has the same name there already, or null. */
  present: string | null;
  /** What stands in its own place already, or null. */
  place_taken_by: string | null;
}

/** What somebody takes: the entry, and under which name and where. */
export interface Choice {
  key: string;
  name: string;
  sort_order: number;
}

interface Entry {
  id: string;
  name: string;
  sort_order: number;
  parent: string | null;
}

/** Columns of an entry that people read. */
const wordy = new Set(["description", "portal_name"]);

/** The values of an entry in the language of whoever adds it; from then on they are the organization's own. */
function spoken(values: StandardItem["values"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, value]) => [
      name,
      typeof value === "string" && wordy.has(name) ? t(value) : value,
    ]),
  );
}

const plain = (name: string): string => fold(name).replace(/\s+/g, " ").trim();
const same = (one: string, other: string): boolean => plain(one) === plain(other);

async function entriesOf({ db }: Pick<Ctx, "db">, { table, parent }: ReferenceSet): Promise<Entry[]> {
  const above =
    parent === undefined ? sql<string | null>`null` : sql<string | null>`${sql.ref(`${table.name}.${parent}`)}`;
  return (await db
    .selectFrom(table.name as never)
    .select(["id", "name", "sort_order", above.as("parent")] as never)
    .orderBy("sort_order" as never)
    .execute()) as Entry[];
}

/** Every entry of the standard list, and what stands in its way: the same name, or its place. */
export async function offeredItems(ctx: Pick<Ctx, "db">, set: ReferenceSet): Promise<OfferedItem[]> {
  const entries = await entriesOf(ctx, set);
  const offered: OfferedItem[] = [];
  const walk = (
    items: readonly StandardItem[],
    parentId: string | null | undefined,
    prefix: string,
    depth: number,
  ): void => {
    const siblings = parentId === undefined ? [] : entries.filter((entry) => entry.parent === parentId);
    const taken = new Set(siblings.map((entry) => entry.sort_order));
    for (const [index, item] of items.entries()) {
      const known = siblings.find((entry) => same(entry.name, t(item.name)));
      const holder = siblings.find((entry) => entry.sort_order === index);
      let place = index;
      while (known === undefined && taken.has(place)) place += 1;
      if (known === undefined) taken.add(place);
      offered.push({
        key: prefix + item.name,
        name: t(item.name),
        depth,
        sort_order: known?.sort_order ?? place,
        present: known?.name ?? null,
        place_taken_by: known === undefined ? (holder?.name ?? null) : null,
      });
      walk(item.under ?? [], known?.id, `${prefix}${item.name}/`, depth + 1);
    }
  };
  walk(set.items, null, "", 0);
  return offered;
}

/**
 * Adds what was chosen. An entry goes below the one it stands under in the standard list: the chosen one, or the one that is
 * there by that name; when there is neither, that one is added too. The same name twice among neighbours, and a place that
 * is taken, are 422s that name what is there.
 * @returns how many entries were added
 */
export async function addItems(work: Work, set: ReferenceSet, choices: readonly Choice[]): Promise<number> {
  const entries = await entriesOf(work, set);
  const wanted = new Map(choices.map((choice, index) => [choice.key, { ...choice, index }]));
  const problems: FieldProblem[] = [];
  const unknown = choices.findIndex(({ key }) => !keysOf(set.items, "").includes(key));
  if (unknown >= 0)
    problems.push({
      field: `items/${unknown}/key`,
      code: "not_found",
      message: t("{name} is not in this list.", { name: choices[unknown]?.key ?? "" }),
    });
  const hasDefault = await hasDefaultEntry(work, set);
  let added = 0;
  const walk = async (items: readonly StandardItem[], parentId: string | null, prefix: string): Promise<void> => {
    for (const [index, item] of items.entries()) {
      const key = prefix + item.name;
      const choice = wanted.get(key);
      const siblings = entries.filter((entry) => entry.parent === parentId);
      const known = siblings.find((entry) => same(entry.name, choice?.name ?? t(item.name)));
      const isNeeded = choice !== undefined || keysOf(item.under ?? [], `${key}/`).some((below) => wanted.has(below));
      if (!isNeeded) continue;
      let id = known?.id;
      if (choice !== undefined && known !== undefined)
        problems.push({
          field: `items/${choice.index}/name`,
          code: "duplicate",
          message: t("{name} is there already. Give this one another name, or leave it out.", { name: known.name }),
        });
      const place = choice?.sort_order ?? freePlace(siblings, index);
      const holder = choice === undefined ? undefined : siblings.find((entry) => entry.sort_order === place);
      if (choice !== undefined && known === undefined && holder !== undefined)
        problems.push({
          field: `items/${choice.index}/sort_order`,
          code: "taken",
          message: t("Position {place} is taken by {name}.", { place, name: holder.name }),
        });
      if (id === undefined) {
        const isDefault = item.values?.["is_default"] === true && !hasDefault;
        const row = (await insert(work, set.table, {
          ...spoken(item.values),
          ...("is_default" in set.table.columns ? { is_default: isDefault } : {}),
          ...(set.parent === undefined ? {} : { [set.parent]: parentId }),
          name: choice?.name.trim() ?? t(item.name),
          sort_order: place,
        } as NewRow<Table>)) as unknown as Entry;
        added += 1;
        id = row.id;
        entries.push({ id, name: row.name, sort_order: place, parent: parentId });
      }
      await walk(item.under ?? [], id, `${key}/`);
    }
  };
  await walk(set.items, null, "");
  if (problems.length > 0) throw invalid(problems);
  await set.after?.(work);
  return added;
}

/** Adds every entry that is not there by name; what is there stays as it is. */
export async function addAll(work: Work, set: ReferenceSet): Promise<void> {
  const offered = await offeredItems(work, set);
  await addItems(
    work,
    set,
    offered.filter(({ present }) => present === null),
  );
}

function keysOf(items: readonly StandardItem[], prefix: string): string[] {
  return items.flatMap((item) => [prefix + item.name, ...keysOf(item.under ?? [], `${prefix}${item.name}/`)]);
}

function freePlace(siblings: readonly Entry[], wish: number): number {
  const taken = new Set(siblings.map((entry) => entry.sort_order));
  let place = wish;
  while (taken.has(place)) place += 1;
  return place;
}

/** Of a list with a standard entry there is one; an organization's own stays the one. */
async function hasDefaultEntry(work: Work, { table }: ReferenceSet): Promise<boolean> {
  if (!("is_default" in table.columns)) return false;
  const row = await work.db
    .selectFrom(table.name as never)
    .select("id" as never)
    .where("is_default" as never, "=", true as never)
    .executeTakeFirst();
  return row !== undefined;
}
