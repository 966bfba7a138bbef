import {
  AliasNode,
  type DeleteQueryNode,
  IdentifierNode,
  type InsertQueryNode,
  type OperationNode,
  RawNode,
  ReferenceNode,
  type ReturningNode,
  SelectAllNode,
  SelectionNode,
  type SelectQueryNode,
  TableNode,
  type UpdateQueryNode,
} from "kysely";
import { tableNamed } from "./columns.ts";

/**
 * Puts the columns that a table is stated with in the place of `*`. What `*` means changes with the schema, so PostgreSQL
 * refuses a prepared statement with a `*` once another node has brought the schema up to date; with names it stays good,
 * and most of what an action costs there is planning statements that are not prepared.
 */

/** A query of rows. */
export function selectingByName(node: SelectQueryNode): SelectQueryNode {
  const { selections } = node;
  if (selections === undefined || !selections.some(isStar)) return node;
  const sources = [...(node.from?.froms ?? []), ...(node.joins ?? []).map(({ table }) => table)].map(sourceOf);
  const named = selections.map((one) => {
    const { selection } = one;
    if (SelectAllNode.is(selection)) return sources.length === 1 ? (columnsOf(sources[0] ?? null, true) ?? one) : one;
    if (!isStar(one) || !ReferenceNode.is(selection)) return one;
    const name = selection.table?.table.identifier.name;
    return columnsOf(sources.find((source) => source?.name === name) ?? null, true) ?? one;
  });
  return { ...node, selections: named };
}

type Change = InsertQueryNode | UpdateQueryNode | DeleteQueryNode;

/** A change that answers with the rows it has made. */
export function returningByName<N extends Change>(node: N, table: OperationNode | undefined): N {
  const { returning } = node;
  if (returning === undefined || table === undefined || !returning.selections.some(isStar)) return node;
  const source = sourceOf(table);
  const named: ReturningNode = {
    ...returning,
    selections: returning.selections.map((one) =>
      SelectAllNode.is(one.selection) ? (columnsOf(source, false) ?? one) : one,
    ),
  };
  return { ...node, returning: named };
}

function isStar({ selection }: SelectionNode): boolean {
  return SelectAllNode.is(selection) || (ReferenceNode.is(selection) && SelectAllNode.is(selection.column));
}

/** A table, and what it is called in the query. */
interface Source {
  table: string;
  name: string;
}

function sourceOf(node: OperationNode): Source | null {
  if (TableNode.is(node)) {
    const { name } = node.table.identifier;
    return { table: name, name };
  }
  if (!AliasNode.is(node) || !TableNode.is(node.node) || !IdentifierNode.is(node.alias)) return null;
  return { table: node.node.table.identifier.name, name: node.alias.name };
}

const made = new Map<string, SelectionNode>();

function columnsOf(source: Source | null, isQualified: boolean): SelectionNode | null {
  const table = source === null ? undefined : tableNamed(source.table);
  if (source === null || table === undefined) return null;
  const key = `${source.table} ${isQualified ? source.name : ""}`;
  let node = made.get(key);
  if (node === undefined) {
    const prefix = isQualified ? `"${source.name}".` : "";
    const names = Object.keys(table.columns).map((name) => `${prefix}"${name}"`);
    made.set(key, (node = SelectionNode.create(RawNode.createWithSql(names.join(", ")) as never)));
  }
  return node;
}
