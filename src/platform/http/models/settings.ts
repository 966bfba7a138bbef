import type { BadgeModel, EmptyModel, PageHeaderModel } from "./partials.ts";

/** A page with a word on what it is for (`partials/cards`). */
export interface SettingsCardModel {
  title: string;
  text: string;
  href: string;
  icon: string;
  badge: BadgeModel | null;
}

/** `settings/index`. */
export interface SettingsPageModel {
  header: PageHeaderModel;
  /** What is looked for among the settings, or empty. */
  query: string;
  empty: EmptyModel;
  groups: {
    title: string;
    cards: SettingsCardModel[];
  }[];
}

/** `settings/standard-list`: a standard list, to take entries from under names and in places of one's own. */
export interface StandardListModel {
  header: PageHeaderModel;
  action: string;
  cancel_url: string;
  error: string;
  rows: {
    index: string;
    key: string;
    /** How far it stands below others: "0" at the top. */
    depth: string;
    label: string;
    is_chosen: boolean;
    name: string;
    order: string;
    state: BadgeModel;
    error: string;
  }[];
}
