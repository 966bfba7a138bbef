import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { columnField, field, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { formRoutes } from "../../../platform/http/forms/page.ts";
import { companyOptions, contactOptions, optionsOf } from "../../../platform/http/forms/options.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FieldModel, FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { fromMinor } from "../../../platform/money.ts";
import { createInvoice, updateInvoice } from "../actions/drafts.ts";
import { writtenTypeOptions, writtenTypes } from "../actions/line-fields.ts";
import { addLine, updateLine } from "../actions/lines.ts";
import { recordPayment } from "../actions/payments.ts";
import { todayOf } from "../drafts/write.ts";
import { invoiceLines, invoices, payments } from "../schema.ts";

type Typed = FormValues | null;

const crumbs = [{ label: "Invoices", href: "/invoices" }];
const i = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
  columnField(invoices, name, given);

async function newForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const companyId = incoming.url.searchParams.get("company_id") ?? "";
  return formModel({
    action: "/invoices/new",
    values: typed ?? { company_id: companyId, invoice_date: todayOf(ctx) },
    failure,
    submit_label: t("Create draft"),
    cancel_url: companyId === "" ? "/invoices" : `/companies/${companyId}`,
    sections: [
      {
        title: t("Invoice"),
        hint: t("Lines are added next. Terms, currency and tax come from the company."),
        fields: [
          i("company_id", {
            options: await companyOptions(ctx, companyId),
          }),
          i("invoice_date"),
          i("po_number"),
          i("notes", { span: 6, label: t("Notes on the invoice") }),
        ],
      },
    ],
  });
}

async function editForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const row = await find(ctx, "invoices", incoming.params["id"] ?? "");
  return formModel({
    action: `/invoices/${row.id}/edit`,
    values: typed ?? rowValues(invoices, row),
    version: row.version,
    failure,
    submit_label: t("Save changes"),
    cancel_url: `/invoices/${row.id}`,
    sections: [
      {
        title: t("Invoice"),
        fields: [
          i("invoice_date"),
          i("payment_terms", { hint: t("The due date follows from it.") }),
          i("billing_contact_id", {
            options: await contactOptions(ctx, row.company_id, t("The company's billing contact"), [
              row.billing_contact_id,
            ]),
          }),
          i("po_number"),
          i("tax_rate_id", {
            options: await optionsOf(ctx, "tax_rates", { blank: t("No tax"), keep: row.tax_rate_id }),
          }),
          i("discount_amount", { prefix: row.currency, hint: t("Taken off the whole invoice, before tax.") }),
        ],
      },
      {
        title: t("Notes"),
        fields: [
          i("notes", { span: 6, label: t("Notes on the invoice") }),
          i("internal_notes", { span: 6, label: t("Notes for the team") }),
        ],
      },
    ],
  });
}

const l = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
  columnField(invoiceLines, name, given);

function lineFieldModels(isWritten: boolean, currency: string): FieldModel[] {
  return [
    l("description", { span: 6 }),
    ...(isWritten ? [l("line_type", { options: writtenTypeOptions(), is_required: false })] : []),
    l("quantity", { is_required: true }),
    l("unit_price", { prefix: currency, hint: isWritten ? t("With a minus for a discount or a credit.") : "" }),
    l("is_taxable"),
  ];
}

async function newLineForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const invoice = await find(ctx, "invoices", incoming.params["id"] ?? "");
  return formModel({
    action: `/invoices/${invoice.id}/lines/new`,
    values: typed ?? { line_type: "service", quantity: "1", is_taxable: true },
    failure,
    submit_label: t("Add line"),
    cancel_url: `/invoices/${invoice.id}`,
    sections: [{ title: "", fields: lineFieldModels(true, invoice.currency) }],
  });
}

async function editLineForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const line = await find(ctx, "invoice_lines", incoming.params["line_id"] ?? "");
  const isWritten = (writtenTypes as readonly string[]).includes(line.line_type) && line.billing_key === null;
  return formModel({
    action: `/invoices/${line.invoice_id}/lines/${line.id}/edit`,
    values: typed ?? rowValues(invoiceLines, line),
    version: line.version,
    failure,
    submit_label: t("Save line"),
    cancel_url: `/invoices/${line.invoice_id}/lines/${line.id}`,
    sections: [{ title: "", fields: lineFieldModels(isWritten, line.currency) }],
  });
}

async function paymentForm(ctx: Ctx, incoming: Incoming, typed: Typed, failure: Failure | null): Promise<FormModel> {
  const invoice = await find(ctx, "invoices", incoming.params["id"] ?? "");
  const p = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(payments, name, given);
  return formModel({
    action: `/invoices/${invoice.id}/payment`,
    values: typed ?? {
      amount: fromMinor(invoice.balance_due, invoice.currency),
      payment_method: "check",
      payment_date: todayOf(ctx),
    },
    version: invoice.version,
    failure,
    submit_label: t("Record payment"),
    cancel_url: `/invoices/${invoice.id}`,
    sections: [
      {
        title: t("Payment for {invoice_number}", { invoice_number: invoice.invoice_number ?? t("a draft") }),
        hint: t("A part of the balance may be paid; the client gets a receipt by mail."),
        fields: [
          p("amount", { prefix: invoice.currency }),
          p("payment_date"),
          p("payment_method"),
          p("reference_number"),
          field("notes", t("Notes"), { kind: "textarea", span: 6, max_length: 2000 }),
        ],
      },
    ],
  });
}

const toInvoice = (id: string, text: string): ReturnType<typeof redirect> => redirect(`/invoices/${id}`, text);
const idFrom = (incoming: Incoming): string => incoming.params["id"] ?? "";
const permission = "billing.write";

/** Forms that make and change drafts and their lines, and that record payments. */
export const formPages: Route[] = [
  ...formRoutes({
    path: "/invoices/new",
    permission,
    action: createInvoice,
    title: () => t("New invoice"),
    form: newForm,
    breadcrumbs: crumbs,
    done: (result) => toInvoice((result as { id: string }).id, t("Draft created. Add its lines now.")),
  }),
  ...formRoutes({
    path: "/invoices/:id/edit",
    permission,
    action: updateInvoice,
    title: () => t("Edit draft"),
    form: editForm,
    extra: (incoming) => ({ id: idFrom(incoming) }),
    breadcrumbs: crumbs,
    done: (_, incoming) => toInvoice(idFrom(incoming), t("Changes saved.")),
  }),
  ...formRoutes({
    path: "/invoices/:id/lines/new",
    permission,
    action: addLine,
    title: () => t("Add a line"),
    form: newLineForm,
    extra: (incoming) => ({ invoice_id: idFrom(incoming) }),
    breadcrumbs: crumbs,
    done: (_, incoming) => toInvoice(idFrom(incoming), t("Line added.")),
  }),
  ...formRoutes({
    path: "/invoices/:id/lines/:line_id/edit",
    permission,
    action: updateLine,
    title: () => t("Edit line"),
    form: editLineForm,
    extra: (incoming) => ({ id: incoming.params["line_id"] }),
    breadcrumbs: crumbs,
    done: (_, incoming) => toInvoice(idFrom(incoming), t("Line saved.")),
  }),
  ...formRoutes({
    path: "/invoices/:id/payment",
    permission,
    action: recordPayment,
    title: () => t("Record payment"),
    form: paymentForm,
    extra: (incoming) => ({ invoice_id: idFrom(incoming) }),
    breadcrumbs: crumbs,
    done: (_, incoming) => toInvoice(idFrom(incoming), t("Payment recorded.")),
  }),
];
