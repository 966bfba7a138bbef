import { maybeFind, reach } from "../../../platform/access/reach.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { titledWith } from "../../../platform/database/search.ts";
import type { Failure } from "../../../platform/errors.ts";
import { customSections } from "../../../platform/custom-fields/form.ts";
import { plainToHtml } from "../../../platform/written-text.ts";
import { choicesOr, formChoices } from "../../../platform/http/forms/choices.ts";
import { coerceForm } from "../../../platform/http/forms/form.ts";
import {
  columnField,
  formFailure,
  formModel,
  type FormValues,
  type Option,
} from "../../../platform/http/forms/model.ts";
import { companyOptions, contactOptions, optionsOf } from "../../../platform/http/forms/options.ts";
import type { NewTicketPageModel } from "../../../platform/http/models/pages.ts";
import {
  type Answer,
  type Incoming,
  mostUploadBytes,
  page,
  redirect,
  type Route,
} from "../../../platform/http/route.ts";
import type { FieldModel, FormModel } from "../../../platform/http/models/forms.ts";
import { isId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { contactName } from "../../companies/index.ts";
import { mostFiles, openTicketWithFiles, takeFiles } from "../actions/files.ts";
import { openTicket } from "../actions/open.ts";
import { tickets } from "../schema.ts";
import { categoryOptions, withCategory } from "./category.ts";

const shown = [
  "company_id",
  "contact_id",
  "title",
  "description",
  "queue_id",
  "priority_id",
  "type_id",
  "category_id",
  "assigned_to_id",
  "team_id",
  "status_id",
];
const path = "/tickets/new";
const text = (values: FormValues, name: string): string => (typeof values[name] === "string" ? values[name] : "");

/** Contacts of the company, or while there is none, everybody's: the company then follows from the contact. */
async function contactChoices(ctx: Ctx, companyId: string): Promise<Option[]> {
  if (companyId !== "") return contactOptions(ctx, companyId, t("Nobody in particular"));
  const rows = await reach(ctx, "contacts")
    .innerJoin("companies", "companies.id", "contacts.company_id")
    .select(["contacts.id", "contacts.first_name", "contacts.last_name", "companies.name as company"])
    .where("contacts.archived_at", "is", null)
    .where("companies.archived_at", "is", null)
    // Of everybody's contacts there may be more than are read at once.
    .where(titledWith(ctx, ctx.sought ?? "", { contacts: "contacts.id", companies: "companies.id" }))
    .orderBy("contacts.first_name")
    .orderBy("contacts.last_name")
    .limit(1000)
    .execute();
  return [
    { value: "", label: t("Choose a company or a contact") },
    ...rows.map((row) => ({ value: row.id, label: `${contactName(row)} · ${row.company}` })),
  ];
}

/** What the form begins with: the links of company and contact pages name whom the ticket is for. */
async function firstValues(ctx: Ctx, url: URL): Promise<FormValues> {
  const named = <T extends "companies" | "contacts">(table: T, id: string | null) =>
    isId(id) ? maybeFind(ctx, table, id) : undefined;
  const contact = await named("contacts", url.searchParams.get("contact_id"));
  const companyId = contact?.company_id ?? url.searchParams.get("company_id") ?? "";
  const company = await named("companies", companyId);
  const technical = contact ?? (await named("contacts", company?.default_technical_contact_id ?? null));
  return { company_id: company?.id ?? "", contact_id: technical?.id ?? "", title: url.searchParams.get("title") ?? "" };
}

async function formOf(ctx: Ctx, values: FormValues, failure: Failure | null): Promise<FormModel> {
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(tickets, name, given);
  const byDefault = async (
    table: "ticket_queues" | "ticket_priorities" | "ticket_types" | "ticket_statuses",
  ): Promise<Option[]> => {
    const standard = await ctx.db.selectFrom(table).select("name").where("is_default", "=", true).executeTakeFirst();
    return optionsOf(ctx, table, {
      blank: standard === undefined ? t("None") : t("{name} (standard)", { name: standard.name }),
    });
  };
  const companyId = text(values, "company_id");
  return formModel({
    action: path,
    values,
    failure,
    submit_label: t("Open ticket"),
    cancel_url: companyId === "" ? "/tickets" : `/companies/${companyId}`,
    is_multipart: true,
    sections: [
      {
        title: t("Client"),
        fields: [
          c("company_id", {
            is_required: false,
            options: await companyOptions(ctx, companyId),
          }),
          c("contact_id", { options: await contactChoices(ctx, companyId) }),
        ],
      },
      { title: t("Request"), fields: [c("title", { span: 6 }), c("description", { span: 6, rows: 6 })] },
      ...(await customSections(ctx, "tickets", values, { companyId: companyId === "" ? null : companyId })),
      {
        title: t("Handling"),
        fields: [
          c("queue_id", { is_required: false, options: await byDefault("ticket_queues") }),
          c("priority_id", { is_required: false, options: await byDefault("ticket_priorities") }),
          c("type_id", { options: await byDefault("ticket_types") }),
          c("category_id", { options: await categoryOptions(ctx, null) }),
          c("assigned_to_id", {
            options: await optionsOf(ctx, "users", { blank: t("Nobody yet"), where: { user_type: "staff" } }),
          }),
          c("team_id", { options: await optionsOf(ctx, "teams", { blank: t("None") }) }),
          c("status_id", { is_required: false, options: await byDefault("ticket_statuses") }),
        ],
      },
    ],
  });
}

async function show(ctx: Ctx, values: FormValues, failure: Failure | null): Promise<Answer> {
  const title = t("New ticket");
  return choicesOr(await formOf(ctx, values, failure), values, (form) => {
    const model: NewTicketPageModel = {
      header: {
        title,
        subtitle: "",
        breadcrumbs: [{ label: t("Tickets"), href: "/tickets" }],
        badges: [],
        actions: [],
      },
      form,
      file_hint: t("up to {count} files of 50 MB", { count: mostFiles }),
      file_error: failure?.problems.find((problem) => problem.field === "files")?.message ?? "",
    };
    return page("tickets/new", title, model, failure?.status ?? 200);
  });
}

async function submit(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields, files } = await incoming.form();
  const choices = formChoices(ctx, fields, (reader) => show(reader, fields, null));
  if (choices !== null) return choices;
  if (fields["_contacts"] !== undefined) return reading(ctx, (reader) => show(reader, fields, null));
  try {
    const chosen = await reading(ctx, (reader) => withCategory(reader, fields));
    const input = coerceForm(openTicket.input, chosen, [...shown, "subcategory_id"]);
    // A blank choice of a list means the standard one, not none.
    const given = Object.entries(input).filter(([name, value]) => !(name === "type_id" && value === null));
    const ticket = await openTicketWithFiles(
      ctx,
      { ...Object.fromEntries(given), description: plainToHtml(text(fields, "description")) },
      await takeFiles(ctx, files),
    );
    return redirect(
      `/tickets/${ticket.id}`,
      t("Ticket #{ticket_number} is open.", { ticket_number: ticket.ticket_number }),
    );
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, fields, failure));
  }
}

/** The form for a new ticket. */
export const newTicketPages: Route[] = [
  {
    method: "GET",
    path,
    door: "staff",
    permission: openTicket.permission,
    handle: async (ctx, incoming) => show(ctx, await firstValues(ctx, incoming.url), null),
  },
  { method: "POST", path, door: "staff", permission: openTicket.permission, maxBytes: mostUploadBytes, handle: submit },
];
