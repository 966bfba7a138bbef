import type { TableLook } from "../../../platform/pdf/table.ts";
import type { TextStyle } from "../../../platform/pdf/text.ts";

/** How an invoice looks: one typeface, two weights, three shades of grey and a single accent. */
const ink = "#16202c";
const soft = "#5c6875";
export const hairline = "#dfe3e8";
export const accent = "#0f5c74";
export const tint = "#eef4f6";
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
  balance: { ...style("semibold", 12, accent, 16), tabular: true },
  link: style("regular", 8, accent, 13.5),
  good: style("semibold", 9, accent, 13.5),
  alarm: style("semibold", 9, alarm, 13.5),
} satisfies Record<string, TextStyle>;

export const tableLook: TableLook = {
  heading: text.label,
  headingRule: ink,
  rowRule: hairline,
  gap: 14,
  padding: 5,
};
