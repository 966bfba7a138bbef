import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { openTicket } from "../../modules/tickets/index.ts";
import { ticketPriorities } from "../../modules/tickets/schema.ts";
import { reach } from "../access/reach.ts";
import { perform } from "../action.ts";
import { type Ctx, inUnit, placeOf, reading } from "../context.ts";
import type { SortKey } from "./order.ts";
import { besideInOrder, idsInOrder, type Page, pageOf } from "./paging.ts";
import { insert } from "./records.ts";

let t: TestProgram;
let staff: Ctx;

/** Two priorities share a place, one has no ticket, and tickets of all were opened in turns. */
beforeAll(async () => {
  t = await startTestProgram();
  staff = await t.harbor.as("administrator");
  const { company_id } = await makeClient(t, "Order Works");
  const priorities = await inUnit(t.harbor.system, async (work) => {
    const ids: string[] = [];
    for (const [name, sort_order] of [
      ["Late", 90],
      ["Never", 95],
      ["Soon", 70],
      ["Soon as well", 70],
    ] as const)
      ids.push((await insert(work, ticketPriorities, { name, sort_order, color: "neutral" })).id);
    return ids;
  });
  for (let number = 0; number < 17; number += 1) {
    const [late = "", , soon = "", also = ""] = priorities;
    const priority_id = [late, soon, also][number % 3] ?? late;
    await perform(staff, openTicket, { title: `Ticket ${number}`, company_id, priority_id });
  }
});
afterAll(() => t.close());

const key = (isDescending: boolean): SortKey => ({
  name: "priority",
  reference: "priorities.sort_order",
  column: { kind: "integer", isNullable: false },
  isDescending,
});
const few = { table: "ticket_priorities", reference: "tickets.priority_id", column: "sort_order" } as const;
const rows = (ctx: Ctx) =>
  reach(ctx, "tickets")
    .leftJoin("ticket_priorities as priorities", "priorities.id", "tickets.priority_id")
    .select(["tickets.id", "priorities.sort_order as priority", "tickets.title"]);

/** All rows, page by page, by their titles; and how many pages there were. */
async function walked(given: SortKey, size: number): Promise<string[][]> {
  return reading(staff, async (reader) => {
    const pages: string[][] = [];
    for (let after: string | null = null, isLast = false; !isLast;) {
      const page: Page<{ title: string }> = await pageOf(rows(reader), placeOf(reader), "tickets.id", [given], {
        size,
        after,
      });
      pages.push(page.rows.map(({ title }) => title));
      after = page.next;
      isLast = after === null;
    }
    return pages;
  });
}

describe.each([
  ["up", false],
  ["down", true],
])("many in the order of a few others, going %s", (_name, isDescending) => {
  const plain = key(isDescending);
  const byFew = { ...plain, few };

  test.each([1, 4, 6, 17, 50])("come in pages of %d as they would in one sorted whole", async (size) => {
    const pages = await walked(byFew, size);
    expect(pages).toEqual(await walked(plain, size));
    expect(pages.flat()).toHaveLength(17);
  });

  test("have the same neighbours and the same ids", async () => {
    await reading(staff, async (reader) => {
      const place = placeOf(reader);
      const ids = await idsInOrder(rows(reader), place, "tickets.id", [byFew], 12);
      expect(ids).toEqual(await idsInOrder(rows(reader), place, "tickets.id", [plain], 12));
      for (const [at, id] of ids.slice(0, -1).entries())
        for (const [way, there] of [
          ["previous", at - 1],
          ["next", at + 1],
        ] as const)
          expect(
            await besideInOrder({ query: rows(reader), all: rows(reader) }, place, "tickets.id", [byFew], id, way),
          ).toBe(ids[there] ?? null);
    });
  });
});
