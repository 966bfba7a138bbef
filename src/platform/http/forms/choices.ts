import { type Ctx, reading, readerOf } from "../../context.ts";
import { choicesAnswer, choicesAsked, isLong, shortened } from "../choices.ts";
import type { FormModel } from "../models/forms.ts";
import type { Answer } from "../route.ts";
import type { FormValues } from "./model.ts";

/** Long choices of forms (see `../choices.ts`). */

/** What a form answers that was sent only to be asked for choices: it is shown again; null where it is to be done. */
export function formChoices(
  ctx: Ctx,
  fields: FormValues,
  show: (reader: Ctx) => Promise<Answer>,
): Promise<Answer> | null {
  const asked = choicesAsked(fields);
  return asked === null ? null : reading(ctx, (reader) => show(readerOf(reader, reader.db, asked.words)));
}

/**
 * What a page with a form answers: the choices that were asked for, or the page, with its long choices left to be asked for
 * unless all of them were.
 */
export function choicesOr(form: FormModel, values: FormValues | null, show: (form: FormModel) => Answer): Answer {
  const asked = choicesAsked(values);
  if (asked === null) return show(withShortChoices(form));
  const field = form.sections
    .flatMap(({ fields }) => fields)
    .find(({ name, kind }) => kind === "select" && name === asked.name);
  return field === undefined ? show(form) : choicesAnswer(field.options, asked.words, null);
}

/** A form among other things on a page, with its long choices left to be asked for. */
export function withShortChoices(form: FormModel): FormModel {
  const sections = form.sections.map((section) => ({
    ...section,
    fields: section.fields.map((field) =>
      field.kind === "select" && isLong(field.options)
        ? { ...field, is_long: true, options: shortened(field.options) }
        : field,
    ),
  }));
  const hasLong = sections.some(({ fields }) => fields.some((field) => field.is_long === true));
  return { ...form, sections, has_long_choices: hasLong };
}
