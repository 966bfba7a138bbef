import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld } from "../../../tests/support/billing.ts";
import { makeStaff } from "../../../tests/support/people.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { storeUploads } from "../../platform/files/files.ts";
import { sendInvoiceAction } from "../billing/actions/send.ts";

/** What may be done with many records over the API, and what may not. */

let t: TestProgram;
let w: BillingWorld;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const start = (attributes: object): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/bulk", { key, body: { data: { type: "bulk_runs", attributes } } });

/** The names of the files that the mails about an invoice carry. */
const attachedTo = (invoiceId: string): Promise<string[]> =>
  reading(t.harbor.system, async ({ db }) => {
    const rows = await db
      .selectFrom("mails")
      .innerJoin("mail_attachments", "mail_attachments.mail_id", "mails.id")
      .innerJoin("files", "files.id", "mail_attachments.file_id")
      .select("files.file_name")
      .where("mails.entity_id", "=", invoiceId)
      .execute();
    return rows.map(({ file_name }) => file_name);
  });

describe("over the API", () => {
  test("nothing is done with many records but what says that it may be", async () => {
    const { id } = await makeStaff(t.harbor, "technician");
    for (const action of ["staff.deactivate", "oauth.rotate_secret", "imports.apply", "companies.delete", "no.such"]) {
      const { status, body } = await start({ action, ids: [id] });
      expect({ action, status, errors: body.errors }).toMatchObject({
        action,
        status: 422,
        errors: [{ code: "not_found", source: { pointer: "/data/attributes/action" } }],
      });
    }
  });

  test("many invoices are sent, each with its own document", async () => {
    const invoices = [await w.approved(), await w.approved()];
    const { status, body } = await start({ action: "billing.send", ids: invoices.map(({ id }) => id) });
    expect([status, body.data.attributes.items]).toEqual([
      201,
      invoices.map(({ id }) => ({ id, outcome: "done", reason: "" })),
    ]);
    for (const { id, invoice_number } of invoices) expect(await attachedTo(id)).toEqual([`${invoice_number}.pdf`]);
  });

  test("nobody names the bytes of a file as what is sent", async () => {
    const invoice = await w.approved();
    const bytes = new TextEncoder().encode("anything");
    const [foreign] = await storeUploads(w.admin, [{ name: "foreign.pdf", type: "application/pdf", bytes }]);
    const file = { ...foreign, name: "invoice.pdf", size: 1 };
    await start({ action: "billing.send", ids: [invoice.id], input: { version: invoice.version, file } });
    expect(await attachedTo(invoice.id)).not.toContain("invoice.pdf");
    // Nor by any other door: what has been stored is not a thing that JSON can say.
    await expect(
      perform(w.admin, sendInvoiceAction, { id: invoice.id, version: invoice.version + 1, file }),
    ).rejects.toMatchObject({ status: 422, problems: [{ field: "file" }] });
  });
});
