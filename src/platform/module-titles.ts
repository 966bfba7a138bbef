import { words } from "./http/pages/cells.ts";
import { declared, t } from "./language/index.ts";
import type { Module } from "./module.ts";

/** What a module is called where its permissions stand together, in the reader's language. */
export function moduleTitle({ name, optional }: Pick<Module, "name" | "optional">): string {
  const title = optional?.title ?? alwaysThere[name];
  return title === undefined ? words(name) : t(title);
}

/** Modules that cannot be switched off have no title of their own. */
const alwaysThere: Readonly<Record<string, string>> = {
  companies: declared("Companies"),
  custom_fields: declared("Custom fields"),
  events: declared("Events"),
  exports: declared("Exports"),
  imports: declared("Imports"),
  lists: declared("Lists"),
  oauth: declared("Connected apps"),
  security: declared("Security"),
  settings: declared("Settings"),
  staff: declared("Staff"),
  tags: declared("Tags"),
  tickets: declared("Tickets"),
  webhooks: declared("Webhooks"),
};
