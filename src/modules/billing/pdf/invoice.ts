import { shownHours } from "../../../platform/decimal.ts";
import { inLanguage, languageOf, t } from "../../../platform/language/index.ts";
import { bytesOf, openDocument, paperFor } from "../../../platform/pdf/document.ts";
import { type Flow, keepTogether, onEveryPage, startFlow } from "../../../platform/pdf/flow.ts";
import { drawTable, heightOfFirst, layTable, type TableColumn } from "../../../platform/pdf/table.ts";
import { drawRight, drawText } from "../../../platform/pdf/text.ts";
import { drawFoot, footHeight, footLines } from "./foot.ts";
import { drawHead } from "./head.ts";
import { margins, tableLook, text } from "./look.ts";
import type { InvoicePdfModel } from "./model.ts";
import { drawNotes, laySettlement } from "./settlement.ts";
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
  const paper = startFlow(document, margins);
  const foot = footLines(paper, model.footer ?? null);
  const flow = { ...paper, bottom: paper.bottom - footHeight(foot) };
  drawHead(flow, model);
  const settlement = laySettlement(flow, model);
  drawLines(flow, model, settlement.height);
  settlement.draw();
  drawNotes(flow, model);
  if (model.time.length > 0) drawTime(flow, model);
  const label = `${model.letterhead.name}  ·  ${name}`;
  onEveryPage(flow, (page, pages) => drawFoot(flow, foot, [label, t("Page {page} of {pages}", { page, pages })]));
  return bytesOf(document);
}

/** What is charged; the last line has the sums below it. */
function drawLines(flow: Flow, model: InvoicePdfModel, below: number): void {
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
  drawTable(flow, layTable(flow, columns, rows, tableLook), below);
}

/** The work behind the invoice: below it where some of it fits, else on a new page. */
function drawTime(flow: Flow, model: InvoicePdfModel): void {
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
  const table = layTable(flow, columns, rows, tableLook);
  const [before, after, sum] = [32, 14, 8 + text.strong.leading];
  keepTogether(flow, before + text.sender.leading + after + heightOfFirst(table, 2) + sum);
  if (flow.y > flow.top) flow.y += before;
  drawText(flow.document, t("Time details"), flow.left, flow.y, text.sender);
  flow.y += text.sender.leading + after;
  drawTable(flow, table, sum);
  const minutes = model.time.reduce((total, row) => total + row.minutes, 0);
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
