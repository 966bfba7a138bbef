import type { AnyAction } from "../../platform/action.ts";
import { defineModule } from "../../platform/module.ts";
import { changeMe } from "./actions.ts";
import { meApi } from "./api.ts";
import { appearancePages } from "./pages.ts";

/** A person's own look of the pages: theme, density, language, time zone, keyboard. */
export const preferencesModule = defineModule({
  name: "preferences",
  actions: [changeMe] as unknown as AnyAction[],
  routes: [...appearancePages, ...meApi],
});
