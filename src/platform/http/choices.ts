import { isId } from "../ids.ts";
import { t } from "../language/index.ts";
import { fold } from "../text.ts";
import { type Answer, fragment } from "./route.ts";

/**
 * Choices on demand. A field with many records to choose from is written with the ones that are chosen only; the others
 * come when somebody opens it or types. They are asked of the very page that has the field, so nobody is offered a record
 * that the whole list would not have had: its form is sent as it stands, with `_choices` naming the field and `_words` what
 * was typed. `_choices=all` is the page with everything written out, for browsers without JavaScript.
 */

/** So many records a field may have before they come on demand, and so many come at once. */
const mostChoices = 50;

interface Choice {
  value: string;
  label: string;
  hint?: string;
  is_selected: boolean;
}

/** What is asked: a field's name, or "all"; null for a page or form that is not about choices. */
export function choicesAsked(values: Readonly<Record<string, unknown>> | null): { name: string; words: string } | null {
  const name = values?.["_choices"];
  const words = values?.["_words"];
  return typeof name === "string" && name !== "" ? { name, words: typeof words === "string" ? words : "" } : null;
}

/** Whether the options come on demand: many, and records. A list of words, such as that of time zones, is written out. */
export function isLong(options: readonly Pick<Choice, "value">[]): boolean {
  return options.length > mostChoices && options.filter(({ value }) => isId(value)).length > mostChoices;
}

/** What is written of many options: what is chosen, and what is no record ("Nobody", "Me"). */
export function shortened<C extends Choice>(options: readonly C[], isMultiple = false): C[] {
  const kept = options.filter(({ value, is_selected }) => is_selected || !isId(value));
  // Without a blank choice a browser takes the first one.
  return kept.length === 0 && !isMultiple ? options.slice(0, 1) : kept;
}

/** The options that have all the words, those that begin with them first: for a list below the field, or as check boxes. */
export function choicesAnswer(options: readonly Choice[], words: string, checkbox: string | null): Answer {
  const typed = fold(words).trim();
  const parts = typed.split(/\s+/);
  const fitting = options.filter(({ label, hint }) => {
    const text = fold(`${label} ${hint ?? ""}`);
    return parts.every((part) => text.includes(part));
  });
  const begins = ({ label }: Choice): boolean => fold(label).startsWith(typed);
  const found = [...fitting.filter(begins), ...fitting.filter((one) => !begins(one))];
  const rest = found.length - mostChoices;
  return fragment("partials/_choices", {
    checkbox: checkbox ?? "",
    choices: found.slice(0, mostChoices).map(({ value, label, hint = "" }) => ({ value, label, hint })),
    said:
      found.length === 0
        ? t("Nothing has these words.")
        : t("{count, plural, one {# to choose from} other {# to choose from}}", { count: found.length }),
    note:
      rest > 0
        ? t("{count, plural, one {# more: type to find it} other {# more: type to find them}}", { count: rest })
        : "",
  });
}
