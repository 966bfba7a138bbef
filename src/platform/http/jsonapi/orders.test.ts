import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { reading } from "../../context.ts";
import { isInOrder } from "../../database/indexes.ts";
import { readListQuery } from "./query.ts";

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

/** What people make by hand, so that there are some hundreds of it at most. */
const short: readonly string[] = [
  "alert_recipients",
  "contract_hour_balances",
  "contract_items",
  "contracts",
  "custom_fields",
  "data_exports",
  "distinct_pairs",
  "imports",
  "rate_card_items",
  "rate_cards",
  "roles",
  "saved_views",
  "sites",
  "tags",
  "tax_rates",
  "teams",
  "ticket_categories",
  "ticket_priorities",
  "ticket_queues",
  "ticket_statuses",
  "ticket_types",
  "users",
  "webhook_endpoints",
  "work_types",
];

/** What other systems keep in step with, by what has changed. */
const followed: readonly string[] = ["invoices", "ticket_notes", "tickets", "time_entries"];

test("a list that may become long opens in an order that an index gives, and so does what has changed", async () => {
  const without: string[] = [];
  await reading(await t.harbor.as("administrator"), async (reader) => {
    for (const resource of t.app.registry.resources.values()) {
      const { table, type } = resource;
      if (resource.audience !== "staff" || table.isPlatform || short.includes(type)) continue;
      for (const order of [resource.sort, "id", ...(followed.includes(type) ? ["updated_at"] : [])]) {
        const { sort } = readListQuery(reader, resource, new URL(`http://list.invalid/?sort=${order}`), false, []);
        if (!(await isInOrder(reader, table.name, sort))) without.push(`${type} by ${order}`);
      }
    }
  });
  expect(without).toEqual([]);
});
