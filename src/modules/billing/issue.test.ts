import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld } from "../../../tests/support/billing.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { find } from "../../platform/access/reach.ts";
import { inUnit, reading } from "../../platform/context.ts";
import type { PortalRole } from "../../platform/module.ts";
import { updateCompany } from "../companies/index.ts";
import { changeGateway } from "../payments/index.ts";
import { inviteContact, revokeContact } from "../portal/index.ts";
import { approveInvoice } from "./actions/approve.ts";
import { createInvoice } from "./actions/drafts.ts";
import { recordPayment } from "./actions/payments.ts";
import { sendInvoice } from "./actions/send.ts";
import { voidInvoice } from "./actions/void.ts";
import { issuedOf } from "./issue/details.ts";
import { invoicePdfResponse } from "./issue/document.ts";
import type { InvoiceRow } from "./schema.ts";

let t: TestProgram;
let w: BillingWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
});
afterAll(() => t.close());

const pdf = async (id: string): Promise<Buffer> =>
  Buffer.from(await (await invoicePdfResponse(w.finance, id)).arrayBuffer());

/** The texts of an invoice's mails, sent once after each of these changes. */
async function mailsOf(invoice: InvoiceRow, changes: (() => Promise<unknown>)[]): Promise<string[]> {
  for (const change of changes) {
    await change();
    t.clock.advance(1000);
    await sendInvoice(w.finance, invoice.id);
  }
  return (await w.mailsAbout(invoice.id)).map((mail) => mail.text_body);
}

/** Lets the billing contact of a company into the portal; returns the contact's id. */
async function giveAccess(companyId: string, role: PortalRole = "client_admin"): Promise<string> {
  const { id, role_id } = await reading(w.admin, async ({ db }) => ({
    ...(await db.selectFrom("contacts").select("id").where("company_id", "=", companyId).executeTakeFirstOrThrow()),
    role_id: (await db.selectFrom("roles").select("id").where("role_key", "=", role).executeTakeFirstOrThrow()).id,
  }));
  await perform(w.admin, inviteContact, { id, role_id });
  return id;
}

const setOrganization = (values: object): Promise<unknown> =>
  inUnit(t.harbor.system, ({ db }) => db.updateTable("organizations").set(values).execute());

const setGateway = (is_active: boolean): Promise<unknown> =>
  changeGateway(w.admin, { secret_key: "sk_test_harbor", is_active });

