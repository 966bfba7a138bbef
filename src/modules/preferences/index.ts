import type { AnyAction } from "../../platform/action.ts";
import { accountCard, accountHomes } from "../../platform/http/pages/account.ts";
import { declared } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { changeMe } from "./actions.ts";
import { meApi } from "./api.ts";
import { appearancePages } from "./pages.ts";

/** A person's own look of the pages: theme, density, language, time zone, keyboard. */
export const preferencesModule = defineModule({
  name: "preferences",
  actions: [changeMe] as unknown as AnyAction[],
  routes: [...appearancePages, ...meApi],
  panels: [
    accountCard("staff", 10, {
      title: declared("Appearance"),
      text: declared("Light or dark, how close the rows stand, language, time zone, keyboard."),
      href: `${accountHomes.staff}/appearance`,
      icon: "eye",
    }),
    accountCard("portal", 10, {
      title: declared("Appearance"),
      text: declared("Light or dark, how close the rows stand, language, time zone."),
      href: `${accountHomes.portal}/appearance`,
      icon: "eye",
    }),
  ],
});
