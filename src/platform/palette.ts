import type { Ctx } from "./context.ts";

/** What the command palette offers of a module beside its navigation and its lists. */
export interface PaletteEntry {
  group: "go" | "do" | "find";
  label: string;
  detail?: string;
  icon: string;
  href: string;
  /** A button that changes something, instead of a link. */
  is_post?: boolean;
  /** It answers exactly what was asked, so it stands first and its words need not match. */
  is_answer?: boolean;
}

/** What is asked of a module: the words as typed, and the page on which the palette was opened. */
export interface PaletteAsked {
  text: string;
  /** "/tickets/0192…" */
  path: string;
}

export type PaletteSource = (ctx: Ctx, asked: PaletteAsked) => Promise<PaletteEntry[]>;
