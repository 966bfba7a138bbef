import {
  AliasNode,
  AndNode,
  BinaryOperationNode,
  ColumnNode,
  IdentifierNode,
  type InsertQueryNode,
  type JoinNode,
  type KyselyPlugin,
  OnNode,
  type OperationNode,
  OperationNodeTransformer,
  OperatorNode,
  ParensNode,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  PrimitiveValueListNode,
  type QueryId,
  type QueryResult,
  ReferenceNode,
  type RootOperationNode,
  type SelectQueryNode,
  TableNode,
  type UnknownRow,
  type UpdateQueryNode,
  type DeleteQueryNode,
  ValueListNode,
  ValueNode,
  ValuesNode,
  WhereNode,
} from "kysely";
import { tableNamed } from "./columns.ts";

/**
 * Holds every query to one tenant: reads, updates and deletes get `tenant_id = …` for each of their tables, inserts get
 * the column. PostgreSQL's row-level security stands behind it; on SQLite it also lets the keys, which all start with
 * `tenant_id`, be used. Raw SQL is not rewritten and has to name the tenant itself.
 */
export function tenancyPlugin(tenantId: string): KyselyPlugin {
  const transformer = new TenancyTransformer(tenantId);
  return {
    transformQuery: (args: PluginTransformQueryArgs): RootOperationNode =>
      transformer.transformNode(args.node, args.queryId),
    transformResult: async (args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> => args.result,
  };
}

class TenancyTransformer extends OperationNodeTransformer {
  constructor(private readonly tenantId: string) {
    super();
  }

  protected override transformSelectQuery(node: SelectQueryNode, queryId?: QueryId): SelectQueryNode {
    const next = super.transformSelectQuery(node, queryId);
    return {
      ...next,
      ...this.#joins(next.joins),
      ...this.#where(next.where, next.from?.froms ?? []),
    };
  }

  protected override transformUpdateQuery(node: UpdateQueryNode, queryId?: QueryId): UpdateQueryNode {
    const next = super.transformUpdateQuery(node, queryId);
    for (const update of next.updates ?? []) {
      if (ColumnNode.is(update.column) && update.column.column.name === "tenant_id")
        throw new Error("a row never moves to another tenant");
    }
    const tables = [...(next.table === undefined ? [] : [next.table]), ...(next.from?.froms ?? [])];
    return { ...next, ...this.#joins(next.joins), ...this.#where(next.where, tables) };
  }

  protected override transformDeleteQuery(node: DeleteQueryNode, queryId?: QueryId): DeleteQueryNode {
    const next = super.transformDeleteQuery(node, queryId);
    return {
      ...next,
      ...this.#joins(next.joins),
      ...this.#where(next.where, [...next.from.froms, ...(next.using?.tables ?? [])]),
    };
  }

  protected override transformInsertQuery(node: InsertQueryNode, queryId?: QueryId): InsertQueryNode {
    const next = super.transformInsertQuery(node, queryId);
    const name = next.into === undefined ? null : tenantTable(next.into);
    const { columns, values } = next;
    if (name === null || columns === undefined || values === undefined) return next;
    const given = columns.findIndex((column) => column.column.name === "tenant_id");
    if (given !== -1) {
      if (!ValuesNode.is(values) || values.values.every((row) => valueAt(row, given) === this.tenantId)) return next;
      throw new Error(`a row of ${name} for another tenant`);
    }
    if (!ValuesNode.is(values)) throw new Error(`insert into ${name} from a query has to select tenant_id itself`);
    return {
      ...next,
      columns: [...columns, ColumnNode.create("tenant_id")],
      values: ValuesNode.create(
        values.values.map((row) =>
          PrimitiveValueListNode.is(row)
            ? PrimitiveValueListNode.create([...row.values, this.tenantId])
            : ValueListNode.create([...row.values, ValueNode.create(this.tenantId)]),
        ),
      ),
    };
  }

  #joins(joins: readonly JoinNode[] | undefined): { joins?: readonly JoinNode[] } {
    return joins === undefined ? {} : { joins: joins.map((join) => this.#join(join)) };
  }

  #join(join: JoinNode): JoinNode {
    const reference = tenantTable(join.table);
    if (reference === null) return join;
    const condition = this.#condition(reference);
    return {
      ...join,
      on: OnNode.create(join.on === undefined ? condition : AndNode.create(ParensNode.create(join.on.on), condition)),
    };
  }

  #where(where: WhereNode | undefined, froms: readonly OperationNode[]): { where?: WhereNode } {
    const conditions = froms
      .map(tenantTable)
      .filter((name) => name !== null)
      .map((name) => this.#condition(name));
    const [first, ...rest] = conditions;
    if (first === undefined) return where === undefined ? {} : { where };
    const all = rest.reduce<OperationNode>((left, right) => AndNode.create(left, right), first);
    // In parentheses: a raw "a or b" would otherwise reach past the tenant.
    return { where: WhereNode.create(where === undefined ? all : AndNode.create(ParensNode.create(where.where), all)) };
  }

  #condition(table: string): OperationNode {
    return BinaryOperationNode.create(
      ReferenceNode.create(ColumnNode.create("tenant_id"), TableNode.create(table)),
      OperatorNode.create("="),
      ValueNode.create(this.tenantId),
    );
  }
}

/** The plain value that a row to insert has in one place. */
function valueAt(row: OperationNode, index: number): unknown {
  if (PrimitiveValueListNode.is(row)) return row.values[index];
  const value = ValueListNode.is(row) ? row.values[index] : undefined;
  return value !== undefined && ValueNode.is(value) ? value.value : undefined;
}

/** The name by which a query refers to a tenant's table, or null when the node is something else. */
function tenantTable(node: OperationNode): string | null {
  if (AliasNode.is(node)) {
    if (tenantTable(node.node) === null) return null;
    return IdentifierNode.is(node.alias) ? node.alias.name : null;
  }
  if (!TableNode.is(node)) return null;
  const name = node.table.identifier.name;
  const table = tableNamed(name);
  return table === undefined || table.isPlatform ? null : name;
}
