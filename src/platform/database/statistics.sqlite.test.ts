import { Database as Sqlite } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "kysely";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit, reading } from "../context.ts";
import { describeToPlanner } from "./statistics.ts";

let t: TestProgram;
let database: Sqlite;

beforeAll(async () => {
  t = await startTestProgram();
  database = new Sqlite(t.raw.sqlitePath, { readonly: true });
});
afterAll(async () => {
  database.close();
  await t.close();
});

/** How SQLite would run a statement, its steps in one text. */
function plan(statement: string): string {
  const steps = database.query(`explain query plan ${statement}`).all() as { detail: string }[];
  return steps.map(({ detail }) => detail).join("\n");
}

const rowsWith = (
  companies: "join" | "left join",
): string => `select t.id, c.name, s.name, p.name, q.name from tickets t
  ${companies} companies c on c.tenant_id = 'h' and c.id = t.company_id
  left join ticket_statuses s on s.tenant_id = 'h' and s.id = t.status_id
  left join ticket_priorities p on p.tenant_id = 'h' and p.id = t.priority_id
  left join ticket_queues q on q.tenant_id = 'h' and q.id = t.queue_id
 where t.tenant_id = 'h'`;

const rows = rowsWith("left join");

test.each([
  ["open", "t.closed_at is null", "tickets_open_by_change"],
  ["closed", "t.closed_at is not null", "tickets_by_change"],
  ["all", "1 = 1", "tickets_by_change"],
])("the page of %s tickets is read off their index, without sorting", (_name, condition, index) => {
  const steps = plan(`${rows} and ${condition} order by t.updated_at desc, t.id desc limit 51`);
  expect(steps).toContain(`SEARCH t USING INDEX ${index}`);
  expect(steps).not.toContain("TEMP B-TREE");
});

test("all tickets by title are read off their index", () => {
  const steps = plan("select id from tickets where tenant_id = 'h' order by title collate nocase, id limit 51");
  expect(steps).toContain("tickets_by_title");
  expect(steps).not.toContain("TEMP B-TREE");
});

test.each(["1 = 1", "t.closed_at is not null"])("tickets of a priority are read off its index: %s", (condition) => {
  const steps = plan(`${rows} and ${condition} and t.priority_id in ('p') order by t.id limit 51`);
  expect(steps).toContain("SEARCH t USING INDEX tickets_by_priority");
  expect(steps).not.toContain("TEMP B-TREE");
});

test.each(["queue", "status", "type", "category", "team"])(
  "tickets of a %s are read off its index in the list's order",
  (kind) => {
    const steps = plan(`${rows} and t.${kind}_id in ('x') order by t.updated_at desc, t.id desc limit 51`);
    expect(steps).toContain(`SEARCH t USING INDEX tickets_by_${kind} (tenant_id=? AND ${kind}_id=?)`);
    expect(steps).not.toContain("TEMP B-TREE");
  },
);

test("tickets with a tag are found along the list's order, not by sorting those of every company", () => {
  const steps = plan(`${rows} and exists (select 1 from record_tags r where r.tenant_id = t.tenant_id
    and r.entity_type = 'tickets' and r.entity_id = t.id and r.tag in ('vip')) order by t.updated_at desc, t.id desc limit 51`);
  expect(steps).toContain("SEARCH t USING INDEX tickets_by_change");
  expect(steps).not.toContain("TEMP B-TREE");
});

test("the tickets below a ticket are found by it, whatever order they are wanted in", () => {
  const steps = plan(
    "select * from tickets where tenant_id = 'h' and parent_ticket_id = 'p' order by created_at desc limit 5",
  );
  expect(steps).toContain("tickets_below");
});

test("the tags of a page of records are found by the records", () => {
  const ids = Array.from({ length: 100 }, (_, index) => `'${index}'`).join();
  const steps = plan(
    `select tag from record_tags where tenant_id = 'h' and entity_type = 'tickets' and entity_id in (${ids})`,
  );
  expect(steps).toContain("tenant_id=? AND entity_type=? AND entity_id=?");
});

