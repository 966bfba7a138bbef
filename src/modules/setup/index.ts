import type { AnyAction } from "../../platform/action.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { applyReferenceData, createFirstAdministrator, finishStep } from "./actions.ts";
import { setupPages } from "./pages.ts";
import { standardDataApi } from "./standard-api.ts";
import { importStandardData } from "./standard-data.ts";
import { standardDataPages } from "./standard-pages.ts";
import { isFinished, nextStep } from "./steps.ts";

export { createFirstAdministrator, finishStep } from "./actions.ts";

/** The first start: the wizard that ends on the dashboard. */
export const setupModule = defineModule({
  name: "setup",
  actions: [createFirstAdministrator, finishStep, applyReferenceData, importStandardData] as unknown as AnyAction[],
  routes: [...setupPages, ...standardDataPages, ...standardDataApi],
  panels: [
    {
      page: "settings",
      order: 61,
      permission: "settings.manage",
      load: async () => ({
        kind: "card",
        group: t("Data"),
        title: t("Standard data"),
        text: t("Lists that most MSPs start with: ticket lists, work types."),
        href: "/settings/standard-data",
        icon: "layers",
      }),
    },
    {
      page: "dashboard",
      order: 1,
      permission: "settings.manage",
      load: async (ctx) => {
        const { setup_step } = await ctx.db.selectFrom("organizations").select("setup_step").executeTakeFirstOrThrow();
        if (isFinished("reference", setup_step)) return null;
        return {
          kind: "step",
          title: t("Finish setting up"),
          text: t("The set-up is not complete yet; go on where you left it."),
          href: `/setup/${nextStep(setup_step)}`,
          is_done: false,
        };
      },
    },
  ],
});
