/** What the frame around every page takes. */

/** How the reader likes every page; absent: as the device says, comfortable. */
export interface LookModel {
  /** A theme of the styles, where the reader has chosen one. */
  theme?: "purser-light" | "purser-dark";
  density?: "compact";
  /** Single-key shortcuts are switched off. */
  no_shortcuts?: boolean;
}

/** The frame around every staff page (`layouts/app`) and portal page (`layouts/portal`). */
export interface LayoutModel extends BrandModel, LookModel {
  title: string;
  organization: string;
  /** What the bar on top says where no organization's pages are: on a phone the navigation that says it too is out of sight. */
  place?: string;
  /** The page's inner HTML, already rendered. */
  content: string;
  csrf: string;
  asset_version: string;
  user: { name: string; initials: string; email: string } | null;
  nav: NavGroup[];
  flash: Flash | null;
  /** What stands in the global search box. */
  search_query: string;
  /** The running timer beside the search box, or null. */
  timer: TimerModel | null;
  show_search: boolean;
  sign_out_url: string;
  /** Pages of the signed-in person (account, security …), above "Sign out". */
  user_menu?: NavLink[];
  /** The bell with what is unread, in the staff frame. */
  bell?: BellModel;
  /** Keys that lead somewhere, for the staff's frame. */
  keymap?: { keys: string; href: string; label: string }[];
  /** What the "New" button of the staff frame offers. */
  create?: NavLink[];
}

/** The frame of pages without navigation: sign-in, setup, errors (`layouts/plain`). */
export interface PlainLayoutModel extends BrandModel, LookModel {
  title: string;
  organization: string;
  content: string;
  /** Empty when nobody has a session yet and no form of the page posts. */
  csrf: string;
  asset_version: string;
  flash: Flash | null;
}

/** The organization's own look. */
export interface BrandModel {
  /** Address of the style sheet with its colour, or empty. */
  brand_css: string;
  /** Address of its logo, or empty: then Purser's mark stands in its place. */
  logo_url: string;
}

/** The bell (`notifications/_bell`): how many are unread, empty for none, and what it is called. */
export interface BellModel {
  count: string;
  label: string;
}

export interface NavLink {
  label: string;
  href: string;
  /** A name of `icons.ts`. */
  icon: string;
}

export interface NavGroup {
  label: string;
  /** `count` is a small number behind the label, e.g. of unassigned tickets. */
  items: { label: string; href: string; icon: string; is_current: boolean; count?: string }[];
}

export const flashKinds = ["success", "info", "warning", "error"] as const;

/**
 * What is said once on the next page. Its kind is what became of what was asked: `success` it was done, `info` nothing was
 * to be done (or it goes on by itself), `warning` only a part was done or somebody has to look, `error` it was refused.
 */
export interface Flash {
  kind: (typeof flashKinds)[number];
  text: string;
  /** The offer to take back what was done; absent where it cannot be. */
  undo?: string;
}

export interface TimerModel {
  /** ISO instant the timer was started at; the browser counts from it. */
  started_at: string;
  label: string;
  href: string;
  stop_url: string;
}
