import { type Ctx, reading } from "../../context.ts";
import { type Failure, stale } from "../../errors.ts";
import { t } from "../../language/index.ts";
import type { FieldModel, FormModel } from "../models/forms.ts";
import type { Answer } from "../route.ts";
import type { FormValues } from "./model.ts";

/**
 * Forms that somebody else was faster with. Such a form is shown again with what was typed; at each field that stands otherwise
 * by now it says how, so that sending it again is a choice and not an accident, and has a button that takes what is stored. The
 * button sends the form with `_stored` naming its field: nothing is saved, and the form comes back with that field as it is
 * stored and all others as they were typed, so it needs no script.
 */

const asking = "_stored";

/** The field whose stored value was asked for, or null. */
function storedAsked(values: FormValues | null): string | null {
  const name = values?.[asking];
  return typeof name === "string" && name !== "" ? name : null;
}

/** What a form answers that was sent only for a stored value: it is shown again, as refused as before; null where it is to be done. */
export function formStored(
  ctx: Ctx,
  fields: FormValues,
  show: (reader: Ctx, failure: Failure) => Promise<Answer>,
): Promise<Answer> | null {
  return storedAsked(fields) === null ? null : reading(ctx, (reader) => show(reader, stale()));
}

/** A form with what is stored by now, where that is why it was refused. `present` is the form as it would be opened now. */
export async function withPresent(
  form: FormModel,
  typed: FormValues | null,
  failure: Failure | null,
  present: () => Promise<FormModel>,
): Promise<FormModel> {
  if (failure?.code !== "stale") return form;
  const fields = (await present()).sections.flatMap((section) => section.fields);
  const now = new Map(fields.map((field) => [field.name, field]));
  const taken = storedAsked(typed);
  const told = (field: FieldModel): FieldModel => {
    const stored = now.get(field.name);
    if (stored === undefined || field.kind === "hidden" || shown(stored) === shown(field)) return field;
    if (field.name === taken) return stored;
    return {
      ...field,
      hint: t("Now it says: {value}", { value: shown(stored) || t("nothing") }),
      stored_url: `${form.action}#${field.id}`,
    };
  };
  const sections = form.sections.map((one) => ({ ...one, fields: one.fields.map(told) }));
  return { ...form, sections, has_stored: sections.some((one) => one.fields.some(({ stored_url }) => stored_url)) };
}

/** What a field holds, as one reads it. */
function shown(field: FieldModel): string {
  if (field.kind === "checkbox") return field.is_checked ? t("Yes") : t("No");
  const chosen = field.options.filter(({ is_selected, value }) => is_selected && value !== "");
  return field.options.length > 0 ? chosen.map(({ label }) => label).join(", ") : field.value.trim();
}
