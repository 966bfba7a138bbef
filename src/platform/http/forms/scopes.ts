import { can } from "../../access/actor.ts";
import type { Ctx } from "../../context.ts";
import { t } from "../../language/index.ts";
import { moduleTitle } from "../../module-titles.ts";
import { field, type Option } from "./model.ts";
import type { FieldModel } from "../models/forms.ts";

/**
 * Check boxes for what a key or an app may do, one group a module: what the actor may do, and what is chosen already.
 * All groups send the same name, `scopes`.
 */
export function scopeFields(ctx: Ctx, chosen: readonly string[]): FieldModel[] {
  return ctx.app.registry.modules.flatMap((module) => {
    const options: Option[] = Object.entries(module.permissions ?? {})
      .filter(([name]) => can(ctx.actor, name) || chosen.includes(name))
      .map(([value, label]) => ({ value, label: t(label), hint: value }));
    if (options.length === 0) return [];
    const made = field("scopes", moduleTitle(module), { kind: "checkboxes", options, span: 6 });
    return [{ ...made, id: `field-scopes-${module.name}` }];
  });
}
