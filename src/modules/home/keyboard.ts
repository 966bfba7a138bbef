import { page, fragment, type Route } from "../../platform/http/route.ts";
import { ownShortcuts, type Shortcut } from "../../platform/http/pages/shortcuts.ts";
import { t } from "../../platform/language/index.ts";

/** `keyboard/index`: the map of all shortcuts. */
export interface KeyboardModel {
  title: string;
  is_off: boolean;
  groups: { label: string; rows: { keys: string[]; label: string }[] }[];
}

const groups: readonly Shortcut["group"][] = ["Everywhere", "Go to", "Lists", "Ticket", "Forms"];

/** "Control+Enter" as the keys that are printed: "Ctrl", "Enter"; "g t" as "g", "t". */
function printed(keys: string): string[] {
  return keys.split(/[ +]/).map((key) => (key === "Control" ? t("Ctrl") : key));
}

export const keyboardRoutes: Route[] = [
  {
    method: "GET",
    path: "/keyboard",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const own = ownShortcuts(ctx);
      const model: KeyboardModel = {
        title: t("Keyboard shortcuts"),
        is_off: ctx.actor.likes?.is_shortcuts_on === false,
        groups: groups.map((group) => ({
          label: t(group),
          rows: own
            .filter((one) => one.group === group)
            .map(({ keys, label }) => ({ keys: printed(keys), label: t(label) })),
        })),
      };
      return incoming.isFragment ? fragment("keyboard/_sheet", model) : page("keyboard/index", model.title, model);
    },
  },
];
