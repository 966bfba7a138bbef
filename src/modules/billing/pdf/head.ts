import { t } from "../../../platform/language/index.ts";
import type { Flow } from "../../../platform/pdf/flow.ts";
import { drawImage, isDrawable } from "../../../platform/pdf/image.ts";
import { drawRight, drawText, type TextStyle, widthOf, wrap } from "../../../platform/pdf/text.ts";
import { accentOf, text } from "./look.ts";
import type { InvoicePdfModel } from "./model.ts";
import { addressLines } from "../../../platform/address.ts";
import { shownDate } from "./words.ts";

/** The first page's head: who sends it on the left, what it is on the right, then who it is for and its dates. */
export function drawHead(flow: Flow, model: InvoicePdfModel): void {
  const middle = flow.left + (flow.right - flow.left) * 0.56;
  const senderEnd = drawSender(flow, model, middle - flow.left - 24);
  const titleEnd = drawTitle(flow, model);
  flow.y = Math.max(senderEnd, titleEnd) + 30;
  const clientEnd = drawClient(flow, model, middle - flow.left - 24);
  const factsEnd = drawFacts(flow, model, middle);
  flow.y = Math.max(clientEnd, factsEnd) + 28;
}

/** The logo is as large as this box allows. */
const logoBox = { width: 170, height: 52 };

function drawSender(flow: Flow, { letterhead, locale }: InvoicePdfModel, width: number): number {
  const { document, left } = flow;
  let y = flow.y;
  if (letterhead.logo !== null && isDrawable(letterhead.logo)) {
    y += drawImage(document, letterhead.logo, left, y, logoBox) + 10;
  }
  for (const line of wrap(document, letterhead.name, width, text.sender)) y = put(flow, line, y, text.sender);
  const details = [...addressLines(letterhead.address, locale), ...letterhead.contact, ...taxLine(letterhead.tax_id)];
  for (const line of details.flatMap((detail) => wrap(document, detail, width, text.soft))) {
    drawText(document, line, left, y, text.soft);
    y += text.soft.leading;
  }
  return y;
}

function drawTitle(flow: Flow, model: InvoicePdfModel): number {
  const { document, right } = flow;
  drawRight(document, t("Invoice"), right, flow.y - 5, text.title);
  let y = flow.y - 5 + text.title.leading;
  if (model.invoice_number !== null) {
    drawRight(document, model.invoice_number, right, y, text.soft);
    y += text.soft.leading;
  }
  const mark = markOf(model);
  if (mark === undefined) return y;
  drawRight(document, mark.text, right, y + 3, mark.style);
  return y + 3 + mark.style.leading;
}

function markOf(model: InvoicePdfModel): { text: string; style: TextStyle } | undefined {
  const marks: Partial<Record<InvoicePdfModel["status"], { text: string; style: TextStyle }>> = {
    draft: { text: t("Draft, not an invoice yet"), style: text.alarm },
    paid: { text: t("Paid"), style: accentOf(model).good },
    void: { text: t("Void"), style: text.alarm },
  };
  return marks[model.status];
}

function drawClient(flow: Flow, { bill_to, locale }: InvoicePdfModel, width: number): number {
  let y = put(flow, t("Billed to"), flow.y, text.label);
  for (const line of wrap(flow.document, bill_to.name, width, text.strong)) y = put(flow, line, y, text.strong);
  const attention = bill_to.attention === null ? [] : [bill_to.attention];
  const details = [...attention, ...addressLines(bill_to.address, locale), ...taxLine(bill_to.tax_id)];
  for (const line of details.flatMap((detail) => wrap(flow.document, detail, width, text.body)))
    y = put(flow, line, y, text.body);
  return y;
}

function drawFacts(flow: Flow, model: InvoicePdfModel, x: number): number {
  const { document, right } = flow;
  const facts: [string, string, TextStyle][] = [
    [t("Invoice date"), shownDate(model.invoice_date, model.locale), text.figure],
  ];
  facts.push([t("Due date"), shownDate(model.due_date, model.locale), text.strongFigure]);
  if (model.po_number !== null && model.po_number !== "") facts.push([t("PO number"), model.po_number, text.body]);
  let y = flow.y + text.label.leading;
  for (const [label, value, style] of facts) {
    drawText(document, label, x, y, text.soft);
    const space = right - x - widthOf(document, label, text.soft) - 12;
    for (const line of wrap(document, value, space, style)) {
      drawRight(document, line, right, y, style);
      y += style.leading;
    }
    y += 3;
  }
  return y;
}

function taxLine(taxId: string | null): string[] {
  return taxId === null || taxId === "" ? [] : [t("Tax ID {number}", { number: taxId })];
}

function put(flow: Flow, line: string, y: number, style: TextStyle): number {
  drawText(flow.document, line, flow.left, y, style);
  return y + style.leading;
}
