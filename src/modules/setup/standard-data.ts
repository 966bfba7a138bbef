import { perform } from "../../platform/action.ts";
import type { Ctx } from "../../platform/context.ts";
import { field, formModel } from "../../platform/http/form-model.ts";
import type { FormPageModel } from "../../platform/http/page-models.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import type { FieldModel } from "../../platform/http/view-models.ts";
import { t } from "../../platform/language/index.ts";
import { applyReferenceData } from "./actions.ts";

/** The check boxes of the standard data; the wizard and the settings page show the same. */
export function standardDataField(ctx: Ctx): FieldModel {
  const options = ctx.app.registry.reference.map((set) => ({
    value: set.key,
    label: set.label,
    hint: set.description,
  }));
  return field("sets", t("Standard data"), { kind: "checkboxes", options, span: 6 });
}

/** The chosen sets of a sent form. */
export function chosenSets(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

const path = "/settings/standard-data";

function show(ctx: Ctx): Answer {
  const model: FormPageModel = {
    header: {
      title: t("Standard data"),
      subtitle: t("What is there already stays as it is; what is missing of a chosen list is added."),
      breadcrumbs: [{ label: t("Settings"), href: "/settings" }],
      badges: [],
      actions: [],
    },
    form: formModel({
      action: path,
      submit_label: t("Add the chosen lists"),
      cancel_url: "/settings",
      sections: [{ title: t("Lists"), fields: [standardDataField(ctx)] }],
    }),
  };
  return page("forms/index", t("Standard data"), model);
}

export const standardDataPages: Route[] = [
  { method: "GET", path, door: "staff", permission: "settings.manage", handle: async (ctx) => show(ctx) },
  {
    method: "POST",
    path,
    door: "staff",
    permission: "settings.manage",
    handle: async (ctx, incoming) => {
      await perform(ctx, applyReferenceData, { sets: chosenSets((await incoming.form()).fields["sets"]) });
      return redirect(path, t("Standard data added."));
    },
  },
];
