import { can } from "../access/actor.ts";
import type { Ctx } from "../context.ts";
import { t } from "../language/index.ts";
import { isOn } from "../switches.ts";
import type { Panel, PanelModel } from "../module.ts";

/** What the modules add to a page, in order; what the actor may not see is not asked for. */
export async function panelsOf(ctx: Ctx, page: Panel["page"], subject: { id: string }): Promise<PanelModel[]> {
  const models: PanelModel[] = [];
  for (const panel of ctx.app.registry.panels) {
    if (
      panel.page !== page ||
      !isOn(ctx.app, ctx.tenant, panel) ||
      (panel.permission !== null && !can(ctx.actor, panel.permission))
    )
      continue;
    const model = await panel.load(ctx, subject);
    if (model !== null) models.push(...[model].flat().map(inWords));
  }
  return models;
}

/** Cards and steps may be declared once; what they say is translated here, when it is shown. */
function inWords(model: PanelModel): PanelModel {
  if (model.kind === "card") return { ...model, group: t(model.group), title: t(model.title), text: t(model.text) };
  return model.kind === "step" ? { ...model, title: t(model.title), text: t(model.text) } : model;
}

/** The panels of one kind. */
export function ofKind<K extends PanelModel["kind"]>(
  models: readonly PanelModel[],
  kind: K,
): Extract<PanelModel, { kind: K }>[] {
  return models.filter((model): model is Extract<PanelModel, { kind: K }> => model.kind === kind);
}
