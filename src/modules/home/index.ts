import { defineModule } from "../../platform/module.ts";
import { keyboardRoutes } from "./keyboard.ts";
import { homePages } from "./pages.ts";
import { paletteRoutes } from "./palette.ts";

/** The start page and the search over everything. */
export const homeModule = defineModule({
  name: "home",
  routes: [...homePages, ...keyboardRoutes, ...paletteRoutes],
  nav: [{ label: "Dashboard", href: "/", icon: "home", group: "Desk", order: 1, permission: null }],
});
