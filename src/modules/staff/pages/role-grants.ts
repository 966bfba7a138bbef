import type { Ctx } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import { field, type FormGiven } from "../../../platform/http/forms/model.ts";
import { t } from "../../../platform/language/index.ts";
import { moduleTitle } from "../../../platform/module-titles.ts";

/** What a role can grant, as fields of its form: a heading a module, a choice where a permission can reach less. */

const name = "permissions";

/** Boxes for what one has or has not; the widest of several roles counts, so the choices go from nothing to everything. */
export function grantSections(ctx: Ctx, kind: "staff" | "portal"): FormGiven["sections"] {
  const { registry } = ctx.app;
  return registry.modules.flatMap((module) => {
    const given = Object.entries((kind === "portal" ? module.portalPermissions : module.permissions) ?? {});
    if (given.length === 0) return [];
    const plain = given.filter(([permission]) => !registry.scoped.has(permission));
    const reaching = given.filter(([permission]) => registry.scoped.has(permission));
    return [
      {
        title: moduleTitle(module),
        fields: [
          ...reaching.map(([permission, label]) =>
            field(name, label, {
              id: `grant-${permission.replaceAll(".", "-")}`,
              kind: "select",
              hint: permission,
              options: [
                { value: "", label: t("No") },
                { value: `${permission}:own`, label: t("One's own only") },
                { value: `${permission}:team`, label: t("One's teams' and one's own") },
                { value: permission, label: t("Everything") },
              ],
            }),
          ),
          ...(plain.length === 0
            ? []
            : [
                field(name, "", {
                  id: `grants-${module.name}`,
                  kind: "checkboxes",
                  options: plain.map(([permission, label]) => ({
                    value: permission,
                    label: t(label),
                    hint: permission,
                  })),
                  span: 6,
                  // Without a box ticked anywhere the form still says that the role grants nothing.
                  has_blank: true,
                }),
              ]),
        ],
      },
    ];
  });
}

/** A problem with what is granted is about the whole: no single box is to blame, so it stands above the form. */
export function aboutTheWhole(failure: Failure | null): Failure | null {
  if (failure === null) return null;
  const problems = failure.problems.map((one) => (one.field === name ? { ...one, field: "" } : one));
  return new Failure(failure.status, failure.code, failure.message, problems);
}
