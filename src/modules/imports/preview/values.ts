import { sql } from "kysely";
import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { TableName } from "../../../platform/database/tables.ts";
import { field } from "../../../platform/http/forms/model.ts";
import type { ImportPreviewModel } from "../../../platform/http/models/pages.ts";
import { called, t } from "../../../platform/language/index.ts";
import { namesOf } from "../../../platform/transfer/names.ts";
import { choicesOf, createAllKey, createChoice, dateOrderOf, datesKey, valueKey } from "../file.ts";
import type { Session } from "../session.ts";
import type { Read } from "./read.ts";

type Values = ImportPreviewModel["values"];

const mostValues = 40;

/**
 * What a file says that is not known here, each with what it may stand for: one of ours, or, where somebody may add it, a
 * new one of that name. What was chosen before stands there again, so that it can be changed.
 */
export async function valueFields(ctx: Ctx, session: Session, read: Read): Promise<Values> {
  const { mapping } = session.batch;
  const said = choicesOf(mapping);
  const found: Values = read.hasAmbiguousDates || said.has(datesKey) ? [datesField(session)] : [];
  const texts = new Map<string, Set<string>>([...read.unknown].map(([key, some]) => [key, new Set(some)]));
  for (const key of said.keys()) {
    const [, name = "", text = ""] = /^value:([^:]+):([^]*)$/.exec(key) ?? [];
    if (name !== "") texts.set(name, new Set([...(texts.get(name) ?? []), text]));
    if (key.startsWith("create:"))
      texts.set(key.slice("create:".length), texts.get(key.slice("create:".length)) ?? new Set());
  }
  for (const [key, some] of texts) found.push(...(await fieldsOf(ctx, session, key, [...some])));
  return found.slice(0, mostValues * 2);
}

async function fieldsOf(ctx: Ctx, session: Session, key: string, texts: readonly string[]): Promise<Values> {
  const { target, makable, batch } = session;
  const column = target.columns.find((one) => one.key === key);
  const made = makable.get(key);
  const label = called(column ?? { label: made?.label ?? "" });
  const references = column?.references ?? made?.transfer.resource.table.name ?? "";
  const names = references === "" ? (column?.about?.values ?? []) : await namesIn(ctx, references);
  if (label === "" || (names.length === 0 && made === undefined)) return [];
  const isCreatingAll = batch.mapping[createAllKey(key)] === "true";
  const options = [
    { value: "", label: made === undefined || !isCreatingAll ? t("Leave as it is") : t("As above") },
    ...(made === undefined ? [] : [{ value: createChoice, label: t("Create it") }]),
    ...names.map((name) => ({ value: name, label: name })),
  ];
  const all: Values =
    made === undefined || (texts.length < 2 && !isCreatingAll)
      ? []
      : [
          {
            source: t("All that are not known"),
            sample: label,
            field: field(createAllKey(key), t("All that are not known of {label}", { label }), {
              kind: "select",
              value: isCreatingAll ? "true" : "",
              options: [
                { value: "", label: t("Decide one by one") },
                { value: "true", label: t("Create all of them") },
              ],
            }),
            is_matched: isCreatingAll,
          },
        ];
  return [
    ...all,
    ...texts.slice(0, mostValues).map((text) => {
      const value = batch.mapping[valueKey(key, text)] ?? "";
      return {
        source: text,
        sample: label,
        field: field(valueKey(key, text), t("Value for {text}", { text }), { kind: "select", value, options }),
        is_matched: value !== "",
      };
    }),
  ];
}

/** Which comes first in dates with slashes. */
function datesField({ batch }: Session): Values[number] {
  const value = dateOrderOf(batch.mapping) ?? "";
  return {
    source: t("Dates such as 3/4/2024"),
    sample: t("In the whole file"),
    field: field(datesKey, t("Dates such as 3/4/2024"), {
      kind: "select",
      value,
      options: [
        { value: "", label: t("Leave those out that could be two") },
        { value: "mdy", label: t("Month first: March 4") },
        { value: "dmy", label: t("Day first: April 3") },
      ],
    }),
    is_matched: value !== "",
  };
}

/** The names of a short list; of a long one none, since nobody chooses from thousands. */
async function namesIn(ctx: Ctx, table: string): Promise<string[]> {
  const rows = (await reach(ctx, table as TableName)
    .select(sql<string>`${sql.ref(`${table}.id`)}`.as("id"))
    .limit(201)
    .execute()) as { id: string }[];
  if (rows.length > 200) return [];
  const names = await namesOf(
    ctx,
    table,
    rows.map(({ id }) => id),
  );
  return [...new Set(names.values())].toSorted();
}