test("drafts are found by their state before they are named", () => {
  const drafts = "select id from invoices where tenant_id = 'h' and status = 'draft' order by created_at limit 10";
  const steps = plan(`select i.id, c.name from invoices i join companies c on c.tenant_id = 'h' and c.id = i.company_id
    where i.tenant_id = 'h' and i.id in (${drafts}) order by i.created_at`);
  expect(steps.split("\n")[0]).toContain("SEARCH i USING INDEX sqlite_autoindex_invoices_1 (tenant_id=? AND id=?)");
  expect(steps).toContain("tenant_id=? AND status=?");
});

test("tickets by company go from the companies to their tickets", () => {
  const steps = plan(`${rowsWith("join")} order by c.name collate nocase, t.id limit 51`);
  expect(steps.split("\n")[0]).toContain("companies_by_name");
});

test("hours by date, length and technician are read off an index, and by company from the companies", () => {
  const hoursWith = (companies: "join" | "left join"): string =>
    `select e.id, u.name, c.name, w.name, seen.ticket_number from time_entries e
    ${companies} companies c on c.tenant_id = 'h' and c.id = e.company_id
    left join users u on u.tenant_id = 'h' and u.id = e.user_id
    left join work_types w on w.tenant_id = 'h' and w.id = e.work_type_id
    left join (select id, ticket_number from tickets where tenant_id = 'h') seen on seen.id = e.ticket_id
   where e.tenant_id = 'h'`;
  const hours = hoursWith("left join");
  const newest = plan(`${hours} order by e.date desc, e.id desc limit 51`);
  expect(newest).toContain("SEARCH e USING INDEX time_entries_by_date");
  expect(newest).not.toContain("TEMP B-TREE");
  const longest = plan(`${hours} order by e.duration_minutes desc, e.id desc limit 51`);
  expect(longest).toContain("SEARCH e USING INDEX time_entries_by_length");
  const technicians = plan(`${hours} and e.user_id in ('u') order by e.id limit 51`);
  expect(technicians).toContain("SEARCH e USING INDEX time_entries_by_technician");
  for (const steps of [longest, technicians]) expect(steps).not.toContain("TEMP B-TREE");
  const byCompany = plan(`${hoursWith("join")} order by c.name collate nocase, e.id limit 51`);
  expect(byCompany.split("\n")[0]).toContain("companies_by_name");
});

test("what the planner is told stays as it is until a table has grown", () => {
  const writer = new Sqlite(t.raw.sqlitePath);
  const told = (): unknown[] => writer.query("select * from sqlite_stat1 order by idx").all();
  const before = told();
  expect(before.length).toBeGreaterThan(100);
  describeToPlanner(writer);
  expect(told()).toEqual(before);
  writer.close();
});

test("a field that is made while the program runs takes no list's index away", async () => {
  const { data } = (
    await t.api("POST", "/api/v1/custom-fields", {
      key: await t.harbor.key("administrator"),
      body: {
        data: {
          type: "custom_fields",
          attributes: { entity_type: "tickets", label: "Needs a visit", field_type: "text" },
        },
      },
    })
  ).body;
  expect(data).toMatchObject({ type: "custom_fields" });
  const statement = sql.raw<{ detail: string }>(`explain query plan ${rows} and t.closed_at is null
    order by t.updated_at desc, t.id desc limit 51`);
  const byReader = await reading(t.harbor.system, ({ db }) => statement.execute(db));
  const byWriter = await inUnit(t.harbor.system, ({ db }) => statement.execute(db));
  for (const steps of [byReader.rows, byWriter.rows])
    expect(steps.map(({ detail }) => detail).join("\n")).toContain("tickets_open_by_change");
  // The next start has nothing to correct.
  const writer = new Sqlite(t.raw.sqlitePath);
  const told = (): unknown[] => writer.query("select * from sqlite_stat1 order by idx").all();
  const before = told();
  expect(before).toContainEqual(expect.objectContaining({ idx: "custom_tickets_needs_a_visit" }));
  describeToPlanner(writer);
  expect(told()).toEqual(before);
  writer.close();
});
