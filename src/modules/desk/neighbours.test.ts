import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../tests/support/desk.ts";
import { decoded } from "../../../tests/support/entities.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { Way } from "../../platform/database/paging.ts";
import { idsOf } from "../../platform/http/lists/order.ts";
import { listState } from "../../platform/http/lists/state.ts";
import { noId } from "../../platform/ids.ts";
import { openTicket, ticketList, updateTicket } from "../tickets/index.ts";
import { ticketBeside } from "./neighbours.ts";

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

const beside = (id: string, from: string, way: Way): Promise<string | null> =>
  reading(technician, (reader) => ticketBeside(reader, id, from, way));

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
        expect(await beside(id, from, "previous")).toBe(ids[at - 1] ?? null);
        expect(await beside(id, from, "next")).toBe(ids[at + 1] ?? null);
      }
    });

  test("goes on from a ticket that the list does not show any more", async () => {
    const from = "/tickets?view=open&sort=number";
    const ids = await reading(technician, async (reader) =>
      idsOf(reader, await listState(reader, new URL(from, "http://list.invalid"), ticketList), 100),
    );
    const [first = "", closed = "", third = ""] = ids;
    const status_id = await reading(
      technician,
      async ({ db }) =>
        (await db.selectFrom("ticket_statuses").select("id").where("name", "=", "Closed").executeTakeFirstOrThrow()).id,
    );
    await perform(technician, updateTicket, { id: closed, status_id });
    expect(await beside(closed, from, "next")).toBe(third);
    expect(await beside(closed, from, "previous")).toBe(first);
    expect(await beside(first, from, "next")).toBe(third);
    expect(await beside(first, "/tickets?q=printer", "next")).toBeNull();
    expect(await beside(closed, "/my-work", "next")).toBeNull();
  });

  test("leads from page to page, and at its end back to the list", async () => {
    const visitor = await signedIn(t, technician);
    const list = "/tickets?view=all&sort=-number";
    const [newest = "", second = ""] = await reading(technician, async (reader) =>
      idsOf(reader, await listState(reader, new URL(list, "http://list.invalid"), ticketList), 2),
    );
    const from = `?from=${encodeURIComponent(list)}`;
    const page = await visitor.open(`/tickets/${newest}${from}`);
    expect(decoded(page.html)).toContain(`href="/tickets/${newest}/next${from}"`);
    expect((await visitor.open(`/tickets/${newest}/next${from}`)).url).toBe(`/tickets/${second}${from}`);
    expect((await visitor.open(`/tickets/${second}/previous${from}`)).url).toBe(`/tickets/${newest}${from}`);
    const end = await visitor.open(`/tickets/${newest}/previous${from}`);
    expect(end.url).toBe(list);
    expect(end.text).toContain("That was the first ticket of this list.");
    expect((await visitor.open(`/tickets/${noId}/next`)).status).toBe(404);
  });
});
