import type { Ctx } from "../context.ts";
import { field as fieldModel, type FormValues } from "../http/forms/model.ts";
import { contactOptions, optionsOf } from "../http/forms/options.ts";
import type { FieldModel } from "../http/models/forms.ts";
import { t } from "../language/index.ts";
import { openDefinitions } from "./definitions.ts";
import type { Definition, FieldType } from "./schema.ts";

const kinds: Record<FieldType, FieldModel["kind"]> = {
  text: "text",
  long_text: "textarea",
  number: "decimal",
  integer: "number",
  date: "date",
  datetime: "datetime",
  boolean: "select",
  choice: "select",
  choices: "checkboxes",
  url: "website",
  email: "email",
  company: "select",
  contact: "select",
  user: "select",
};

export interface FormSection {
  title: string;
  /** The title is the organization's own, as its fields' labels are. */
  is_own_words: boolean;
  fields: FieldModel[];
}

/**
 * The custom fields of a kind of record as sections of its form, named `custom_fields.key`; the values come with those of
 * the form (`row.custom_fields`, or what was typed). A new record begins with the defaults.
 */
export async function customSections(
  ctx: Ctx,
  entityType: string,
  values: FormValues | null,
  given: { onlyPortal?: boolean; companyId?: string | null } = {},
): Promise<FormSection[]> {
  const fields = (await openDefinitions(ctx, entityType)).filter(
    (field) => given.onlyPortal !== true || field.is_portal_visible,
  );
  // A record that is there has no value where it has none: only what is new begins with the defaults.
  const isStored = values?.["custom_fields"] !== undefined;
  const sections = new Map<string, FormSection>();
  for (const field of fields) {
    const title = field.section === "" ? t("More") : field.section;
    const section = sections.get(title) ?? { title, is_own_words: true, fields: [] };
    sections.set(title, section);
    const value = present(values, field.field_key);
    section.fields.push(await inputOf(ctx, field, isStored ? (value ?? null) : value, given.companyId ?? null));
  }
  return [...sections.values()];
}

/** What a field holds now, in the form's values: typed ones stand under their whole name. */
function present(values: FormValues | null, key: string): unknown {
  if (values === null) return undefined;
  const typed = values[`custom_fields.${key}`];
  return typed ?? (values["custom_fields"] as Record<string, unknown> | undefined)?.[key];
}

async function inputOf(ctx: Ctx, field: Definition, value: unknown, companyId: string | null): Promise<FieldModel> {
  const standard = value === undefined ? (field.default_value ?? "") : "";
  const isWide = field.field_type === "long_text" || field.field_type === "choices";
  const model = fieldModel(`custom_fields.${field.field_key}`, field.label, {
    kind: kinds[field.field_type],
    is_own_words: true,
    hint: field.help_text,
    is_required: field.is_required,
    span: isWide ? 6 : 3,
    value: field.field_type === "datetime" ? localTime(ctx, value, standard) : standard,
    options: await optionsFor(ctx, field, value, companyId),
    ...(field.field_type === "choices" ? { has_blank: true } : {}),
  });
  return field.field_type === "choices" && standard !== ""
    ? {
        ...model,
        options: model.options.map((one) => ({ ...one, is_selected: standard.split(",").includes(one.value) })),
      }
    : model;
}

/** An instant as the browser's field takes it: the wall clock of whoever looks at it. */
function localTime(ctx: Ctx, value: unknown, standard: string): string {
  if (typeof value !== "string" || !value.endsWith("Z")) return typeof value === "string" ? value : standard;
  return Temporal.Instant.from(value).toZonedDateTimeISO(ctx.tenant.zone).toPlainDateTime().toString().slice(0, 16);
}

type Options = { value: string; label: string }[];

async function optionsFor(ctx: Ctx, field: Definition, value: unknown, companyId: string | null): Promise<Options> {
  const blank = { value: "", label: "–" };
  const keep = typeof value === "string" && value !== "" ? value : null;
  switch (field.field_type) {
    case "boolean":
      return [blank, { value: "true", label: t("Yes") }, { value: "false", label: t("No") }];
    case "choice":
    case "choices": {
      const held = Array.isArray(value) ? value : [value];
      const offered = field.choices.filter((choice) => !choice.is_archived || held.includes(choice.key));
      const options = offered.map((choice) => ({ value: choice.key, label: choice.label }));
      return field.field_type === "choice" ? [blank, ...options] : options;
    }
    case "company":
      return optionsOf(ctx, "companies", { blank: "–", keep });
    case "contact":
      return contactOptions(ctx, companyId, "–", [keep]);
    case "user":
      return optionsOf(ctx, "users", { blank: "–", where: { user_type: "staff" }, keep });
    default:
      return [];
  }
}
