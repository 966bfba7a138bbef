import {
  AliasNode,
  AndNode,
  BinaryOperationNode,
  ColumnNode,
  type CompiledQuery,
  IdentifierNode,
  InsertQueryNode,
  type JoinNode,
  type KyselyPlugin,
  OnNode,
  type OperationNode,
  OperatorNode,
  ParensNode,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  PrimitiveValueListNode,
  type QueryResult,
  ReferenceNode,
  type RootOperationNode,
  SelectQueryNode,
  TableNode,
  type UnknownRow,
  UpdateQueryNode,
  DeleteQueryNode,
  ValueListNode,
  ValueNode,
  ValuesNode,
  WhereNode,
} from "kysely";
import { returningByName, selectingByName } from "./all-columns.ts";
import { tableNamed } from "./columns.ts";
import type { Db } from "./tables.ts";

/**
 * Holds every query to one tenant: reads, updates and deletes get `tenant_id = …` for each of their tables, inserts get
 * the column. PostgreSQL's row-level security stands behind it; on SQLite it also lets the keys, which all start with
 * `tenant_id`, be used. Raw SQL is not rewritten and has to name the tenant itself. On the way `*` becomes the names of the
 * columns.
 */
export function tenancyPlugin(tenantId: string, run: Run): KyselyPlugin {
  return new TenancyPlugin(tenantId, run);
}

/** Runs a statement where the work in hand runs its statements. */
export type Run = (query: CompiledQuery) => Promise<QueryResult<unknown>>;

/** Whose data a handle is held to, and how statements get to its connection that have been put together already. */
export interface Hold {
  readonly tenantId: string;
  readonly run: Run;
}

class TenancyPlugin implements KyselyPlugin, Hold {
  readonly #holding: Tenancy;

  constructor(
    readonly tenantId: string,
    readonly run: Run,
  ) {
    this.#holding = new Tenancy(tenantId);
  }

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    return this.#holding.held(args.node);
  }

  async transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return args.result;
  }
}

/**
 * What a handle is held by: null for the platform's own, and for one that has more plugins, which want to see its statements.
 */
export function holdOf(db: Db): Hold | null {
  const { plugins } = db.getExecutor();
  const [only] = plugins;
  return plugins.length === 1 && only instanceof TenancyPlugin ? only : null;
}

/** What holds no query, which is most of a tree. */
const leaves: ReadonlySet<string> = new Set<OperationNode["kind"]>([
  "ColumnNode",
  "IdentifierNode",
  "OperatorNode",
  "PrimitiveValueListNode",
  "ReferenceNode",
  "SchemableIdentifierNode",
  "SelectAllNode",
  "TableNode",
  "ValueNode",
]);

/**
 * Goes through the tree of a query and makes anew only what changes in it. Kysely's own `OperationNodeTransformer` copies every
 * node, which took a third of the time that a page needs to put its queries together.
 */
class Tenancy {
  constructor(private readonly tenantId: string) {}

  held<N extends OperationNode>(node: N): N {
    if (leaves.has(node.kind)) return node;
    let next: Record<string, unknown> | null = null;
    const parts = node as unknown as Record<string, unknown>;
    for (const name in parts) {
      const part = parts[name];
      if (typeof part !== "object" || part === null) continue;
      const held = this.#part(part);
      if (held !== part) (next ??= { ...parts })[name] = held;
    }
    return this.#query((next ?? node) as OperationNode) as N;
  }

  #part(part: unknown): unknown {
    if (typeof part !== "object" || part === null) return part;
    if (!Array.isArray(part)) return "kind" in part ? this.held(part as OperationNode) : part;
    let next: unknown[] | null = null;
    for (let at = 0; at < part.length; at += 1) {
      const one: unknown = part[at];
      const held = this.#part(one);
      if (held !== one) (next ??= [...(part as unknown[])])[at] = held;
    }
    return next ?? part;
  }

  #query(node: OperationNode): OperationNode {
    if (SelectQueryNode.is(node)) return this.#select(selectingByName(node));
    if (UpdateQueryNode.is(node)) return this.#update(returningByName(node, node.table));
    if (DeleteQueryNode.is(node)) return this.#delete(returningByName(node, node.from.froms[0]));
    return InsertQueryNode.is(node) ? this.#insert(returningByName(node, node.into)) : node;
  }

  #select(node: SelectQueryNode): SelectQueryNode {
    return { ...node, ...this.#joins(node.joins), ...this.#where(node.where, node.from?.froms ?? []) };
  }

  #update(node: UpdateQueryNode): UpdateQueryNode {
    for (const update of node.updates ?? []) {
      if (ColumnNode.is(update.column) && update.column.column.name === "tenant_id")
        throw new Error("a row never moves to another tenant");
    }
    const tables = [...(node.table === undefined ? [] : [node.table]), ...(node.from?.froms ?? [])];
    return { ...node, ...this.#joins(node.joins), ...this.#where(node.where, tables) };
  }

  #delete(node: DeleteQueryNode): DeleteQueryNode {
    return {
      ...node,
      ...this.#joins(node.joins),
      ...this.#where(node.where, [...node.from.froms, ...(node.using?.tables ?? [])]),
    };
  }

  #insert(node: InsertQueryNode): InsertQueryNode {
    const name = node.into === undefined ? null : tenantTable(node.into);
    const { columns, values } = node;
    if (name === null || columns === undefined || values === undefined) return node;
    const given = columns.findIndex((column) => column.column.name === "tenant_id");
    if (given !== -1) {
      if (!ValuesNode.is(values) || values.values.every((row) => valueAt(row, given) === this.tenantId)) return node;
      throw new Error(`a row of ${name} for another tenant`);
    }
    if (!ValuesNode.is(values)) throw new Error(`insert into ${name} from a query has to select tenant_id itself`);
    return {
      ...node,
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