describe("approval", () => {
  test("gives numbers without a gap, whatever fails in between", async () => {
    const first = await w.approved();
    const empty = await perform(w.finance, createInvoice, { company_id: first.company_id });
    await expect(perform(w.finance, approveInvoice, { id: empty.id })).rejects.toMatchObject({
      status: 409,
      code: "draft_problems",
    });
    const others = await Promise.all([w.draft(), w.draft(), w.draft()]);
    const numbers = await Promise.all(
      others.map(async ({ id }) => (await perform(w.finance, approveInvoice, { id })).invoice_number),
    );
    const start = Number(first.invoice_number?.slice(4));
    expect(first.invoice_number).toMatch(/^INV-\d{6}$/);
    expect(numbers.toSorted()).toEqual([1, 2, 3].map((step) => `INV-${String(start + step).padStart(6, "0")}`));
  });

  test("happens once, also when two people click at the same moment", async () => {
    const invoice = await w.draft();
    const both = await Promise.allSettled([1, 2].map(() => perform(w.finance, approveInvoice, { id: invoice.id })));
    expect(both.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("refuses a version that somebody else has changed", async () => {
    const invoice = await w.draft();
    await expect(
      perform(w.finance, approveInvoice, { id: invoice.id, version: invoice.version + 5 }),
    ).rejects.toMatchObject({ status: 412 });
    expect((await w.invoice(invoice.id)).invoice_number).toBeNull();
  });

  test("of an invoice of zero makes it paid at once", async () => {
    const free = await w.approved("0");
    expect(free).toMatchObject({ status: "paid", total: 0, balance_due: 0, paid_at: t.clock.now() });
    expect(await sendInvoice(w.finance, free.id)).toMatchObject({ status: "paid", sent_at: t.clock.now() });
  });

  test("keeps the document as it is: the PDF has the same bytes after names change and money comes in", async () => {
    const invoice = await w.approved();
    const before = await pdf(invoice.id);
    expect(before.subarray(0, 5).toString()).toBe("%PDF-");
    await perform(w.admin, updateCompany, {
      id: invoice.company_id,
      name: "Renamed",
      is_tax_exempt: true,
      billing_address: { city: "Elsewhere" },
    });
    await perform(w.finance, recordPayment, { invoice_id: invoice.id, amount: "40.00", payment_method: "check" });
    t.clock.advance(86_400_000);
    expect((await pdf(invoice.id)).equals(before)).toBe(true);
  });
});

describe("sending", () => {
  test("mails the PDF, and again when asked again", async () => {
    const invoice = await w.approved("1234.50");
    const sent = await sendInvoice(w.finance, invoice.id);
    expect(sent).toMatchObject({ status: "sent", sent_at: t.clock.now() });
    const [mail] = await w.mailsAbout(invoice.id);
    expect(mail).toMatchObject({ subject: `Invoice ${invoice.invoice_number} from Harbor IT`, to_name: "Bea Books" });
    expect(mail?.text_body).toContain("$1,234.50");
    const attached = await reading(w.admin, (ctx) =>
      ctx.db
        .selectFrom("mail_attachments")
        .innerJoin("files", "files.id", "mail_attachments.file_id")
        .select(["files.file_name", "files.mime_type", "files.sha256"])
        .where("mail_attachments.mail_id", "=", mail?.id ?? "")
        .execute(),
    );
    expect(attached).toMatchObject([{ file_name: `${invoice.invoice_number}.pdf`, mime_type: "application/pdf" }]);
    expect(
      Buffer.from(await t.app.files.get(t.harbor.id, attached[0]?.sha256 ?? "")).equals(await pdf(invoice.id)),
    ).toBe(true);
    t.clock.advance(1000);
    await sendInvoice(w.finance, invoice.id);
    expect(await w.mailsAbout(invoice.id)).toHaveLength(2);
  });

  test("offers the portal to whoever can open it there, and to others the bank account", async () => {
    await setOrganization({ bank_details: "First Coastal Bank\nAccount 0009 8765 4321" });
    const invoice = await w.approved();
    const [stranger, reader, payer] = await mailsOf(invoice, [
      async () => {},
      () => giveAccess(invoice.company_id),
      () => setGateway(true),
    ]);
    const address = `http://harbor.test/portal/invoices/${invoice.id}`;
    expect(stranger).not.toContain("/portal/");
    expect(stranger).toContain("Account 0009 8765 4321");
    expect(reader).toContain(`View the invoice:\n${address}`);
    expect(reader).toContain("Account 0009 8765 4321");
    expect(payer).toContain(`View and pay the invoice:\n${address}`);
    expect(payer).not.toContain("Account 0009");
    await setOrganization({ bank_details: null });
  });

  test("tells who cannot get into the portal, where one pays, how to get there; the document offers it to nobody else either", async () => {
    await setGateway(true);
    const invoice = await w.approved();
    const [mail] = await mailsOf(invoice, [async () => {}]);
    expect(mail).toContain("Answer this mail");
    expect(mail).not.toContain("/portal/");
    const offers = async (id: string): Promise<boolean> =>
      reading(w.admin, async (ctx) => issuedOf(await find(ctx, "invoices", id))?.model.payment_url != null);
    expect(await offers(invoice.id)).toBe(false);
    const draft = await w.draft();
    await giveAccess(draft.company_id);
    await perform(w.finance, approveInvoice, { id: draft.id });
    expect(await offers(draft.id)).toBe(true);
    await setGateway(false);
  });

  test("takes somebody who may see no invoices, or is out again, for one who cannot open them", async () => {
    const invoice = await w.approved();
    const [plain, revoked] = await mailsOf(invoice, [
      () => giveAccess(invoice.company_id, "client_user"),
      async () => {
        const id = await giveAccess(invoice.company_id);
        await perform(w.admin, revokeContact, { id });
      },
    ]);
    for (const mail of [plain, revoked]) expect(mail).not.toContain("/portal/");
  });

  test("needs an approved invoice and somebody who receives it", async () => {
    const unapproved = await w.draft();
    await expect(sendInvoice(w.finance, unapproved.id)).rejects.toMatchObject({ status: 409, code: "not_issued" });
    const lonely = await w.approved("10.00", {}, null);
    await expect(sendInvoice(w.finance, lonely.id)).rejects.toMatchObject({ status: 422, code: "no_recipient" });
    expect(await w.invoice(lonely.id)).toMatchObject({ status: "pending", sent_at: null });
    expect(await w.mailsAbout(lonely.id)).toEqual([]);
  });
});

describe("voiding", () => {
  test("keeps the number, and is refused for drafts, twice, and after a payment", async () => {
    const invoice = await w.approved();
    const voided = await perform(w.finance, voidInvoice, { id: invoice.id });
    expect(voided).toMatchObject({ status: "void", invoice_number: invoice.invoice_number, balance_due: 0 });
    const refusal = (id: string) =>
      expect(perform(w.finance, voidInvoice, { id })).rejects.toMatchObject({ status: 409 });
    await refusal(invoice.id);
    await refusal((await w.draft()).id);
    const paid = await w.approved();
    await perform(w.finance, recordPayment, { invoice_id: paid.id, amount: "1.00", payment_method: "cash" });
    await refusal(paid.id);
    await expect(sendInvoice(w.finance, invoice.id)).rejects.toMatchObject({ status: 409 });
  });
});
