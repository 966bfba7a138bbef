import { type Ctx, reading } from "../../context.ts";
import { csvStream } from "../../csv/stream.ts";
import type { CsvCell } from "../../csv/write.ts";
import { called } from "../../language/index.ts";
import { noteTaken } from "../../transfer/export-audit.ts";
import { type List, narrowed } from "./list.ts";
import { type Incoming, response, type Route } from "../route.ts";
import type { CellModel } from "../models/lists.ts";
import { rowsOf } from "./order.ts";
import { type ListState, listState } from "./state.ts";

const rowsAtOnce = 500;

/**
 * What a list shows as a CSV file: its columns in their order and under their names, all pages of what the address narrows it
 * to, in the list's own order. Each page starts at reach, as the list does; that it was taken stands in the audit log.
 */
export async function listFile<R>(ctx: Ctx, url: URL, list: List<R>): Promise<Response> {
  const state = await reading(ctx, (reader) => listState(reader, url, list));
  const shown = state.shown.filter(({ label }) => label !== "");
  const keys = new Set(shown.map(({ key }) => key));
  const filters = Object.fromEntries([...state.parameters].filter(([name]) => name !== "after"));
  await noteTaken(ctx, list.table, filters, (reader) => narrowed(reader, state.parameters, list));
  return csvStream(ctx, {
    name: `${list.url.split("/").at(-1) ?? list.table}.csv`,
    headers: shown.map(called),
    page: async (reader, after) => {
      const now = await listState(reader, url, list);
      const parameters = new URLSearchParams(now.parameters);
      parameters.delete("after");
      if (after !== null) parameters.set("after", after);
      const { rows, next } = await rowsOf(reader, { ...now, parameters }, rowsAtOnce);
      return { rows: await linesOf(reader, now, keys, rows as R[]), next };
    },
  });
}

async function linesOf<R>(
  ctx: Ctx,
  { shown }: ListState<R>,
  keys: ReadonlySet<string>,
  rows: readonly R[],
): Promise<CsvCell[][]> {
  const lines: CsvCell[][] = rows.map(() => []);
  for (const column of shown) {
    if (!keys.has(column.key)) continue;
    const cells = (await column.cells?.(rows, ctx)) ?? rows.map((row) => column.cell(row, ctx));
    for (const [at, cell] of cells.entries()) lines[at]?.push(cellValue(cell));
  }
  return lines;
}

/** A cell as a spreadsheet takes it: dates and amounts as such, and nothing where the page shows a dash. */
function cellValue({ kind, text, datetime, value }: CellModel): CsvCell {
  if (value !== undefined) return value;
  if (datetime !== "") return datetime;
  if (kind === "muted" && text === "–") return null;
  return text;
}

/** The route of a list's file, for lists that no module registers: those of the portal. */
export function listFileRoute<R>(given: {
  path: string;
  door: Route["door"];
  permission: string | null;
  list(incoming: Incoming): List<R>;
}): Route {
  const { path, door, permission, list } = given;
  return {
    method: "GET",
    path,
    door,
    permission,
    // That it was taken is written down, and the file is read page by page.
    isOutsideRead: true,
    handle: async (ctx, incoming) => response(await listFile(ctx, incoming.url, list(incoming))),
  };
}
