import { page, fragment, type Route } from "../../platform/http/route.ts";
import { ownShortcuts, type Shortcut } from "../../platform/http/pages/shortcuts.ts";
import { t } from "../../platform/language/index.ts";

/** `keyboard/index`: the map of all shortcuts. */
export interface KeyboardModel {
  title: string;
  is_off: boolean;
  groups: { label: string; rows: { shortcut: string; keys: string[]; label: string }[] }[];
}

const groups: readonly Shortcut["group"][] = ["Everywhere", "Go to", "Lists", "Ticket", "Forms"];

/** "Control+Enter" as the keys that are printed: "Ctrl", "Enter"; "g t" as "g", "t". */
function printed(keys: string): string[] {
  return keys.split(/[ +]/).map((key) => (key === "Control" ? t("Ctrl") : key));
}

/** What works also where single keys are switched off: keys with Ctrl, and those that browsers themselves know. */
const isKept = (keys: string): boolean => keys.startsWith("Control+") || keys === "Enter" || keys === "Escape";

export const keyboardRoutes: Route[] = [
  {
    method: "GET",
    path: "/keyboard",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const isOff = ctx.actor.likes?.is_shortcuts_on === false;
      const own = ownShortcuts(ctx).filter(({ keys }) => !isOff || isKept(keys));
      const model: KeyboardModel = {
        title: t("Keyboard shortcuts"),
        is_off: isOff,
        groups: groups
          .map((group) => ({
            label: t(group),
            rows: own
              .filter((one) => one.group === group)
              .map(({ keys, label }) => ({ shortcut: keys, keys: printed(keys), label: t(label) })),
          }))
          .filter(({ rows }) => rows.length > 0),
      };
      return incoming.isFragment ? fragment("keyboard/_sheet", model) : page("keyboard/index", model.title, model);
    },
  },
];
