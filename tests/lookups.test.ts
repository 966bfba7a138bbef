import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type KyselyPlugin, SelectQueryNode, TableNode } from "kysely";
import { generateFromTime } from "../src/modules/billing/actions/generate.ts";
import { createInvoice, updateInvoice } from "../src/modules/billing/actions/drafts.ts";
import { recordPayment } from "../src/modules/billing/actions/payments.ts";
import { detailsOf, drawPdf } from "../src/modules/billing/issue/document.ts";
import { createContact, createSite } from "../src/modules/companies/index.ts";
import { logInteraction } from "../src/modules/journal/actions.ts";
import { categoryActions } from "../src/modules/tickets/actions/lists.ts";
import { perform } from "../src/platform/action.ts";
import { reading } from "../src/platform/context.ts";
import { translateDatabaseError } from "../src/platform/database/failures.ts";
import type { TableName } from "../src/platform/database/tables.ts";
import { Failure } from "../src/platform/errors.ts";
import { FileMissing } from "../src/platform/files/store.ts";
import { type BillingWorld, billingWorld } from "./support/billing.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** What an input names is looked up; when the database goes away meanwhile, that does not mean that it is not there. */

setDefaultTimeout(120_000);

let t: TestProgram;
let world: BillingWorld;

beforeAll(async () => {
  t = await startTestProgram();
  world = await billingWorld(t);
});
afterAll(() => t.close());

/** Units of work in which no record of this table can be looked up: the connection is lost just then. */
async function awayAt<T>(table: TableName, run: () => Promise<T>): Promise<T> {
  const { write } = t.app.database;
  const losing: KyselyPlugin = {
    transformQuery: ({ node }) => {
      const froms = SelectQueryNode.is(node) ? (node.from?.froms ?? []) : [];
      if (froms.some((from) => TableNode.is(from) && from.table.identifier.name === table))
        throw new Error("Connection terminated unexpectedly");
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  t.app.database.write = (tenantId, work) => write(tenantId, (db, later) => work(db.withPlugin(losing), later));
  try {
    return await run();
  } finally {
    t.app.database.write = write;
  }
}

/** How it ends: what becomes of a failure as the databases' own words are told. */
async function told(run: Promise<unknown>): Promise<unknown> {
  try {
    await run;
    return "done";
  } catch (error) {
    const failure = translateDatabaseError(error);
    return failure instanceof Failure ? failure.status : failure;
  }
}

/** Looked up by each of these in a table. */
const cases: [name: string, table: TableName, run: () => Promise<() => Promise<unknown>>][] = [
  [
    "a contact's site",
    "sites",
    async () => {
      const { id: company_id } = await world.company("Sited");
      const site = await perform(world.admin, createSite, { company_id, name: "Head office" });
      return () => perform(world.admin, createContact, { company_id, first_name: "Ada", site_id: site.id });
    },
  ],
  [
    "the contact of a call, whose company follows from it",
    "contacts",
    async () => {
      const { id: company_id } = await world.company("Called");
      const { id } = await perform(world.admin, createContact, { company_id, first_name: "Ada" });
      return () =>
        perform(world.admin, logInteraction, { interaction_type: "call", subject: "A call", contact_id: id });
    },
  ],
  [
    "those who took part in a call",
    "users",
    async () => {
      const { id: company_id } = await world.company("Talked");
      const user_ids = [String(world.finance.actor.user_id)];
      return () =>
        perform(world.admin, logInteraction, { interaction_type: "call", subject: "A call", company_id, user_ids });
    },
  ],
  [
    "the invoice that is paid",
    "invoices",
    async () => {
      const { id: invoice_id } = await world.approved();
      return () => perform(world.finance, recordPayment, { invoice_id, amount: "10", payment_method: "check" });
    },
  ],
  [
    "the company whose time is billed",
    "companies",
    async () => {
      const { id: company_id } = await world.company("Timed");
      await world.time(company_id, "2026-11-10", 60, { work_type_id: world.onsite });
      return () => perform(world.finance, generateFromTime, { company_id, from: "2026-11-01", to: "2026-11-20" });
    },
  ],
  [
    "the company of a new draft",
    "companies",
    async () => {
      const { id: company_id } = await world.company("Drafted");
      return () => perform(world.finance, createInvoice, { company_id });
    },
  ],
  [
    "whom an invoice is for",
    "contacts",
    async () => {
      const { id, company_id } = await world.draft();
      const contact = await perform(world.admin, createContact, { company_id, first_name: "Ada" });
      return () => perform(world.finance, updateInvoice, { id, billing_contact_id: contact.id });
    },
  ],
  [
    "the category above another one",
    "ticket_categories",
    async () => {
      const above = await perform(world.admin, categoryActions.create, { name: "Hardware" });
      return () => perform(world.admin, categoryActions.create, { name: "Printers", parent_category_id: above.id });
    },
  ],
];

for (const [name, table, prepared] of cases)
  test(`${name}: while the database is away that is said, and not that it does not exist`, async () => {
    const run = await prepared();
    expect(await told(awayAt(table, run))).toBe(503);
    expect(await told(run())).toBe("done");
  });

test("the logo of a document: while it cannot be read the document waits, and where it is lost it goes out without one", async () => {
  const invoice = await world.approved();
  const details = await reading(world.finance, (ctx) => detailsOf(ctx, invoice));
  const { get } = t.app.files;
  const drawn = async (error: Error): Promise<unknown> => {
    t.app.files.get = async () => {
      throw error;
    };
    try {
      return await told(drawPdf(world.finance, { ...details, logo_sha256: "0".repeat(64) }));
    } finally {
      t.app.files.get = get;
    }
  };
  expect(await drawn(Object.assign(new Error("i/o error"), { code: "EIO" }))).toBe(503);
  expect(await drawn(new FileMissing("0".repeat(64)))).toBe("done");
});
