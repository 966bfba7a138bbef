import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { field, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { formRoutes } from "../../../platform/http/forms/page.ts";
import { companyOptions } from "../../../platform/http/forms/options.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { generateFromTime } from "../actions/generate.ts";
import { todayOf } from "../drafts/write.ts";

/** Asks whose time to bill, and from when to when: from the first of last month until today, unless told. */
async function form(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const companyId = incoming.url.searchParams.get("company_id") ?? "";
  const today = todayOf(ctx);
  const month = Temporal.PlainYearMonth.from(today.slice(0, 7)).toPlainDate({ day: 1 });
  return formModel({
    action: "/invoices/from-time",
    values: typed ?? {
      company_id: companyId,
      from: month.subtract({ months: 1 }).toString(),
      to: today,
      invoice_date: today,
    },
    failure,
    submit_label: t("Make the draft"),
    cancel_url: companyId === "" ? "/invoices" : `/companies/${companyId}`,
    sections: [
      {
        title: t("Time to bill"),
        hint: t(
          "Billable time without a contract that no invoice has yet. Time under a contract is billed by the billing run.",
        ),
        fields: [
          field("company_id", t("Company"), {
            kind: "select",
            is_required: true,
            span: 6,
            options: await companyOptions(ctx, companyId),
          }),
          field("from", t("From"), { kind: "date", is_required: true, span: 2 }),
          field("to", t("To"), { kind: "date", is_required: true, span: 2, hint: t("This day included.") }),
          field("invoice_date", t("Invoice date"), { kind: "date", span: 2 }),
        ],
      },
    ],
  });
}

export const fromTimePages: Route[] = formRoutes({
  path: "/invoices/from-time",
  permission: "billing.write",
  action: generateFromTime,
  title: () => t("Bill time"),
  form,
  breadcrumbs: [{ label: "Invoices", href: "/invoices" }],
  done: (result) =>
    redirect(`/invoices/${(result as { id: string }).id}`, t("Draft made. Look it over, then approve it.")),
});
