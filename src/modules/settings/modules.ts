import { Type } from "@sinclair/typebox";
import { action, type AnyAction, perform } from "../../platform/action.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { type Failure, invalidField } from "../../platform/errors.ts";
import { field, formModel, type FormValues } from "../../platform/http/forms/model.ts";
import { formRoutes } from "../../platform/http/forms/page.ts";
import { singleRoutes } from "../../platform/http/jsonapi/single.ts";
import { redirect, type Route } from "../../platform/http/route.ts";
import type { FormModel } from "../../platform/http/models/forms.ts";
import { t } from "../../platform/language/index.ts";
import type { Registry } from "../../platform/registry.ts";
import { isModuleOn, optionalModules } from "../../platform/switches.ts";
import { organizations } from "../../platform/tenants.ts";

const names = Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100, title: "Modules" });

/** Says which of the optional modules are on. One that another cannot be without stays on with it (422 names both). */
export const setModules = action({
  name: "settings.set_modules",
  permission: "settings.manage",
  input: Type.Object({ modules: names, version: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
  run: async (work: Work, { modules, version }: { modules: string[]; version?: number }) => {
    const { registry } = work.app;
    const wanted = new Set(modules);
    const known = offered(work);
    const unknown = modules.find((name) => !known.some((module) => module.name === name));
    if (unknown !== undefined)
      throw invalidField("modules", t("There is no module {name}.", { name: unknown }), "not_found");
    for (const { name, optional } of known) {
      const missing = wanted.has(name) ? (optional.needs ?? []).find((need) => !wanted.has(need)) : undefined;
      if (missing !== undefined)
        throw invalidField(
          "modules",
          t("{module} cannot be without {needed}. Switch both on, or both off.", {
            module: t(optional.title),
            needed: titleOf(registry, missing),
          }),
          "needed",
        );
    }
    const row = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
    const disabled_modules = known.map(({ name }) => name).filter((name) => !wanted.has(name));
    return update(work, organizations, row.id, { disabled_modules }, version);
  },
});

/** The modules that are the organization's to choose: those that its operator allows. */
function offered({ app, tenant }: Pick<Ctx, "app" | "tenant">): ReturnType<typeof optionalModules> {
  const { allowed_modules } = tenant;
  return optionalModules(app.registry).filter(({ name }) => allowed_modules?.includes(name) ?? true);
}

function titleOf(registry: Registry, name: string): string {
  return t(optionalModules(registry).find((module) => module.name === name)?.optional.title ?? name);
}

async function form(ctx: Ctx, _: unknown, typed: FormValues | null, failure: Failure | null): Promise<FormModel> {
  const { registry } = ctx.app;
  const row = await ctx.db.selectFrom("organizations").select("version").executeTakeFirstOrThrow();
  const modules = offered(ctx);
  const present = modules.map(({ name }) => name).filter((name) => isModuleOn(ctx.app, ctx.tenant, name));
  return formModel({
    action: "/settings/modules",
    values: typed === null ? { modules: present } : { modules: [], ...typed },
    version: row.version,
    failure,
    submit_label: t("Save"),
    cancel_url: "/settings",
    sections: [
      {
        title: "",
        hint: t(
          "What is switched off disappears for everybody: pages, buttons, API and jobs. Its data stays, and is there again when it is switched on.",
        ),
        fields: [
          field("modules", t("In use"), {
            kind: "checkboxes",
            span: 6,
            options: modules.map(({ name, optional }) => ({
              value: name,
              label: t(optional.title),
              hint: [
                t(optional.text),
                ...(optional.needs === undefined
                  ? []
                  : [
                      t("Needs: {modules}", {
                        modules: optional.needs.map((need) => titleOf(registry, need)).join(", "),
                      }),
                    ]),
              ].join(" "),
            })),
          }),
        ],
      },
    ],
  });
}

export const modulePages: Route[] = formRoutes({
  path: "/settings/modules",
  permission: "settings.manage",
  action: setModules as unknown as AnyAction,
  title: () => t("Modules"),
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  form,
  done: () => redirect("/settings/modules", t("Saved.")),
});

const attributes = Type.Object({ modules: names }, { additionalProperties: false });

export const moduleApi: Route[] = singleRoutes({
  path: "/api/v1/modules",
  type: "modules",
  permission: "settings.manage",
  attributes,
  input: attributes,
  summaries: {
    show: "Which of the optional modules are on.",
    change: "Say which of the optional modules are on; those that are not named are switched off.",
  },
  // Read anew: the request's own tenant is from before a change.
  load: async (ctx) => {
    const row = await ctx.db
      .selectFrom("organizations")
      .select(["id", "version", "disabled_modules"])
      .executeTakeFirstOrThrow();
    const modules = offered(ctx)
      .map(({ name }) => name)
      .filter((name) => isModuleOn(ctx.app, { ...row, allowed_modules: ctx.tenant.allowed_modules }, name));
    return { id: row.id, version: row.version, attributes: { modules } };
  },
  change: (ctx, given, match) => perform(ctx, setModules, { ...given, ...match }),
});
