import { tonesOnWhite } from "../../../platform/brand.ts";
import type { TableLook } from "../../../platform/pdf/table.ts";
import type { TextStyle } from "../../../platform/pdf/text.ts";
import type { InvoicePdfModel } from "./model.ts";

/** How an invoice looks: one typeface, two weights, three shades of grey and a single accent, the organization's. */
const ink = "#16202c";
const soft = "#5c6875";
export const hairline = "#dfe3e8";
const alarm = "#b42318";

export const margins = { side: 50, top: 50, bottom: 64 };

const style = (font: TextStyle["font"], size: number, color: string, leading: number): TextStyle => ({
  font,
  size,
  color,
  leading,
});

export const text = {
  title: style("semibold", 24, ink, 28),
  sender: style("semibold", 13, ink, 18),
  body: style("regular", 9, ink, 13.5),
  strong: style("semibold", 9, ink, 13.5),
  soft: style("regular", 9, soft, 13.5),
  label: style("regular", 8, soft, 13.5),
  small: style("regular", 7.5, soft, 11),
  figure: { ...style("regular", 9, ink, 13.5), tabular: true },
  softFigure: { ...style("regular", 9, soft, 13.5), tabular: true },
  strongFigure: { ...style("semibold", 9, ink, 13.5), tabular: true },
  total: { ...style("semibold", 11, ink, 16), tabular: true },
  alarm: style("semibold", 9, alarm, 13.5),
} satisfies Record<string, TextStyle>;

/** What stands out: the band of the balance with the words on it, an address, a good mark. */
export function accentOf({ letterhead }: Pick<InvoicePdfModel, "letterhead">): {
  band: string;
  balance: TextStyle;
  link: TextStyle;
  good: TextStyle;
} {
  const { primary, content } = tonesOnWhite({ color: letterhead.color ?? null });
  return {
    band: primary,
    balance: { ...style("semibold", 12, content, 16), tabular: true },
    link: style("regular", 8, primary, 13.5),
    good: style("semibold", 9, primary, 13.5),
  };
}

export const tableLook: TableLook = {
  heading: text.label,
  headingRule: ink,
  rowRule: hairline,
  gap: 14,
  padding: 5,
};
