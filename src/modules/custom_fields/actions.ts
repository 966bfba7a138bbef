import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { action, type Action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { customFieldTables } from "../../platform/custom-fields/definitions.ts";
import { dropIndex, makeIndex } from "../../platform/custom-fields/indexes.ts";
import { keyPattern } from "../../platform/custom-fields/query.ts";
import { type Choice, customFieldDefinitions, type Definition } from "../../platform/custom-fields/schema.ts";
import { readValue } from "../../platform/custom-fields/values.ts";
import type { NewRow, Patch } from "../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput, writable } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { conflict, invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { countValues, usedChoices } from "./queries.ts";
import { freeKey, type GivenChoice, keyOf, mergeChoices } from "./rules.ts";

const permission = "custom_fields.manage";
const mostFields = 100;

const choices = Type.Optional(
  Type.Array(
    Type.Object(
      {
        key: Type.Optional(Type.String({ pattern: keyPattern.source })),
        label: Type.String({ minLength: 1, maxLength: 80 }),
        color: Type.Optional(Type.Union([Type.Literal(""), Type.String({ format: "color" })])),
        is_archived: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    { maxItems: 200 },
  ),
);

const target = Type.Object(
  { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);

type Input = Record<string, unknown> & { choices?: GivenChoice[] };

const created = newInput(customFieldDefinitions, undefined, { choices });

/** Adds a field to a kind of record. Its key follows from the label unless one is given. */
export const createCustomField = action({
  name: "custom_fields.create",
  permission,
  input: Type.Object(
    { ...created.properties, field_key: Type.Optional(Type.String({ maxLength: 50, title: "Key" })) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: Input): Promise<Definition> => {
    // Forms send a key that was left empty.
    const { field_key: typed, ...rest } = input;
    const values = fromEdge(customFieldDefinitions, rest, work.tenant.currency) as NewRow<
      typeof customFieldDefinitions
    >;
    const { entity_type } = values;
    if (!customFieldTables().some((table) => table.name === entity_type))
      throw invalidField(
        "entity_type",
        t("Records of this kind have no custom fields: {entity_type}.", { entity_type }),
        "invalid_choice",
      );
    const present = await work.db
      .selectFrom("custom_field_definitions")
      .select(["field_key", "sort_order"])
      .where("entity_type", "=", entity_type)
      .execute();
    // A label such as 設備 has no letters for a key.
    const field_key =
      (typeof typed === "string" ? typed.trim() : "") ||
      keyOf(values.label) ||
      freeKey("field", new Set(present.map((one) => one.field_key)));
    if (!keyPattern.test(field_key))
      throw invalidField(
        "field_key",
        t("Key must begin with a letter and hold lower-case letters, digits and _ only."),
      );
    if (present.length >= mostFields)
      throw conflict(t("There are {mostFields} fields already.", { mostFields }), "too_many");
    if (present.some((one) => one.field_key === field_key))
      throw invalidField(
        "field_key",
        t("There is already a field with the key {field_key}.", { field_key }),
        "duplicate",
      );
    const sort_order = values.sort_order ?? Math.max(0, ...present.map((one) => one.sort_order)) + 10;
    const made = { ...values, field_key, sort_order, choices: mergeChoices([], input.choices ?? [], new Set()) };
    check(work, made as Definition);
    const row = await insert(work, customFieldDefinitions, made);
    await makeIndex(work, row);
    return row;
  },
});

/** Changes a field. What it belongs to and its key stay; its type too, once records have something in it (409). */
export const updateCustomField = action({
  name: "custom_fields.update",
  permission,
  input: patchInput(
    customFieldDefinitions,
    writable(customFieldDefinitions).filter((name) => name !== "entity_type" && name !== "field_key"),
    { choices },
  ),
  run: async (work: Work, input: PatchInput & { choices?: GivenChoice[] }): Promise<Definition> => {
    const before = await find(work, "custom_field_definitions", input.id);
    const values: Patch<typeof customFieldDefinitions> = fromEdge(customFieldDefinitions, input, work.tenant.currency);
    const isRetyped = values.field_type !== undefined && values.field_type !== before.field_type;
    if (isRetyped) {
      const count = await countValues(work, before);
      if (count > 0)
        throw conflict(
          t("{count} records have a value in {label}, so its type stays. Archive it and make a new field instead.", {
            count,
            label: before.label,
          }),
          "has_values",
        );
    }
    if (input.choices !== undefined)
      values.choices = mergeChoices(before.choices, input.choices, await usedChoices(work, before));
    else delete values.choices;
    check(work, { ...before, ...values } as Definition);
    const row = await update(work, customFieldDefinitions, input.id, values, input.version);
    if (isRetyped) {
      await dropIndex(work, before);
      await makeIndex(work, row);
    }
    return row;
  },
});

function check(work: Work, field: Definition): void {
  const isChosen = field.field_type === "choice" || field.field_type === "choices";
  if (isChosen && !field.choices.some((choice: Choice) => !choice.is_archived))
    throw invalidField("choices", t("Give at least one choice."), "required");
  const labels = field.choices.map((choice) => choice.label.toLowerCase());
  if (new Set(labels).size < labels.length)
    throw invalidField("choices", t("Two choices have the same label."), "not_unique");
  const keys = field.choices.map((choice) => choice.key);
  if (new Set(keys).size < keys.length)
    throw invalidField("choices", t("Two choices have the same key."), "not_unique");
  const standard = field.default_value ?? null;
  if (standard === null) return;
  const read = readValue(field, standard, work.tenant.zone);
  if ("code" in read)
    throw invalidField("default_value", t("Default: {message}", { message: read.message }), read.code);
}

const setArchived = (isArchiving: boolean): Action<PatchInput, Definition> =>
  action({
    name: `custom_fields.${isArchiving ? "archive" : "restore"}`,
    permission,
    input: target,
    run: (work: Work, input: PatchInput): Promise<Definition> =>
      update(
        work,
        customFieldDefinitions,
        input.id,
        { archived_at: isArchiving ? work.app.clock.now() : null },
        input.version,
      ),
  });

/** An archived field is not filled in any more; what stands in it stays readable. */
export const archiveCustomField = setArchived(true);
export const restoreCustomField = setArchived(false);

/** Deletes a field that nothing stands in; otherwise 409: it can be archived. */
export const deleteCustomField = action({
  name: "custom_fields.delete",
  permission,
  input: target,
  run: async (work: Work, input: PatchInput): Promise<void> => {
    const before = await find(work, "custom_field_definitions", input.id);
    const count = await countValues(work, before);
    if (count > 0)
      throw conflict(
        t("{count} records have a value in {label}. Archive the field instead.", { count, label: before.label }),
        "has_values",
      );
    await remove(work, customFieldDefinitions, input.id, input.version);
    await dropIndex(work, before);
  },
});

/** Moves a field one place up or down among those of its kind of record. */
export const moveCustomField = action({
  name: "custom_fields.move",
  permission,
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), direction: Type.Union([Type.Literal("up"), Type.Literal("down")]) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { id: string; direction: "up" | "down" }): Promise<Definition> => {
    const field = await find(work, "custom_field_definitions", input.id);
    const all = await work.db
      .selectFrom("custom_field_definitions")
      .select("id")
      .where("entity_type", "=", field.entity_type)
      .orderBy("sort_order")
      .orderBy("id")
      .execute();
    const ids = all.map((one) => one.id);
    const at = ids.indexOf(field.id);
    const to = Math.min(ids.length - 1, Math.max(0, at + (input.direction === "up" ? -1 : 1)));
    ids.splice(to, 0, ...ids.splice(at, 1));
    for (const [place, id] of ids.entries())
      await update(work, customFieldDefinitions, id, { sort_order: (place + 1) * 10 });
    return find(work, "custom_field_definitions", field.id);
  },
});
