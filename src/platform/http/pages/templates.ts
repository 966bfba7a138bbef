import Handlebars from "handlebars/runtime";
import { views } from "#generated/views.js";
import { helpers } from "./template-helpers.ts";
import type { LayoutModel, PlainLayoutModel } from "../models/layouts.ts";

const handlebars = Handlebars.create();
handlebars.registerHelper(helpers);

const templates = new Map(Object.entries(views).map(([name, spec]) => [name, handlebars.template(spec)]));
for (const [name, template] of templates) {
  if (name.startsWith("partials/") || name.includes("/_")) handlebars.registerPartial(name, template);
}

/** What a template may use beside its model. */
export interface RenderData {
  /** The session's CSRF token, for forms whose model does not carry it. */
  csrf?: string;
}

/**
 * Renders a template of `views/` (named by its path without `.hbs`) to HTML. Without `data` the token is taken from the
 * model's own `csrf`. Throws when there is no such template, or when the model lacks something that the template names.
 */
export function render(name: string, model: object, data: RenderData = {}): string {
  const template = templates.get(name);
  if (template === undefined) throw new Error(`there is no template "${name}"`);
  const csrf = data.csrf ?? ("csrf" in model && typeof model.csrf === "string" ? model.csrf : "");
  try {
    return template(model, { data: { csrf } });
  } catch (error) {
    throw new Error(`template "${name}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Renders a page inside a layout; the page's forms get the layout's CSRF token. */
export function renderPage(
  layout: "app" | "portal" | "plain",
  frame: Omit<LayoutModel, "content">,
  name: string,
  model: object,
): string;
export function renderPage(
  layout: "plain",
  frame: Omit<PlainLayoutModel, "content">,
  name: string,
  model: object,
): string;
export function renderPage(
  layout: "app" | "portal" | "plain",
  frame: Omit<PlainLayoutModel, "content">,
  name: string,
  model: object,
): string {
  const content = render(name, model, { csrf: frame.csrf });
  return render(`layouts/${layout}`, { ...frame, content }, { csrf: frame.csrf });
}

/** Names of all templates, for the test that renders each. */
export const templateNames: readonly string[] = [...templates.keys()];
