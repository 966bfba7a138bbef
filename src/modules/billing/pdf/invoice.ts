import { shownHours } from "../../../platform/decimal.ts";
import { inLanguage, languageOf, t } from "../../../platform/language/index.ts";
import { bytesOf, openDocument, paperFor } from "../../../platform/pdf/document.ts";
import { breakPage, drawRule, type Flow, onEveryPage, startFlow } from "../../../platform/pdf/flow.ts";
import { drawTable, type TableColumn } from "../../../platform/pdf/table.ts";
import { drawRight, drawText } from "../../../platform/pdf/text.ts";
import { drawHead } from "./head.ts";
import { hairline, margins, tableLook, text } from "./look.ts";
import type { InvoicePdfModel } from "./model.ts";
import { drawNotes, drawSettlement } from "./settlement.ts";
import { shownDate, shownMoney, shownPrice, shownQuantity } from "./words.ts";

/**
 * The invoice as a PDF, A4 or Letter by the sender's country (else the client's). The same model gives the same bytes.
 * A logo that cannot be drawn is left out.
 */
export function invoicePdf(model: InvoicePdfModel): Promise<Uint8Array> {
  return inLanguage(languageOf(model.locale), model.locale, () => drawInvoice(model));
}

async function drawInvoice(model: InvoicePdfModel): Promise<Uint8Array> {
  const name =
    model.invoice_number === null
      ? t("Draft invoice")
      : t("Invoice {invoice_number}", { invoice_number: model.invoice_number });
  const document = await openDocument({
    paper: paperFor(model.letterhead.address?.country ?? model.bill_to.address?.country ?? null),
    title: name,
    author: model.letterhead.name,
    created_at: model.issued_at,
    language: model.locale,
  });
  const flow = startFlow(document, margins);
  drawHead(flow, model);
  drawLines(flow, model);
  drawSettlement(flow, model);
  drawNotes(flow, model);
  if (model.time.length > 0) drawTime(flow, model);
  onEveryPage(flow, (page, pages) => drawFooter(flow, `${model.letterhead.name}  ·  ${name}`, page, pages));
  return bytesOf(document);
}

function drawLines(flow: Flow, model: InvoicePdfModel): void {
  const columns: TableColumn[] = [
    { heading: t("Description"), width: null, align: "left", style: text.body },
    { heading: t("Quantity"), width: 58, align: "right", style: text.figure },
    { heading: t("Unit price"), width: 78, align: "right", style: text.figure },
    { heading: t("Amount"), width: 84, align: "right", style: text.figure },
  ];
  const rows = model.lines.map((line) => [
    line.description,
    `${shownQuantity(line.quantity, line.is_hours, model.locale)}${line.is_hours ? " h" : ""}`,
    shownPrice(line.unit_price, model),
    shownMoney(line.total, model),
  ]);
  drawTable(flow, columns, rows, tableLook);
}

/** The work behind the invoice, on pages of its own. */
function drawTime(flow: Flow, model: InvoicePdfModel): void {
  breakPage(flow);
  drawText(flow.document, t("Time details"), flow.left, flow.y, text.sender);
  flow.y += text.sender.leading + 14;
  const columns: TableColumn[] = [
    { heading: t("Date"), width: 70, align: "left", style: text.figure },
    { heading: t("Ticket"), width: 110, align: "left", style: text.body },
    { heading: t("Work done"), width: null, align: "left", style: text.body },
    { heading: t("Technician"), width: 80, align: "left", style: text.soft },
    { heading: t("Hours"), width: 40, align: "right", style: text.figure },
  ];
  const rows = model.time.map((row) => [
    shownDate(row.date, model.locale),
    row.ticket ?? "",
    row.notes,
    row.technician ?? "",
    shownQuantity(shownHours(row.minutes), true, model.locale),
  ]);
  drawTable(flow, columns, rows, tableLook);
  const minutes = model.time.reduce((sum, row) => sum + row.minutes, 0);
  if (flow.y + 8 + text.strong.leading > flow.bottom) breakPage(flow);
  flow.y += 8;
  drawText(flow.document, t("Total hours"), flow.left, flow.y, text.strong);
  drawRight(
    flow.document,
    shownQuantity(shownHours(minutes), true, model.locale),
    flow.right,
    flow.y,
    text.strongFigure,
  );
}

function drawFooter(flow: Flow, label: string, page: number, pages: number): void {
  const y = flow.bottom + 20;
  drawRule(flow.document, flow.left, flow.right, y - 6, hairline);
  drawText(flow.document, label, flow.left, y, text.small);
  drawRight(flow.document, t("Page {page} of {pages}", { page, pages }), flow.right, y, text.small);
}
