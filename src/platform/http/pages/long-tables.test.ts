import { expect, test } from "bun:test";
import type { TableModel } from "../models/lists.ts";
import { cell } from "./cells.ts";
import { withRowsDrawn } from "./long-tables.ts";
import { render } from "./templates.ts";

const column = { label: "Company", sort_url: "", direction: "none", is_numeric: false, is_secondary: false } as const;

const pageOf = (count: number): { sections: { table: TableModel }[] } => {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: String(index),
    href: `/companies/${index}`,
    is_bold: index % 2 === 0,
    cells: [cell.strong(`Mill & Sons ${index}`, `/companies/${index}`), cell.text("Harbor <IT>")],
  }));
  const columns = [column, { ...column, label: "Site", is_secondary: true }];
  return { sections: [{ table: { id: "t", caption: "Companies", columns, rows } }] };
};

test("a long table drawn ahead is what it would have been in one piece", async () => {
  const page = pageOf(101);
  const drawn = (await withRowsDrawn(page, "token")) as typeof page;
  const inOne = render("partials/table", page.sections[0]?.table ?? {});
  const inPieces = render("partials/table", drawn.sections[0]?.table ?? {});
  expect(drawn.sections[0]?.table.drawn_rows).toContain("Harbor &lt;IT&gt;");
  expect(inPieces.replace(/\s+/g, " ")).toBe(inOne.replace(/\s+/g, " "));
});

test("others get their turn while a long table is drawn", async () => {
  let turns = 0;
  const turn = setInterval(() => (turns += 1), 0);
  await withRowsDrawn(pageOf(10_000), "token");
  clearInterval(turn);
  expect(turns).toBeGreaterThan(1);
});

test("short tables, and pages without any, stay as they are", async () => {
  expect(await withRowsDrawn(pageOf(10), "token")).toEqual(pageOf(10));
  expect(await withRowsDrawn({ title: "Companies" }, "token")).toEqual({ title: "Companies" });
});
