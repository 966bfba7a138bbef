import { words as wordsOf } from "../../../platform/database/search.ts";
import { empty } from "../../../platform/http/pages/cells.ts";
import { ofKind, panelsOf } from "../../../platform/http/pages/panels.ts";
import { page, type Route } from "../../../platform/http/route.ts";
import type { SettingsPageModel } from "../../../platform/http/models/settings.ts";
import { declared, t } from "../../../platform/language/index.ts";
import type { PanelModel } from "../../../platform/module.ts";

/** All settings as cards, with a search. */

/** What is set once stands first, what operators look into stands last; a group that is not named comes before it. */
const groupOrder = [
  declared("Organization"),
  declared("People"),
  declared("Security"),
  declared("Service desk"),
  declared("Money"),
  declared("Mail"),
  declared("Data"),
  "",
  declared("Integrations"),
];
/** Whether a settings page is what somebody looks for: each word begins one of its title, its text or its fields. */
function isMeant(card: Extract<PanelModel, { kind: "card" }>, query: string): boolean {
  const offered = wordsOf(
    [card.group, card.title, card.text, ...(card.words ?? [])].join(" "),
    Number.POSITIVE_INFINITY,
  );
  return wordsOf(query).every((word) => offered.some((one) => one.startsWith(word)));
}

const placeOf = (group: string): number => {
  const order = groupOrder.map((one) => t(one));
  return order.indexOf(order.includes(group) ? group : "");
};

export const overviewPage: Route = {
  method: "GET",
  path: "/settings",
  door: "staff",
  permission: null,
  handle: async (ctx, incoming) => {
    const query = (incoming.url.searchParams.get("q") ?? "").trim();
    const cards = ofKind(await panelsOf(ctx, "settings", { id: "" }), "card").filter((card) => isMeant(card, query));
    const groups = [...new Set(cards.map((card) => card.group))].toSorted(
      (one, other) => placeOf(one) - placeOf(other),
    );
    const model: SettingsPageModel = {
      header: { title: t("Settings"), subtitle: "", breadcrumbs: [], badges: [], actions: [] },
      query,
      empty: empty("search", t("Nothing matches"), t("No setting has these words. Try another one.")),
      groups: groups.map((title) => ({
        title,
        cards: cards
          .filter((card) => card.group === title)
          .map((card) => ({ title: card.title, text: card.text, href: card.href, icon: card.icon, badge: null })),
      })),
    };
    return page("settings/index", t("Settings"), model);
  },
};
