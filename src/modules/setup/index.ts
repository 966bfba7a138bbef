import type { AnyAction } from "../../platform/action.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { applyReferenceData, createFirstAdministrator, finishStep } from "./actions.ts";
import { setupPages } from "./pages.ts";
import { standardDataApi } from "./standard-api.ts";
import { importStandardData } from "./standard-data.ts";
import { standardDataPages } from "./standard-pages.ts";
import { steps } from "./steps.ts";

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
        if (setup_step === "reference" || setup_step === "done") return null;
        // Where no step was finished, whoever reads this is the administrator all the same: theirs is behind them.
        const at = Math.max(
          steps.findIndex((step) => step.key === setup_step),
          0,
        );
        return {
          kind: "step",
          title: t("Finish setting up"),
          text: t("The set-up is not complete yet; go on where you left it."),
          href: `/setup/${steps[at + 1]?.key ?? "organization"}`,
          is_done: false,
        };
      },
    },
  ],
});
