import { can } from "../../../platform/access/actor.ts";
import { find } from "../../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
import { button, cell, facts, link, words } from "../../../platform/http/pages/cells.ts";
import { formFailure } from "../../../platform/http/forms/model.ts";
import { listAnswer } from "../../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, redirect, response, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { formatPrice } from "../../../platform/money.ts";
import { approveInvoice } from "../actions/approve.ts";
import { deleteDraft } from "../actions/drafts.ts";
import { rebuildDraft } from "../actions/generate.ts";
import { deleteLine, moveLine } from "../actions/lines.ts";
import { sendInvoice } from "../actions/send.ts";
import { voidInvoice } from "../actions/void.ts";
import { evidenceOf } from "../evidence.ts";
import { invoicePdfResponse } from "../issue/document.ts";
import { invoiceList } from "../lists.ts";
import type { InvoiceRow } from "../schema.ts";
import { showInvoice } from "./show.ts";
import { timeSection } from "./time-section.ts";
import { quantityText } from "../quantity.ts";

const home = (incoming: Incoming): string => `/invoices/${incoming.params["id"] ?? ""}`;

/** One line: what it says, where its amount comes from, the time behind it. */
async function showLine(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const line = await find(ctx, "invoice_lines", incoming.params["line_id"] ?? "");
  const invoice = await find(ctx, "invoices", line.invoice_id);
  const at = `/invoices/${invoice.id}/lines/${line.id}`;
  const isOpen = invoice.status === "draft" && can(ctx.actor, "billing.write");
  const time = await timeSection(ctx, [line]);
  const model: RecordPageModel = {
    header: {
      title: line.description,
      subtitle: "",
      breadcrumbs: [
        { label: t("Invoices"), href: "/invoices" },
        { label: invoice.invoice_number ?? t("Draft invoice"), href: `/invoices/${invoice.id}` },
      ],
      badges: [{ text: words(line.line_type), tone: "neutral" }],
      actions: isOpen
        ? [
            button(t("Move up"), `${at}/move/up`, "arrow-up"),
            button(t("Move down"), `${at}/move/down`, "arrow-down"),
            button(
              t("Remove"),
              `${at}/delete`,
              "trash",
              "danger",
              t("Remove this line? What it bills can be billed again."),
            ),
            link(t("Edit"), `${at}/edit`, "pencil", "primary"),
          ]
        : [],
    },
    stats: [],
    tabs: [],
    sections: time === null ? [] : [time],
    facts: [
      facts(t("Line"), [
        [t("Quantity"), cell.number(quantityText(line))],
        [t("Price"), cell.text(formatPrice(line.unit_price, line.currency, ctx.tenant.locale))],
        [t("Amount"), cell.money(line.total, line.currency, ctx.tenant)],
        [t("Taxable"), cell.check(line.is_taxable)],
      ]),
      facts(
        t("Where it comes from"),
        evidenceOf(line, ctx.tenant).map(
          (sentence, index) => [index === 0 ? t("Because") : t("And"), cell.text(sentence)] as const,
        ),
      ),
    ],
    notes: "",
    attachments: [],
  };
  return page("records/show", line.description, model);
}

type Said = string | ((result: unknown) => string);

/**
 * A button that changes an invoice or one of its lines, and says on the invoice's page how it went. The button carries the
 * version that was shown, so nobody approves what somebody else has changed meanwhile.
 */
function invoiceButton(
  path: string,
  action: AnyAction,
  said: Said,
  given: { target?: string; to?: string } = {},
): Route {
  return {
    method: "POST",
    path: `/invoices/:id/${path}`,
    door: "staff",
    permission: action.permission,
    handle: async (ctx, incoming) => {
      const { params, url } = incoming;
      const version = Number(url.searchParams.get("version") ?? "");
      try {
        const result = await perform(ctx, action, {
          id: params[given.target ?? "id"],
          ...(params["direction"] === undefined ? {} : { direction: params["direction"] }),
          ...(version > 0 ? { version } : {}),
        });
        return redirect(given.to ?? home(incoming), typeof said === "string" ? said : said(result));
      } catch (error) {
        return redirect(home(incoming), formFailure(error).message, "error");
      }
    },
  };
}

export const invoicePages: Route[] = [
  {
    method: "GET",
    path: "/invoices",
    door: "staff",
    permission: "billing.read",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, invoiceList),
  },
  { method: "GET", path: "/invoices/:id", door: "staff", permission: "billing.read", handle: showInvoice },
  {
    method: "GET",
    path: "/invoices/:id/pdf",
    door: "staff",
    permission: "billing.read",
    isOutsideRead: true,
    handle: async (ctx, incoming) => response(await invoicePdfResponse(ctx, incoming.params["id"] ?? "")),
  },
  { method: "GET", path: "/invoices/:id/lines/:line_id", door: "staff", permission: "billing.read", handle: showLine },
  invoiceButton("lines/:line_id/move/:direction", moveLine, "Line moved.", { target: "line_id" }),
  invoiceButton("lines/:line_id/delete", deleteLine, "Line removed.", { target: "line_id" }),
  invoiceButton("approve", approveInvoice, (result) =>
    t("Approved as {invoice_number}. Send it now.", { invoice_number: (result as InvoiceRow).invoice_number ?? "" }),
  ),
  invoiceButton("void", voidInvoice, "The invoice is void."),
  invoiceButton("rebuild", rebuildDraft, "The draft is built again from contract and time."),
  invoiceButton("delete", deleteDraft, "Draft deleted.", { to: "/invoices" }),
  {
    method: "POST",
    path: "/invoices/:id/send",
    door: "staff",
    permission: "billing.write",
    handle: async (ctx, incoming) => {
      try {
        await sendInvoice(ctx, incoming.params["id"] ?? "");
        return redirect(home(incoming), t("The invoice is on its way."));
      } catch (error) {
        return redirect(home(incoming), formFailure(error).message, "error");
      }
    },
  },
];
