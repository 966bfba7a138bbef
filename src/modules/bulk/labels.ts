import type { Ctx } from "../../platform/context.ts";
import type { List } from "../../platform/http/lists/list.ts";

/** What records of a list are called: as the list calls them, by the column that names them. */
export async function labelsOf(ctx: Ctx, list: List<unknown>, ids: readonly string[]): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  for (let at = 0; at < ids.length; at += 500) {
    const rows = await list
      .query(ctx)
      .where(`${list.table}.id`, "in", ids.slice(at, at + 500))
      .execute();
    for (const row of rows) {
      const cells = list.columns.filter((column) => column.is_optional !== true).map((column) => column.cell(row, ctx));
      const name = cells.find(({ kind }) => kind === "strong_link") ?? cells[0];
      const [first] = cells;
      const text = first === undefined || first === name ? "" : `${first.text} `;
      labels.set(String((row as { id: unknown }).id), `${text}${name?.text ?? ""}`);
    }
  }
  return labels;
}
