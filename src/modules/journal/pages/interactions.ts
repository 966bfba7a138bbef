import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { htmlToPlain, isRewritten, plainToHtml } from "../../../platform/written-text.ts";
import { button } from "../../../platform/http/pages/cells.ts";
import {
  columnField,
  field,
  formFailure,
  formModel,
  type FormValues,
  rowValues,
} from "../../../platform/http/forms/model.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import { formStored, withPresent } from "../../../platform/http/forms/present.ts";
import { coerceForm } from "../../../platform/http/forms/form.ts";
import { contactOptions, optionsOf } from "../../../platform/http/forms/options.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { FieldModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { perform } from "../../../platform/action.ts";
import { reading } from "../../../platform/context.ts";
import { deleteInteraction, updateInteraction, type Interaction } from "../actions.ts";
import { interactions } from "../schema.ts";

const permission = updateInteraction.permission;
const path = "/interactions/:id/edit";

async function modelOf(
  ctx: Ctx,
  id: string,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormPageModel> {
  const row = await find(ctx, "interactions", id);
  const company = await find(ctx, "companies", row.company_id);
  const people = await ctx.db
    .selectFrom("interaction_participants")
    .select(["contact_id", "user_id"])
    .where("interaction_id", "=", id)
    .execute();
  const local = Temporal.Instant.from(row.occurred_at).toZonedDateTimeISO(ctx.tenant.zone);
  const present = people.flatMap((one) => one.contact_id ?? []);
  const own = people.flatMap((one) => one.user_id ?? []);
  const values = typed ?? {
    ...rowValues(interactions, row),
    content: htmlToPlain(row.content),
    contact_ids: present,
    user_ids: own,
  };
  const c = (name: string, given: Parameters<typeof columnField>[2] = {}): FieldModel =>
    columnField(interactions, name, given);
  const colleagues = await optionsOf(ctx, "users", { where: { user_type: "staff" }, keep: own });
  const clients = (await contactOptions(ctx, row.company_id, "", present)).filter((option) => option.value !== "");
  const when = typed?.["occurred_at"];
  return {
    header: {
      title: row.subject,
      subtitle: company.name,
      breadcrumbs: [
        { label: t("Companies"), href: "/companies" },
        { label: company.name, is_own_words: true, href: `/companies/${company.id}` },
        { label: t("Activity"), href: `/companies/${company.id}/activity` },
      ],
      badges: [],
      actions: [
        button(
          t("Delete"),
          `/interactions/${id}/delete`,
          "trash",
          "danger",
          t("Delete {subject}?", { subject: row.subject }),
        ),
      ],
    },
    form: formModel({
      action: `/interactions/${id}/edit`,
      values,
      version: row.version,
      failure,
      submit_label: t("Save changes"),
      cancel_url: `/companies/${company.id}/activity`,
      sections: [
        {
          title: t("What was talked about"),
          fields: [
            c("interaction_type"),
            c("direction"),
            c("subject", { span: 6 }),
            c("content", { kind: "textarea", span: 6, rows: 8, is_required: false }),
            c("occurred_at", {
              kind: "datetime",
              is_required: true,
              value: typeof when === "string" ? when : local.toPlainDateTime().toString().slice(0, 16),
            }),
            c("duration_minutes"),
          ],
        },
        {
          title: t("Who took part"),
          fields: [
            c("contact_id", {
              options: await contactOptions(ctx, row.company_id, t("Nobody in particular"), [row.contact_id]),
            }),
            field("contact_ids", t("Also there"), { kind: "checkboxes", span: 6, options: clients }),
            field("user_ids", t("Of the team"), { kind: "checkboxes", span: 6, options: colleagues }),
          ],
        },
      ],
    }),
  };
}

async function show(ctx: Ctx, id: string, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const model = await modelOf(ctx, id, typed, failure);
  const form = await withPresent(model.form, typed, failure, async () => (await modelOf(ctx, id, null, null)).form);
  return page("forms/index", model.header.title, { ...model, form }, failure?.status ?? 200);
}

async function save(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  const before = await reading(ctx, (reader) => find(reader, "interactions", id));
  const { fields } = await incoming.form();
  const asked = formStored(ctx, fields, (reader, failure) => show(reader, id, fields, failure));
  if (asked !== null) return asked;
  try {
    const { content, occurred_at, ...others } = fields;
    const input = coerceForm(updateInteraction.input, others, ["contact_ids", "user_ids"]);
    const row = await perform<never, Interaction>(ctx, updateInteraction as never, {
      ...input,
      id,
      ...(isRewritten(content, before.content) ? { content: plainToHtml(content) } : {}),
      ...(typeof occurred_at === "string" ? { occurred_at: instantOf(occurred_at, ctx.tenant.zone) } : {}),
    });
    return redirect(`/companies/${row.company_id}/activity`, t("Changes saved."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, id, fields, failure));
  }
}

/** A wall-clock time of the organization as an instant; what cannot be read stays, and is refused by the action. */
function instantOf(text: string, timezone: string): string {
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timezone).toInstant().toString();
  } catch {
    return text;
  }
}

/** The form of one call or meeting: what the quick line has no room for. */
export const interactionPages: Route[] = [
  {
    method: "GET",
    path,
    door: "staff",
    permission,
    handle: (ctx, incoming) => show(ctx, incoming.params["id"] ?? "", null, null),
  },
  { method: "POST", path, door: "staff", permission, handle: save },
  buttonRoute("/interactions/:id/delete", deleteInteraction, (_, result) =>
    redirect(`/companies/${(result as Interaction).company_id}/activity`, t("Deleted.")),
  ),
];
