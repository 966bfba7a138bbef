import { Type } from "@sinclair/typebox";
import { action } from "../../platform/action.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import { notFound } from "../../platform/errors.ts";
import { field } from "../../platform/http/forms/model.ts";
import type { FieldModel } from "../../platform/http/models/forms.ts";
import { t } from "../../platform/language/index.ts";
import { addItems, type Choice, type ReferenceSet } from "../../platform/reference.ts";

/** The check boxes of the wizard: whole lists. */
export function standardDataField(ctx: Ctx): FieldModel {
  const options = ctx.app.registry.reference.map((set) => ({
    value: set.key,
    label: t(set.label),
    hint: t(set.description),
  }));
  return field("sets", t("Standard data"), { kind: "checkboxes", options, span: 6 });
}

/** The chosen sets of a sent form. */
export function chosenSets(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A standard list by its key, or a 404. */
export function setNamed({ app }: Pick<Ctx, "app">, key: string): ReferenceSet {
  const set = app.registry.reference.find((one) => one.key === key);
  if (set === undefined) throw notFound(t("This list"));
  return set;
}

export const chosenItems = Type.Array(
  Type.Object(
    {
      key: Type.String({ minLength: 1, maxLength: 200 }),
      name: Type.String({ minLength: 1, maxLength: 60 }),
      sort_order: Type.Integer({ minimum: 0, maximum: 10_000, title: "Position" }),
    },
    { additionalProperties: false },
  ),
  { maxItems: 500, title: "Entries" },
);

interface Chosen {
  set: string;
  items: Choice[];
}

/** Takes entries of a standard list, each under the name and in the place that was chosen (PRD 3.17). */
export const importStandardData = action({
  name: "setup.import_standard_data",
  permission: "settings.manage",
  input: Type.Object({ set: Type.String({ maxLength: 60 }), items: chosenItems }, { additionalProperties: false }),
  run: (work: Work, { set, items }: Chosen) => addItems(work, setNamed(work, set), items),
});
