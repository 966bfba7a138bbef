import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { nobody } from "../../src/platform/access/actor.ts";
import { reach } from "../../src/platform/access/reach.ts";
import { perform } from "../../src/platform/action.ts";
import { contextOf, type Ctx, reading } from "../../src/platform/context.ts";
import type { Table } from "../../src/platform/database/columns.ts";
import type { TableName } from "../../src/platform/database/tables.ts";
import { statedTables } from "../support/all-tables.ts";
import { type Everything, makeEverything } from "../support/everything.ts";
import { startTestProgram, type TestProgram } from "../support/program.ts";
import { personWith } from "./actors.ts";

/** Below the routes: what each kind of actor reaches of each table, and which actions let them in, without a door in front. */

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;
let tables: Table[];
let filled: Table[];

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  tables = await statedTables();
  const counts = await countsFor(t.harbor.system);
  filled = tables.filter(({ name }) => (counts[name] ?? 0) > 0);
});
afterAll(() => t.close());

/** How many rows somebody reaches, by table; those of which there are none are left out. */
function countsFor(who: Ctx): Promise<Record<string, number>> {
  return reading(who, async (ctx) => {
    const counts: Record<string, number> = {};
    for (const { name, isPlatform } of tables.filter((table) => !table.isPlatform)) {
      if (isPlatform) continue;
      const { count } = await reach(ctx, name as TableName)
        .select((eb) => eb.fn.countAll().as("count"))
        .executeTakeFirstOrThrow();
      if (Number(count) > 0) counts[name] = Number(count);
    }
    return counts;
  });
}

describe("reach", () => {
  test("gives the program itself the rows of most tables, so that the others have something to miss", () => {
    expect(filled.length).toBeGreaterThan(45);
  });

  test("gives nobody anything", async () => {
    expect(await countsFor(contextOf(t.app, t.harbor.tenant, nobody))).toEqual({});
  });

  test("gives a person without permissions nothing of a table that asks for one", async () => {
    const counts = await countsFor(await personWith(t.harbor, []));
    const seen = filled.filter(({ name, readPermission }) => readPermission !== null && name in counts);
    expect(seen.map(({ name }) => name)).toEqual([]);
    expect(filled.filter(({ readPermission }) => readPermission !== null).length).toBeGreaterThan(25);
  });

  test("gives the staff nothing of what is kept back, also whoever may do everything", async () => {
    const keptBack = filled.filter(({ isKeptBack, isPlatform }) => isKeptBack && !isPlatform).map(({ name }) => name);
    const counts = await countsFor(await t.harbor.as("administrator"));
    expect(keptBack.filter((name) => name in counts)).toEqual([]);
    expect(keptBack).toEqual(expect.arrayContaining(["files", "undo_offers", "role_permissions", "user_roles"]));
  });

  test("gives a client nothing of tables that are not for clients, and of no other company", async () => {
    const { company_id } = e.otherClient.actor;
    const counts = await countsFor(e.otherClient);
    for (const { name, companyColumn } of filled.filter((table) => table.name in counts)) {
      if (companyColumn === null) continue;
      const rows = await reading(e.otherClient, (ctx) =>
        reach(ctx, name as TableName)
          .selectAll()
          .execute(),
      );
      const companies = new Set((rows as unknown as Record<string, unknown>[]).map((row) => row[companyColumn]));
      expect({ name, companies: [...companies] }).toEqual({ name, companies: [company_id] });
    }
    const own = new Set(["contacts", "companies", ...publicTables]);
    expect(Object.keys(counts).filter((name) => !own.has(name))).toEqual([]);
  });

  test("gives a colleague with the lesser role their own tickets only, and their administrator all of the company", async () => {
    const ticketsOf = (who: Ctx): Promise<{ contact_id: string | null }[]> =>
      reading(who, (ctx) => reach(ctx, "tickets").select("contact_id").execute());
    const ofOthers = (await ticketsOf(e.client)).filter(
      ({ contact_id }) => contact_id !== e.colleague.actor.contact_id,
    );
    expect(ofOthers).not.toEqual([]);
    const seen = await ticketsOf(e.colleague);
    expect(seen.filter(({ contact_id }) => contact_id !== e.colleague.actor.contact_id)).toEqual([]);
  });

  test("gives a colleague with the lesser role nothing of invoices, and their administrator no drafts", async () => {
    const counts = await countsFor(e.colleague);
    expect(["invoices", "invoice_lines", "payments"].filter((name) => name in counts)).toEqual([]);
    const invoices = await reading(e.client, (ctx) => reach(ctx, "invoices").select("status").execute());
    expect(invoices.map(({ status }) => status)).toEqual(["partially_paid"]);
  });
});

/** What clients may look up: words for what their own records say. */
const publicTables = [
  "ticket_queues",
  "ticket_statuses",
  "ticket_priorities",
  "ticket_types",
  "work_types",
  "custom_fields",
];

test("no action lets anybody in without its permission, whatever is sent", async () => {
  const person = await personWith(t.harbor, []);
  const open: string[] = [];
  for (const action of t.app.registry.actions.values()) {
    if (action.permission === null) continue;
    for (const [name, who] of [
      ["person", person],
      ["client", e.otherClient],
      ["nobody", contextOf(t.app, t.harbor.tenant, nobody)],
    ] as const) {
      if (who.actor.permissions.has(action.permission)) continue;
      const answer = await perform(who, action, {}).then(
        () => "done",
        (error: { status?: number }) => error.status,
      );
      if (answer !== (name === "nobody" ? 401 : 403)) open.push(`${action.name} for ${name}: ${String(answer)}`);
    }
  }
  expect(open).toEqual([]);
});
