import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { formFailure, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { button } from "../../../platform/http/pages/cells.ts";
import type { FieldModel } from "../../../platform/http/models/forms.ts";
import type { ActionLink } from "../../../platform/http/models/partials.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import type { RowFor } from "../../../platform/access/reach.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { organizations } from "../../../platform/tenants.ts";
import { setLogo } from "../actions.ts";
import { brandingSections, invoicingSections, letterheadSections, localitySections, urlSections } from "../forms.ts";
import { mostLogoBytes } from "../logo.ts";
import { cookiesOfAddress, saveOrganization } from "../save.ts";

/** What an organization says of itself: a page over some of its columns each. */

type Sections = { title: string; hint?: string; fields: FieldModel[] }[];

const crumbs = [{ label: "Settings", href: "/settings" }];

/** A settings page over columns of the organization. */
function organizationPage(
  path: string,
  title: string,
  sections: (row: RowFor<"organizations">) => Sections,
  actions: (row: RowFor<"organizations">) => ActionLink[] = () => [],
): Route[] {
  const show = async (ctx: Ctx, typed: FormValues | null, failure: Failure | null): Promise<Answer> => {
    const row = await ctx.db.selectFrom("organizations").selectAll().executeTakeFirstOrThrow();
    const model: FormPageModel = {
      header: { title: t(title), subtitle: "", breadcrumbs: crumbs, badges: [], actions: actions(row) },
      form: formModel({
        action: path,
        values: typed ?? rowValues(organizations, row),
        version: row.version,
        failure,
        submit_label: t("Save"),
        cancel_url: "/settings",
        sections: sections(row),
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
      maxBytes: mostLogoBytes,
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

const removeLogo = (row: RowFor<"organizations">): ActionLink[] =>
  row.logo_file_id === null
    ? []
    : [
        button(
          t("Remove logo"),
          "/settings/organization/remove-logo",
          "trash",
          "ghost",
          t("Remove the logo? Invoices, sign-in pages and mails go without one."),
        ),
      ];

export const organizationPages: Route[] = [
  ...organizationPage(
    "/settings/organization",
    declared("Organization and letterhead"),
    letterheadSections,
    removeLogo,
  ),
  {
    method: "POST",
    path: "/settings/organization/remove-logo",
    door: "staff",
    permission: setLogo.permission,
    handle: async (ctx) => {
      await perform(ctx, setLogo, { file: null });
      return redirect("/settings/organization", t("Logo removed."));
    },
  },
  ...organizationPage("/settings/branding", declared("Branding"), brandingSections),
  ...organizationPage("/settings/address", declared("Public address"), urlSections),
  ...organizationPage("/settings/locale", declared("Time zone and currency"), localitySections),
  ...organizationPage("/settings/invoicing", declared("Invoices"), invoicingSections).map((route) => ({
    ...route,
    needs: "billing",
  })),
];
