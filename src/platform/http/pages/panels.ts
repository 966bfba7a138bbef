import { can } from "../../access/actor.ts";
import type { Ctx } from "../../context.ts";
import { t } from "../../language/index.ts";
import { isOn } from "../../switches.ts";
import type { NavItem, Panel, PanelModel } from "../../module.ts";

/** What the modules add to a page, in order; what the actor may not see is not asked for. */
export async function panelsOf(ctx: Ctx, page: Panel["page"], subject: { id: string }): Promise<PanelModel[]> {
  const shown = ctx.app.registry.panels.filter((panel) => isShown(ctx, page, panel));
  const models = await Promise.all(shown.map(async (panel) => (await panel.load(ctx, subject)) ?? []));
  return models.flat(2).map(inWords);
}

/** Whether the modules add anything to a page for this actor. */
function hasPanels(ctx: Ctx, page: Panel["page"]): boolean {
  return ctx.app.registry.panels.some((panel) => isShown(ctx, page, panel));
}

function isShown(ctx: Ctx, page: Panel["page"], panel: Panel): boolean {
  return (
    panel.page === page &&
    isOn(ctx.app, ctx.tenant, panel) &&
    (panel.permission === null || can(ctx.actor, panel.permission))
  );
}

/** Whether an entry of the navigation is for this actor. */
export function isForActor(ctx: Ctx, { permission }: Pick<NavItem, "permission">): boolean {
  if (permission === null) return true;
  return typeof permission === "string" ? can(ctx.actor, permission) : hasPanels(ctx, permission.panels);
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
