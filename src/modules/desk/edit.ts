import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { htmlToPlain, isRewritten, plainToHtml } from "../../platform/written-text.ts";
import { button } from "../../platform/http/pages/cells.ts";
import { customSections } from "../../platform/custom-fields/form.ts";
import { choicesOr, formChoices } from "../../platform/http/forms/choices.ts";
import { formStored, withPresent } from "../../platform/http/forms/present.ts";
import { coerceForm } from "../../platform/http/forms/form.ts";
import {
  columnField,
  field,
  formFailure,
  formModel,
  type FormValues,
  rowValues,
  shownFields,
} from "../../platform/http/forms/model.ts";
import { contactOptions, optionsOf } from "../../platform/http/forms/options.ts";
import type { FormPageModel } from "../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../platform/http/route.ts";
import type { FieldModel } from "../../platform/http/models/forms.ts";
import { t } from "../../platform/language/index.ts";
import { splitTags, tagsOf } from "../../platform/tags.ts";
import { type TicketRow, tickets, updateTicket } from "../tickets/index.ts";

/** The form for what seldom changes of a ticket: its words, whom it is for, how it is counted. */

const names = ["title", "description", "company_id", "contact_id", "site_id", "estimated_hours", "is_billable"];

async function editModel(
  ctx: Ctx,
  id: string,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormPageModel> {
  const ticket = (await find(ctx, "tickets", id)) as TicketRow;
  const [tags = []] = await tagsOf(ctx, "tickets", [id]);
  const values = typed ?? {
    ...rowValues(tickets, ticket),
    description: htmlToPlain(ticket.description),
    tags: tags.join(", "),
  };
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(tickets, name, given);
  const companyId = typeof values["company_id"] === "string" ? values["company_id"] : ticket.company_id;
  const title = t("Edit #{ticket_number}", { ticket_number: ticket.ticket_number });
  return {
    header: {
      title,
      subtitle: "",
      breadcrumbs: [
        { label: t("Tickets"), href: "/tickets" },
        { label: ticket.title, is_own_words: true, href: `/tickets/${id}` },
      ],
      badges: [],
      actions: [
        button(
          t("Delete"),
          `/tickets/${id}/delete`,
          "trash",
          "danger",
          t("Delete #{ticket_number} for good? Only a ticket without notes and time can be deleted.", {
            ticket_number: ticket.ticket_number,
          }),
        ),
      ],
    },
    form: formModel({
      action: `/tickets/${id}/edit`,
      values,
      version: ticket.version,
      failure,
      submit_label: t("Save changes"),
      cancel_url: `/tickets/${id}`,
      sections: [
        {
          title: t("Request"),
          fields: [
            c("title", { span: 6 }),
            c("description", { span: 6, rows: 8 }),
            field("tags", t("Tags"), { hint: t("Separated by commas"), span: 6 }),
          ],
        },
        {
          title: t("Client"),
          fields: shownFields(ctx.actor, tickets, [
            c("company_id", { options: await optionsOf(ctx, "companies", { keep: ticket.company_id }) }),
            c("contact_id", {
              // Whom the ticket is for stays a choice until it is given to another company.
              options: await contactOptions(
                ctx,
                companyId,
                t("Nobody in particular"),
                companyId === ticket.company_id ? [ticket.contact_id] : [],
              ),
            }),
            c("site_id", {
              options: await optionsOf(ctx, "sites", {
                blank: t("None"),
                where: { company_id: companyId },
                keep: ticket.site_id,
              }),
            }),
          ]),
        },
        ...(await customSections(ctx, "tickets", values, { companyId })),
        {
          title: t("Work"),
          fields: [
            c("estimated_hours"),
            c("is_billable", { hint: t("Time on this ticket is billed unless the entry says otherwise.") }),
          ],
        },
      ],
    }),
  };
}

async function show(ctx: Ctx, id: string, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const model = await editModel(ctx, id, typed, failure);
  const whole = await withPresent(model.form, typed, failure, async () => (await editModel(ctx, id, null, null)).form);
  return choicesOr(whole, typed, (form) =>
    page("forms/index", model.header.title, { ...model, form }, failure?.status ?? 200),
  );
}

async function save(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  const { fields } = await incoming.form();
  const asked =
    formChoices(ctx, fields, (reader) => show(reader, id, fields, null)) ??
    formStored(ctx, fields, (reader, failure) => show(reader, id, fields, failure));
  if (asked !== null) return asked;
  try {
    const before = await reading(ctx, (reader) => find(reader, "tickets", id));
    const { tags, description, ...typed } = fields;
    const input = coerceForm(updateTicket.input, typed, names);
    await perform(ctx, updateTicket, {
      ...input,
      id,
      tags: splitTags(String(tags ?? "")),
      ...(isRewritten(description, before.description) ? { description: plainToHtml(description) } : {}),
    });
    return redirect(`/tickets/${id}`, t("Changes saved."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, id, fields, failure));
  }
}

export const editRoutes: Route[] = [
  {
    method: "GET",
    path: "/tickets/:id/edit",
    door: "staff",
    permission: updateTicket.permission,
    handle: (ctx, incoming) => show(ctx, incoming.params["id"] ?? "", null, null),
  },
  { method: "POST", path: "/tickets/:id/edit", door: "staff", permission: updateTicket.permission, handle: save },
];
