import { users } from "../../platform/access/schema.ts";
import type { Ctx } from "../../platform/context.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import { unauthorized } from "../../platform/errors.ts";
import { accountCrumb, type AccountDoor, accountHomes } from "../../platform/http/pages/account.ts";
import { columnField, formModel, rowValues } from "../../platform/http/forms/model.ts";
import { type FormPage, formRoutes } from "../../platform/http/forms/page.ts";
import { redirect, type Route } from "../../platform/http/route.ts";
import { languageOf, languages, t } from "../../platform/language/index.ts";
import { changeMe } from "./actions.ts";

/** Account → Appearance: theme, density, language, time zone, keyboard; the same page behind both doors. */

/** The row of whoever is signed in. */
export async function myself(ctx: Ctx): Promise<RowOf<typeof users>> {
  const { user_id } = ctx.actor;
  if (user_id === null) throw unauthorized();
  return ctx.db.selectFrom("users").selectAll().where("id", "=", user_id).executeTakeFirstOrThrow();
}

function appearance(door: AccountDoor): FormPage {
  const path = `${accountHomes[door]}/appearance`;
  return {
    path,
    door,
    permission: null,
    action: changeMe,
    title: () => t("Appearance"),
    breadcrumbs: [accountCrumb(door)],
    form: async (ctx, _, typed, failure) => {
      const row = await myself(ctx);
      const own = languages().find(({ code }) => code === languageOf(ctx.tenant.organization_locale))?.name ?? "";
      const zones = Intl.supportedValuesOf("timeZone").map((zone) => ({
        value: zone,
        label: zone.replaceAll("_", " "),
      }));
      return formModel({
        action: path,
        values: typed ?? rowValues(users, row),
        failure,
        submit_label: t("Save"),
        cancel_url: accountHomes[door],
        sections: [
          {
            title: t("Look"),
            fields: [
              columnField(users, "theme", {
                label: t("Theme"),
                kind: "radio",
                span: 6,
                options: [
                  { value: "system", label: t("As the device"), hint: "" },
                  { value: "light", label: t("Light"), hint: "" },
                  { value: "dark", label: t("Dark"), hint: "" },
                ],
              }),
              columnField(users, "density", {
                label: t("Density"),
                kind: "radio",
                span: 6,
                options: [
                  { value: "comfortable", label: t("Comfortable"), hint: "" },
                  { value: "compact", label: t("Compact: more rows on a page"), hint: "" },
                ],
              }),
            ],
          },
          {
            title: t("Language and time"),
            fields: [
              columnField(users, "language", {
                label: t("Language"),
                kind: "select",
                options: [
                  { value: "", label: t("As the organization: {language}", { language: own }) },
                  ...languages().map(({ code, name }) => ({ value: code, label: name })),
                ],
              }),
              columnField(users, "timezone", {
                label: t("Time zone"),
                kind: "select",
                options: [
                  {
                    value: "",
                    label: t("As the organization: {zone}", { zone: ctx.tenant.timezone.replaceAll("_", " ") }),
                  },
                  ...zones,
                ],
              }),
            ],
          },
          ...(door === "staff"
            ? [
                {
                  title: t("Keyboard"),
                  fields: [
                    columnField(users, "is_shortcuts_on", {
                      label: t("Shortcuts of a single key"),
                      span: 6,
                      hint: t(
                        "Off where a speech program or a slip of the finger sets them off. Those with Ctrl stay.",
                      ),
                    }),
                  ],
                },
              ]
            : []),
        ],
      });
    },
    done: () => redirect(path, t("Saved.")),
  };
}

export const appearancePages: Route[] = [...formRoutes(appearance("staff")), ...formRoutes(appearance("portal"))];
