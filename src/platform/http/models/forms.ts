/** What a form takes (`partials/form`). */

/** One input of a form (`partials/field`). */
export interface FieldModel {
  name: string;
  /** Id of the input element; labels and errors refer to it. */
  id: string;
  label: string;
  kind:
    | "text"
    | "email"
    | "password"
    | "tel"
    | "url"
    | "website"
    | "number"
    | "decimal"
    | "date"
    | "datetime"
    | "color"
    /** A colour that need not be chosen: typed, or picked beside it by a script; a colour input alone is never empty. */
    | "maybe_color"
    | "textarea"
    | "checkbox"
    | "select"
    | "radio"
    | "file"
    | "hidden"
    | "checkboxes";
  value: string;
  is_checked: boolean;
  options: OptionModel[];
  /** The options under headings, where they have them: then these are shown. */
  groups?: { title: string; chosen: number; options: (OptionModel & { index: number })[] }[];
  /** The organization's own words, such as a custom field's: shown as they were written, whatever the catalogs say to them. */
  is_own_words?: boolean;
  /** Many check boxes: their groups are folded unless something in them is chosen, and a script narrows them down. */
  is_narrowable?: boolean;
  /** Of check boxes: the name of the one that makes all of them needless; a script hides them while it is ticked. */
  needless_with?: string;
  /** Of a textarea: where an @ in it finds the colleagues whom it can tell. */
  mentions_url?: string;
  /** Of a select: only what is chosen is written, the other choices come on demand. */
  is_long?: boolean;
  /** Of a select that nobody has answered yet: a script chooses the browser's own time zone or locale, where it is among them. */
  from_browser?: "timezone" | "locale";
  is_required: boolean;
  is_disabled: boolean;
  hint: string;
  /** Of a field that somebody else has changed meanwhile: where the form is sent for what is stored (`forms/present.ts`). */
  stored_url?: string;
  /** The problem in words, or empty. */
  error: string;
  placeholder: string;
  autocomplete: string;
  max_length: number | null;
  /** Text before the input, e.g. a currency. */
  prefix: string;
  /** How wide in a grid of six: 2, 3 or 6. */
  span: 2 | 3 | 6;
  rows: number;
  /** Check boxes that also say when none of them is ticked: an empty value goes along. */
  has_blank?: boolean;
}

export interface OptionModel {
  value: string;
  label: string;
  is_selected: boolean;
  hint: string;
  /** The heading that it stands under; options of one stand together. */
  group?: string;
}

export interface FormModel {
  action: string;
  csrf: string;
  /** The record's version shown in this form, or empty for a new one. */
  version: string;
  sections: { title: string; hint: string; fields: FieldModel[] }[];
  /** A problem that belongs to no field, or empty. */
  error: string;
  /** How many fields have a problem; above 1 a summary is shown that links to them. */
  problems: { id: string; label: string; message: string }[];
  submit_label: string;
  cancel_url: string;
  /** What the way out is called; "Cancel" unless told. */
  cancel_label?: string;
  /** Some of its choices come on demand; without JavaScript a button shows all of them. */
  has_long_choices?: boolean;
  /** Some of its fields have a button for what is stored. */
  has_stored?: boolean;
  is_multipart: boolean;
  is_destructive: boolean;
}
