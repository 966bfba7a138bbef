import { defineModule } from "../../platform/module.ts";
import { homePages } from "./pages.ts";

/** The start page and the search over everything. */
export const homeModule = defineModule({
  name: "home",
  routes: homePages,
  nav: [{ label: "Dashboard", href: "/", icon: "home", group: "Desk", order: 1, permission: null }],
});
