import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { customFieldTables, definitionsOf } from "../../platform/custom-fields/definitions.ts";
import {
  customFieldDefinitions,
  type Definition,
  type FieldType,
  fieldTypes,
} from "../../platform/custom-fields/schema.ts";
import type { Failure } from "../../platform/errors.ts";
import { button, empty, link, words } from "../../platform/http/pages/cells.ts";
import { coerceForm } from "../../platform/http/forms/form.ts";
import {
  columnField,
  field,
  formFailure,
  formModel,
  type FormValues,
  rowValues,
} from "../../platform/http/forms/model.ts";
import { buttonRoute } from "../../platform/http/forms/page.ts";
import type { CustomFieldsPageModel } from "../../platform/http/models/clients.ts";
import type { FormPageModel } from "../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../platform/http/route.ts";
import type { FieldModel, FormModel } from "../../platform/http/models/forms.ts";
import type { ActionLink } from "../../platform/http/models/partials.ts";
import { declared, t } from "../../platform/language/index.ts";
import {
  archiveCustomField,
  createCustomField,
  deleteCustomField,
  moveCustomField,
  restoreCustomField,
  updateCustomField,
} from "./actions.ts";
import { readChoices, writeChoices } from "./rules.ts";

const permission = "custom_fields.manage";
const base = "/settings/custom-fields";
const settingsCrumb = { label: "Settings", href: "/settings" };

const typeLabels: Record<FieldType, string> = {
  text: declared("Text"),
  long_text: declared("Long text"),
  number: declared("Number"),
  integer: declared("Whole number"),
  date: declared("Date"),
  datetime: declared("Date and time"),
  boolean: declared("Yes or no"),
  choice: declared("Choice"),
  choices: declared("Several choices"),
  url: declared("Web address"),
  email: declared("E-mail address"),
  company: declared("A company"),
  contact: declared("A contact"),
  user: declared("A person of the team"),
};

/** The kind of record that a page is about: the first one unless the address names another. */
function kindOf(url: URL): string {
  const names = customFieldTables().map((table) => table.name);
  const asked = url.searchParams.get("of") ?? "";
  return names.includes(asked) ? asked : (names[0] ?? "");
}

async function index(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const kind = kindOf(incoming.url);
  const fields = await definitionsOf(ctx, kind);
  const create = link(t("New field"), `${base}/new?of=${kind}`, "plus", "primary");
  const model: CustomFieldsPageModel = {
    header: {
      title: t("Custom fields"),
      subtitle: t("What you want to know of your records beside what Purser asks for."),
      breadcrumbs: [{ ...settingsCrumb, label: t("Settings") }],
      badges: [],
      actions: [create],
    },
    tabs: customFieldTables().map((table) => ({
      label: t(words(table.name)),
      href: `${base}?of=${table.name}`,
      is_current: table.name === kind,
      count: "",
    })),
    fields: fields.map((one) => ({
      id: one.id,
      href: `${base}/${one.id}`,
      label: one.label,
      key: one.field_key,
      type: t(typeLabels[one.field_type]),
      detail: choicesInWords(one),
      section: one.section,
      badges: [
        ...(one.is_required ? [{ text: t("Required"), tone: "info" }] : []),
        ...(one.is_portal_visible ? [{ text: t("Portal"), tone: "success" }] : []),
        ...(one.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }]),
      ],
      move_url: `${base}/${one.id}/move`,
    })),
    empty: empty(
      "list",
      t("No fields yet"),
      t(
        "Add what your team looks up elsewhere today: a customer number, the anti-virus product, the day of the backup test.",
      ),
      create,
    ),
  };
  return page("custom_fields/index", t("Custom fields"), model);
}

function choicesInWords(one: Definition): string {
  const open = one.choices.filter((choice) => !choice.is_archived).map((choice) => choice.label);
  return open.length <= 4 ? open.join(", ") : `${open.slice(0, 3).join(", ")} +${open.length - 3}`;
}

