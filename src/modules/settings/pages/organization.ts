import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { formFailure, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import type { FieldModel } from "../../../platform/http/models/forms.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { organizations } from "../../../platform/tenants.ts";
import { brandingSections, invoicingSections, letterheadSections, localitySections, urlSections } from "../forms.ts";
import { cookiesOfAddress, saveOrganization } from "../save.ts";

/** What an organization says of itself: a page over some of its columns each. */

type Sections = { title: string; hint?: string; fields: FieldModel[] }[];

const crumbs = [{ label: "Settings", href: "/settings" }];

/** A settings page over columns of the organization. */
function organizationPage(path: string, title: string, sections: () => Sections): Route[] {
  const show = async (ctx: Ctx, typed: FormValues | null, failure: Failure | null): Promise<Answer> => {
    const row = await ctx.db.selectFrom("organizations").selectAll().executeTakeFirstOrThrow();
    const model: FormPageModel = {
      header: { title: t(title), subtitle: "", breadcrumbs: crumbs, badges: [], actions: [] },
      form: formModel({
        action: path,
        values: typed ?? rowValues(organizations, row),
        version: row.version,
        failure,
        submit_label: t("Save"),
        cancel_url: "/settings",
        sections: sections(),
      }),
    };
    return page("forms/index", model.header.title, model, failure?.status ?? 200);
  };
  return [
    { method: "GET", path, door: "staff", permission: "settings.manage", handle: (ctx) => show(ctx, null, null) },
    {
      method: "POST",
      path,
      door: "staff",
      permission: "settings.manage",
      maxBytes: 4 * 1024 * 1024,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          await saveOrganization(ctx, incoming);
          return redirect(path, t("Settings saved."), "success", await cookiesOfAddress(ctx));
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => show(reader, fields, failure));
        }
      },
    },
  ];
}

export const organizationPages: Route[] = [
  ...organizationPage("/settings/organization", declared("Organization and letterhead"), letterheadSections),
  ...organizationPage("/settings/branding", declared("Branding"), brandingSections),
  ...organizationPage("/settings/address", declared("Public address"), urlSections),
  ...organizationPage("/settings/locale", declared("Time zone and currency"), localitySections),
  ...organizationPage("/settings/invoicing", declared("Invoices"), invoicingSections).map((route) => ({
    ...route,
    needs: "billing",
  })),
];
