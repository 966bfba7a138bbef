import { can } from "../../platform/access/actor.ts";
import type { Ctx } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { columnField, formModel, type FormValues, type Option, rowValues } from "../../platform/http/forms/model.ts";
import { cell, facts } from "../../platform/http/pages/cells.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import type { FieldModel, FormModel } from "../../platform/http/models/forms.ts";
import type { FactsModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import { categoryChosen, categoryOptions, statusOptions, type TicketRow, tickets } from "../tickets/index.ts";

/** The fields beside a conversation; each saves when it changes. */
export const detailNames = [
  "status_id",
  "priority_id",
  "queue_id",
  "assigned_to_id",
  "team_id",
  "type_id",
  "category_id",
  "contract_id",
];

/**
 * The details as a form: as they are, or with `typed` as they were to become when that failed. Where somebody else was
 * quicker they are shown as they are: every field is sent, and what was typed would take back what the other has changed.
 */
export async function detailsForm(
  ctx: Ctx,
  ticket: TicketRow,
  action: string,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const c = async (name: string, options: Promise<Option[]>): Promise<FieldModel> =>
    columnField(tickets, name, { options: await options, is_required: false, span: 6 });
  const fields = await Promise.all([
    c("status_id", statusOptions(ctx, ticket.status_id)),
    c("priority_id", optionsOf(ctx, "ticket_priorities")),
    c("queue_id", optionsOf(ctx, "ticket_queues", { keep: ticket.queue_id })),
    c(
      "assigned_to_id",
      optionsOf(ctx, "users", { blank: t("Nobody"), where: { user_type: "staff" }, keep: ticket.assigned_to_id }),
    ),
    c("team_id", optionsOf(ctx, "teams", { blank: t("None"), keep: ticket.team_id })),
    c("type_id", optionsOf(ctx, "ticket_types", { blank: t("None"), keep: ticket.type_id })),
    c("category_id", categoryOptions(ctx, categoryChosen(ticket))),
    ...(can(ctx.actor, "contracts.read")
      ? [
          c(
            "contract_id",
            optionsOf(ctx, "contracts", {
              blank: t("The company's"),
              where: { company_id: ticket.company_id },
              keep: ticket.contract_id,
            }),
          ),
        ]
      : []),
  ]);
  return formModel({
    action,
    values: (failure?.code === "stale" ? null : typed) ?? {
      ...rowValues(tickets, ticket),
      category_id: categoryChosen(ticket) ?? "",
    },
    version: ticket.version,
    failure,
    submit_label: t("Save"),
    sections: [{ title: "", fields }],
  });
}

/** The same for those who may only read: a fact for each field that has a value. */
export function detailFacts({ sections }: FormModel): FactsModel {
  const fields = sections.flatMap((section) => section.fields);
  return facts(
    "",
    fields.map(({ label, value, options }) => [
      label,
      value === "" ? cell.nothing : cell.text(options.find((option) => option.value === value)?.label),
    ]),
  );
}
