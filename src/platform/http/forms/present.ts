import type { Failure } from "../../errors.ts";
import { t } from "../../language/index.ts";
import type { FieldModel, FormModel } from "../models/forms.ts";

/**
 * A form that was refused because somebody else has changed the record: at each field that stands otherwise by now it says how,
 * so that sending it again is a choice and not an accident. `present` is the form as it would be opened now.
 */
export async function withPresent(
  form: FormModel,
  failure: Failure | null,
  present: () => Promise<FormModel>,
): Promise<FormModel> {
  if (failure?.code !== "stale") return form;
  const fields = (await present()).sections.flatMap((section) => section.fields);
  const now = new Map(fields.map((field) => [field.name, shown(field)]));
  const told = (field: FieldModel): FieldModel => {
    const value = now.get(field.name);
    if (value === undefined || field.kind === "hidden" || value === shown(field)) return field;
    return { ...field, hint: t("Now it says: {value}", { value: value === "" ? t("nothing") : value }) };
  };
  return { ...form, sections: form.sections.map((one) => ({ ...one, fields: one.fields.map(told) })) };
}

/** What a field holds, as one reads it. */
function shown(field: FieldModel): string {
  if (field.kind === "checkbox") return field.is_checked ? t("Yes") : t("No");
  const chosen = field.options.filter(({ is_selected, value }) => is_selected && value !== "");
  return field.options.length > 0 ? chosen.map(({ label }) => label).join(", ") : field.value.trim();
}
