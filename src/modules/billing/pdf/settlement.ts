import { t } from "../../../platform/language/index.ts";
import { breakPage, drawRule, type Flow, keepTogether } from "../../../platform/pdf/flow.ts";
import { drawRight, drawText, type TextStyle, wrap } from "../../../platform/pdf/text.ts";
import { accentOf, hairline, text } from "./look.ts";
import type { InvoicePdfModel } from "./model.ts";
import { taxRows } from "./tax-rows.ts";
import { shownMoney } from "./words.ts";

/** What is to be drawn, and how much height it takes. */
interface Block {
  height: number;
  draw: () => void;
}

/** What stands below the lines: on the right the sums, on the left how to pay them, kept together on one page. */
export function laySettlement(flow: Flow, model: InvoicePdfModel): Block {
  const middle = flow.left + (flow.right - flow.left) * 0.5;
  const left = paymentLines(flow, model, middle - flow.left - 36);
  const right = sumLines(flow, model, middle);
  const height =
    Math.max(
      left.reduce((sum, line) => sum + heightOf(line), 0),
      right.height,
    ) + 20;
  const draw = (): void => {
    keepTogether(flow, height);
    const top = flow.y + 14;
    let y = top;
    for (const line of left) {
      y += line.before;
      drawText(flow.document, line.text, flow.left, y, line.style);
      if (line.url !== null) flow.document.link(flow.left, y, middle - flow.left - 36, line.style.leading, line.url);
      y += line.style.leading;
    }
    flow.y = Math.max(y, right.draw(top)) + 6;
  };
  return { height, draw };
}

interface PaymentLine {
  text: string;
  style: TextStyle;
  before: number;
  url: string | null;
}

const heightOf = (line: PaymentLine): number => line.before + line.style.leading;

/** How to pay: nothing on drafts, void invoices and those that are paid. */
function paymentLines(flow: Flow, model: InvoicePdfModel, width: number): PaymentLine[] {
  const { payment_url, letterhead } = model;
  if (model.status === "draft" || model.status === "void" || model.balance_due <= 0) return [];
  const block = (label: string, content: string, style: TextStyle, url: string | null): PaymentLine[] => [
    { text: label, style: text.label, before: 0, url: null },
    ...wrap(flow.document, content, width, style).map((line) => ({ text: line, style, before: 0, url })),
  ];
  const online = payment_url === null ? [] : block(t("Pay online"), payment_url, accentOf(model).link, payment_url);
  const bank = isFilled(letterhead.bank_details)
    ? block(t("Bank details"), letterhead.bank_details, text.body, null)
    : [];
  const [first, ...rest] = bank;
  return first === undefined || online.length === 0
    ? [...online, ...bank]
    : [...online, { ...first, before: 14 }, ...rest];
}

const rowGap = 5;
const boxHeight = 34;

interface Sums {
  height: number;
  /** Draws the sums from y downwards and gives where they end. */
  draw: (y: number) => number;
}

function sumLines(flow: Flow, model: InvoicePdfModel, left: number): Sums {
  const { document, right } = flow;
  const { band, balance } = accentOf(model);
  // The tax's label holds an amount, and set as a figure its decimal point is not kerned away.
  const rows = sums(model).map(([label, value]) => ({
    lines: wrap(document, label, right - left - 90, text.softFigure),
    value,
  }));
  const rowsHeight = rows.reduce((sum, row) => sum + row.lines.length * text.softFigure.leading + rowGap, 0);
  const paidHeight = model.amount_paid === 0 ? 0 : text.softFigure.leading + 2;
  const pair = (label: string, value: string, y: number, style: TextStyle): number => {
    drawText(document, label, left, y, style);
    drawRight(document, value, right, y, style);
    return y + style.leading;
  };
  const draw = (from: number): number => {
    let y = from;
    for (const { lines, value } of rows) {
      lines.forEach((line, index) =>
        drawText(document, line, left, y + index * text.softFigure.leading, text.softFigure),
      );
      drawRight(document, value, right, y, text.figure);
      y += lines.length * text.softFigure.leading + rowGap;
    }
    drawRule(document, left, right, y + 2, hairline);
    y = pair(t("Total"), shownMoney(model.total, model), y + 9, text.total);
    // Nobody owes anything on an invoice that is void.
    if (model.status === "void") return y;
    if (model.amount_paid !== 0) y = pair(t("Paid"), shownMoney(-model.amount_paid, model), y + 2, text.softFigure);
    y += 8;
    // The box reaches past the columns on both sides, so that its text stays in line with theirs.
    document.rect(left - 12, y, right - left + 24, boxHeight).fill(band);
    pair(t("Balance due"), balanceText(model), y + (boxHeight - balance.leading) / 2, balance);
    return y + boxHeight;
  };
  const dueHeight = model.status === "void" ? 0 : paidHeight + 8 + boxHeight;
  return { height: rowsHeight + 9 + text.total.leading + dueHeight, draw };
}

function sums(model: InvoicePdfModel): [string, string][] {
  const rows: [string, string][] = [[t("Subtotal"), shownMoney(model.subtotal, model)]];
  if (model.discount_amount !== 0) rows.push([t("Discount"), shownMoney(-model.discount_amount, model)]);
  const taxes = taxRows(model, model.locale, (minor) => shownMoney(minor, model));
  rows.push(...taxes.map(({ label, amount }): [string, string] => [label, amount]));
  return rows;
}

/** The balance, with the currency's code where its sign may mean several: dollars, crowns, yen or yuan. */
function balanceText(model: InvoicePdfModel): string {
  const amount = shownMoney(model.balance_due, model);
  const isUnclear = /[$¥]|kr/.test(amount) && !amount.includes(model.currency);
  return isUnclear ? `${amount} ${model.currency}` : amount;
}

/** Notes for the client over the whole width; long ones go on on the next page. */
export function drawNotes(flow: Flow, { notes }: InvoicePdfModel): void {
  if (!isFilled(notes)) return;
  const lines = wrap(flow.document, notes, flow.right - flow.left, text.body);
  keepTogether(flow, 20 + text.label.leading + Math.min(lines.length, 4) * text.body.leading);
  flow.y += 20;
  drawText(flow.document, t("Notes"), flow.left, flow.y, text.label);
  flow.y += text.label.leading;
  for (const line of lines) {
    if (flow.y + text.body.leading > flow.bottom) breakPage(flow);
    drawText(flow.document, line, flow.left, flow.y, text.body);
    flow.y += text.body.leading;
  }
}

function isFilled(value: string | null): value is string {
  return value !== null && value.trim() !== "";
}
