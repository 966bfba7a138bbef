import { find } from "../../../../platform/access/reach.ts";
import type { Ctx } from "../../../../platform/context.ts";
import type { Table } from "../../../../platform/database/columns.ts";
import { writable } from "../../../../platform/database/edge.ts";
import type { TableName } from "../../../../platform/database/tables.ts";
import type { Failure } from "../../../../platform/errors.ts";
import { columnField, field, formModel, type FormValues, rowValues } from "../../../../platform/http/forms/model.ts";
import { optionsOf } from "../../../../platform/http/forms/options.ts";
import type { FieldModel, FormModel } from "../../../../platform/http/models/forms.ts";
import type { Incoming } from "../../../../platform/http/route.ts";
import { declared, t } from "../../../../platform/language/index.ts";
import { ticketStatuses } from "../../schema.ts";
import type { Setting } from "./kinds.ts";

const hints: Record<string, string> = {
  is_closed: declared("Settled once tickets have this status."),
  portal_name: declared("When clients should read another word than the team."),
  is_default: declared("What new tickets get."),
  sla_multiplier: declared("0.5 halves the targets, 2 doubles them."),
};

export async function formOf(
  ctx: Ctx,
  setting: Setting,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const { id } = incoming.params;
  const row = id === undefined ? null : await find(ctx, setting.table.name, id);
  const first: FormValues =
    setting.table === ticketStatuses
      ? { color: "#3b82c4", waiting_on: "us", is_clock_running: true }
      : { color: "#3b82c4", sla_multiplier: "1" };
  /** What the record has now, which stays a choice when it was archived since. */
  const chosen = (name: string): string | null =>
    (row as Readonly<Record<string, string | null>> | null)?.[name] ?? null;
  const fields: FieldModel[] = [];
  for (const name of writable(setting.table as Table)) {
    const options =
      name === "parent_category_id"
        ? {
            options: (
              await optionsOf(ctx, "ticket_categories", {
                blank: t("None: a category of its own"),
                where: { parent_category_id: null },
                keep: chosen(name),
              })
            ).filter((option) => option.value !== id),
          }
        : {};
    const reference = (setting.table as Table).columns[name]?.references;
    const given =
      name !== "parent_category_id" && reference != null
        ? {
            options: await optionsOf(ctx, reference as TableName, {
              blank: t("As for all tickets"),
              keep: chosen(name),
            }),
          }
        : options;
    fields.push(columnField(setting.table as Table, name, { ...given, hint: t(hints[name] ?? "") }));
  }
  if (setting.table === ticketStatuses)
    fields.push(
      field("next_status_ids", t("May be followed by"), {
        kind: "checkboxes",
        span: 6,
        has_blank: true,
        hint: t("None ticked: any status may follow. Clients who answer open a closed ticket all the same."),
        options: (await optionsOf(ctx, "ticket_statuses")).filter((option) => option.value !== id),
      }),
    );
  return formModel({
    action: incoming.url.pathname,
    values: typed ?? (row === null ? first : { ...rowValues(setting.table as Table, row), ...followingOf(row) }),
    version: row?.version ?? null,
    failure,
    submit_label: row === null ? t("Create {noun}", { noun: t(setting.table.noun) }) : t("Save changes"),
    cancel_url: `/settings/${setting.path}`,
    sections: [{ title: "", fields }],
  });
}

const followingOf = (row: object): FormValues =>
  "next_status_ids" in row ? { next_status_ids: row.next_status_ids } : {};
