import type { AnyAction } from "../../platform/action.ts";
import { defineModule } from "../../platform/module.ts";
import { reply } from "./actions.ts";
import { editRoutes } from "./edit.ts";
import { deskRoutes } from "./routes.ts";

/** Where a ticket is worked on: conversation, time and contract on one page. It stands on the modules it shows together. */
export const deskModule = defineModule({
  name: "desk",
  actions: [reply] as unknown as AnyAction[],
  routes: [...deskRoutes, ...editRoutes],
});
