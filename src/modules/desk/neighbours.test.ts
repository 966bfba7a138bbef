import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { idsOf } from "../../platform/http/lists/order.ts";
import { listState } from "../../platform/http/lists/state.ts";
import { openTicket, ticketList } from "../tickets/index.ts";
import { neighboursOf } from "./neighbours.ts";

let t: TestProgram;
let technician: Ctx;
/** Ids of priorities, the most urgent first. */
let priorities: string[];

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.as("technician");
  const clients: Client[] = [await makeClient(t, "Prairie Printing"), await makeClient(t, "anchor Marine")];
  // The lists that tickets are sorted by come with the first.
  await perform(technician, openTicket, { title: "Walk to here", company_id: clients[0]?.company_id ?? "" });
  priorities = await reading(technician, async ({ db }) =>
    (await db.selectFrom("ticket_priorities").select("id").orderBy("sort_order").execute()).map(({ id }) => id),
  );
  // Titles, priorities, companies and what is not filled in come more than once, so that ids decide among equals.
  for (const [at, title] of ["b", "A", "a", "B", "ä", "b", "C"].entries())
    await perform(technician, openTicket, {
      title: `Walk ${title}`,
      contact_id: clients[at % 2]?.contact_id ?? "",
      priority_id: priorities[at % priorities.length] ?? "",
      ...(at % 3 === 0
        ? {}
        : { scheduled_start: `2030-01-0${1 + (at % 3)}T08:00:00.000Z`, estimated_hours: `${at}.5` }),
    });
});
afterAll(() => t.close());

const next = (id: string, from: string): Promise<{ previous_url: string; next_url: string }> =>
  reading(technician, (reader) => neighboursOf(reader, id, from));
const idIn = (url: string): string | null => /^\/tickets\/([\w-]+)/.exec(url)?.[1] ?? null;

describe("the way through a list of tickets", () => {
  const orders = [
    "number",
    "title",
    "company",
    "priority",
    "updated_at",
    "scheduled_start",
    "estimated_hours",
    "sla_due_date",
  ];
  for (const order of orders.flatMap((key) => [key, `-${key}`]))
    test(`takes each once and comes back, in the order ${order}`, async () => {
      const from = `/tickets?view=all&sort=${order}`;
      const ids = await reading(technician, async (reader) =>
        idsOf(reader, await listState(reader, new URL(from, "http://list.invalid"), ticketList), 100),
      );
      expect(ids).toHaveLength(8);
      for (const [at, id] of ids.entries()) {
        const { previous_url, next_url } = await next(id, from);
        expect([idIn(previous_url), idIn(next_url)]).toEqual([ids[at - 1] ?? null, ids[at + 1] ?? null]);
      }
    });

  test("ends where the list does not have the ticket", async () => {
    const [id = ""] = await reading(technician, async ({ db }) =>
      (await db.selectFrom("tickets").select("id").execute()).map((row) => row.id),
    );
    const nowhere = { previous_url: "", next_url: "" };
    expect(await next(id, "/tickets?view=closed")).toEqual(nowhere);
    expect(await next(id, "/tickets?q=printer")).toEqual(nowhere);
    expect(await next(id, "/my-work")).toEqual(nowhere);
  });
});