async function formOf(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "custom_field_definitions", id);
  const kind = row?.entity_type ?? kindOf(incoming.url);
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(customFieldDefinitions, name, given);
  const values =
    typed ??
    (row === null
      ? { field_type: "text" }
      : { ...rowValues(customFieldDefinitions, row), choices: writeChoices(row.choices) });
  return formModel({
    action: id === null ? `${base}/new?of=${kind}` : `${base}/${id}`,
    values,
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Create field") : t("Save changes"),
    cancel_url: `${base}?of=${kind}`,
    sections: [
      {
        title: t("Field"),
        fields: [
          c("label"),
          id === null
            ? c("field_key", {
                is_required: false,
                hint: t("Its name in the API and in files; made from the label when left empty. It stays for ever."),
              })
            : c("field_key", { is_disabled: true, is_required: false }),
          c("field_type", { options: fieldTypes.map((type) => ({ value: type, label: t(typeLabels[type]) })) }),
          c("section", { hint: t("The heading it stands under, in forms and on pages.") }),
          field("choices", t("Choices"), {
            kind: "textarea",
            span: 6,
            rows: 6,
            hint: t(
              "One a line, with a colour behind it if you like (Gold #d4a017). Choices that are in use and left out are archived.",
            ),
          }),
        ],
      },
      {
        title: t("Filling it in"),
        fields: [
          c("help_text", { span: 6, hint: t("Stands below the field.") }),
          c("default_value", { hint: t("What new records begin with.") }),
          c("is_required", { hint: t("Asked of everybody in the team; mails and the portal cannot know it.") }),
          c("is_portal_visible", { hint: t("Clients see it, and fill it in where they can.") }),
        ],
      },
    ],
  });
}

async function show(ctx: Ctx, incoming: Incoming, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "custom_field_definitions", id);
  const kind = row?.entity_type ?? kindOf(incoming.url);
  const title = row?.label ?? t("New field");
  const model: FormPageModel = {
    header: {
      title,
      subtitle: t(words(kind)),
      breadcrumbs: [
        { ...settingsCrumb, label: t("Settings") },
        { label: t("Custom fields"), href: `${base}?of=${kind}` },
      ],
      badges: row === null || row.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }],
      actions: row === null ? [] : buttonsOf(row),
    },
    form: await formOf(ctx, incoming, typed, failure),
  };
  return page("forms/index", title, model, failure?.status ?? 200);
}

function buttonsOf(row: Definition): ActionLink[] {
  const at = `${base}/${row.id}`;
  return [
    row.archived_at === null
      ? button(
          t("Archive"),
          `${at}/archive`,
          "archive",
          "ghost",
          t("Archive {label}? What stands in it stays readable.", { label: row.label }),
        )
      : button(t("Restore"), `${at}/restore`, "refresh"),
    button(
      t("Delete"),
      `${at}/delete`,
      "trash",
      "danger",
      t("Delete {label}? Only a field that nothing stands in can be deleted.", { label: row.label }),
    ),
  ];
}

async function save(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields } = await incoming.form();
  const id = incoming.params["id"] ?? null;
  const { choices, ...typed } = fields;
  try {
    const action = id === null ? createCustomField : updateCustomField;
    const input = coerceForm(action.input, typed);
    delete input["choices"];
    const row = await perform<never, Definition>(ctx, action as never, {
      ...input,
      ...(typeof choices === "string" ? { choices: readChoices(choices) } : {}),
      ...(id === null ? { entity_type: kindOf(incoming.url) } : { id }),
    });
    return redirect(`${base}?of=${row.entity_type}`, id === null ? t("Field created.") : t("Changes saved."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, incoming, fields, failure));
  }
}

const back = (incoming: Incoming): string => `${base}/${incoming.params["id"] ?? ""}`;

/** Settings → Custom fields. */
export const customFieldPages: Route[] = [
  { method: "GET", path: base, door: "staff", permission, handle: index },
  ...([`${base}/new`, `${base}/:id`] as const).flatMap((path): Route[] => [
    { method: "GET", path, door: "staff", permission, handle: (ctx, incoming) => show(ctx, incoming, null, null) },
    { method: "POST", path, door: "staff", permission, handle: save },
  ]),
  buttonRoute(`${base}/:id/archive`, archiveCustomField, (incoming) => redirect(back(incoming), t("Field archived."))),
  buttonRoute(`${base}/:id/restore`, restoreCustomField, (incoming) => redirect(back(incoming), t("Field restored."))),
  buttonRoute(`${base}/:id/delete`, deleteCustomField, () => redirect(base, t("Field deleted.")), back),
  {
    method: "POST",
    path: `${base}/:id/move`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "custom_field_definitions", incoming.params["id"] ?? ""));
      const { fields } = await incoming.form();
      const row = await perform(ctx, moveCustomField, { id: incoming.params["id"], direction: fields["direction"] });
      return redirect(`${base}?of=${row.entity_type}`);
    },
  },
];
