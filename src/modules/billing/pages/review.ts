import { can } from "../../../platform/access/actor.ts";
import { reach } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { field, formModel } from "../../../platform/http/forms/model.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { BillingRunModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { isId } from "../../../platform/ids.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { log } from "../../../platform/log.ts";
import { formatMoney } from "../../../platform/money.ts";
import { approveInvoice } from "../actions/approve.ts";
import { sendInvoice } from "../actions/send.ts";
import { type InvoiceListRow, invoiceColumns, invoiceRows } from "../lists.ts";
import { canApprove, type DraftProblem } from "../rules/problems.ts";

const title = declared("Approve and send");
const crumbs = [{ label: "Invoices", href: "/invoices" }];
const most = 500;

const isReady = (row: InvoiceListRow): boolean =>
  row.status === "pending" || canApprove(row.problems as unknown as DraftProblem[]);

/** Everything that waits to be approved or sent: what is ready to tick, and what needs somebody first. */
async function showReview(ctx: Ctx): Promise<Answer> {
  // Found first and named then, as on the dashboard.
  const waits = reach(ctx, "invoices").select("invoices.id").where("invoices.status", "in", ["draft", "pending"]);
  const rows = await invoiceRows(ctx)
    .where("invoices.id", "in", waits)
    .orderBy("companies.name")
    .orderBy("invoices.id")
    .limit(most)
    .execute();
  const ready = rows.filter(isReady);
  const waiting = rows.filter((row) => !isReady(row));
  const model: BillingRunModel = {
    header: { title: t(title), subtitle: "", breadcrumbs: crumbs, badges: [], actions: [] },
    stats: [],
    sections: waiting.length === 0 && ready.length > 0 ? [] : [attention(ctx, waiting)],
    form:
      ready.length === 0
        ? null
        : formModel({
            action: "/billing/review",
            submit_label: t("Continue"),
            cancel_url: "/invoices",
            sections: [
              {
                title: t("Ready"),
                hint: t("Untick what is to wait. Drafts get their numbers in this order."),
                fields: [
                  {
                    ...field("invoices", t("Invoices"), { kind: "checkboxes", span: 6 }),
                    options: ready.map((row) => ({
                      value: row.id,
                      label: `${row.company}, ${formatMoney(row.total, row.currency, ctx.tenant.locale)}`,
                      hint: hintOf(row),
                      is_selected: true,
                    })),
                  },
                  field("step", t("What to do"), {
                    kind: "radio",
                    span: 6,
                    value: "approve",
                    options: [
                      { value: "approve", label: t("Approve only") },
                      { value: "send", label: t("Approve and send by mail") },
                    ],
                  }),
                ],
              },
            ],
          }),
  };
  return page("billing/run", t(title), model);
}

const hintOf = (row: InvoiceListRow): string =>
  [row.invoice_number ?? t("Draft"), row.contract].filter((part) => part !== null).join(" · ");

function attention(ctx: Ctx, rows: readonly InvoiceListRow[]): SectionModel {
  const columns = invoiceColumns.filter(({ key }) =>
    ["invoice_number", "company", "contract", "status", "total"].includes(key),
  );
  return {
    id: "attention",
    title: t("Needs attention first"),
    actions: [],
    table: tableModel(
      ctx,
      {
        title: t("Drafts with problems"),
        table: "invoices",
        columns,
        href: (row: InvoiceListRow) => `/invoices/${row.id}`,
      },
      rows,
      "company",
      null,
    ),
    empty: empty(
      "check-circle",
      t("Nothing waits"),
      t("Every invoice is approved and sent."),
      link(t("Billing run"), "/billing/run", "refresh", "primary"),
    ),
    more_url: "",
    more_label: "",
  };
}

interface Outcome {
  id: string;
  label: string;
  text: string;
  is_done: boolean;
}

/** Approves, and sends when asked, one invoice after the other: each stands for itself, and says how it went. */
async function goOn(ctx: Ctx, row: InvoiceListRow, isSending: boolean): Promise<Outcome> {
  let label = row.invoice_number ?? t("Draft");
  const done: string[] = [];
  try {
    if (row.status === "draft") {
      const approved = await perform(ctx, approveInvoice, { id: row.id });
      label = approved.invoice_number ?? label;
      done.push(t("Approved"));
    }
    if (isSending) {
      await sendInvoice(ctx, row.id);
      done.push("sent");
    }
    return { id: row.id, label: `${label}, ${row.company}`, text: done.join(" and "), is_done: true };
  } catch (error) {
    if (!(error instanceof Failure))
      log.error("an invoice could not be approved or sent", { invoice: row.id, error: String(error) });
    const why = error instanceof Failure ? error.message : t("Something went wrong; the log says more.");
    return { id: row.id, label: `${label}, ${row.company}`, text: [...done, why].join(". "), is_done: false };
  }
}

function outcomePage(outcomes: readonly Outcome[], ctx: Ctx): Answer {
  const model: BillingRunModel = {
    header: {
      title: t(title),
      subtitle: t("{done} of {count} done", {
        done: outcomes.filter((one) => one.is_done).length,
        count: outcomes.length,
      }),
      breadcrumbs: crumbs,
      badges: [],
      actions: [link(t("All invoices"), "/invoices", "invoice", "primary")],
    },
    stats: [],
    sections: [
      {
        id: "outcomes",
        title: t("What was done"),
        actions: [],
        table: tableModel<Outcome>(
          ctx,
          {
            title: t("What was done"),
            table: "outcomes",
            href: (row) => `/invoices/${row.id}`,
            columns: [
              { key: "label", label: t("Invoice"), cell: (row) => cell.strong(row.label, `/invoices/${row.id}`) },
              {
                key: "state",
                label: t("State"),
                cell: (row) => (row.is_done ? cell.badge(t("Done"), "success") : cell.badge(t("Not done"), "error")),
              },
              { key: "text", label: t("What happened"), cell: (row) => cell.text(row.text) },
            ],
          },
          outcomes,
          "label",
          null,
        ),
        empty: empty(
          "invoice",
          t("Nothing was chosen"),
          t("Tick the invoices that are to be approved."),
          link(t("Back"), "/billing/review", "arrow-left"),
        ),
        more_url: "",
        more_label: "",
      },
    ],
    form: null,
  };
  return page("billing/run", t(title), model);
}

export const reviewPages: Route[] = [
  { method: "GET", path: "/billing/review", door: "staff", permission: "billing.approve", handle: showReview },
  {
    method: "POST",
    path: "/billing/review",
    door: "staff",
    permission: "billing.approve",
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const ids = [fields["invoices"] ?? []].flat().filter(isId).slice(0, most);
      const isSending = fields["step"] === "send" && can(ctx.actor, "billing.write");
      const rows =
        ids.length === 0
          ? []
          : await reading(ctx, (reader) =>
              invoiceRows(reader)
                .where("invoices.id", "in", ids)
                .where("invoices.status", "in", ["draft", "pending"])
                .orderBy("companies.name")
                .orderBy("invoices.id")
                .execute(),
            );
      const outcomes: Outcome[] = [];
      for (const row of rows) outcomes.push(await goOn(ctx, row, isSending));
      return outcomePage(outcomes, ctx);
    },
  },
];
