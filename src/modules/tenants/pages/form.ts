import type { TObject } from "@sinclair/typebox";
import { platformPermission } from "../../../platform/access/platform.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { formFailure, formModel, type FormGiven, type FormValues } from "../../../platform/http/forms/model.ts";
import { readInput } from "../../../platform/http/forms/page.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";

/** A page of the operators' host with one form: shown, sent, and shown again with what was typed. */
export interface OperatorForm {
  path: string;
  title: string;
  subtitle?: string;
  input: TObject;
  breadcrumbs: { label: string; href: string }[];
  form(ctx: Ctx, incoming: Incoming): Promise<Omit<FormGiven, "failure">> | Omit<FormGiven, "failure">;
  /** Does it; `input` holds the fields and the id of the path. */
  run(ctx: Ctx, input: Record<string, unknown>, incoming: Incoming): Promise<Answer>;
}

/** The two routes of such a form. */
export function operatorForm(given: OperatorForm): Route[] {
  const show = async (
    ctx: Ctx,
    incoming: Incoming,
    typed: FormValues | null,
    failure: Failure | null,
  ): Promise<Answer> => {
    const form = await given.form(ctx, incoming);
    const model: FormPageModel = {
      header: {
        title: t(given.title),
        subtitle: given.subtitle === undefined ? "" : t(given.subtitle),
        breadcrumbs: given.breadcrumbs.map(({ label, href }) => ({ label: t(label), href })),
        badges: [],
        actions: [],
      },
      form: formModel({ ...form, values: typed ?? form.values ?? {}, failure }),
    };
    return page("forms/index", t(given.title), model, failure?.status ?? 200);
  };
  return [
    {
      method: "GET",
      path: given.path,
      door: "operator",
      permission: platformPermission,
      handle: (ctx, incoming) => show(ctx, incoming, null, null),
    },
    {
      method: "POST",
      path: given.path,
      door: "operator",
      permission: platformPermission,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          return await given.run(ctx, { ...readInput(given.input, fields), ...incoming.params }, incoming);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => show(reader, incoming, fields, failure));
        }
      },
    },
  ];
}

/** A page of the operators' host. */
export function operatorPage(path: string, handle: Route["handle"]): Route {
  return { method: "GET", path, door: "operator", permission: platformPermission, handle };
}

/** A button of the operators' host; what stands in the way is said on the page it goes back to. */
export function operatorButton(
  path: string,
  back: (incoming: Incoming) => string,
  run: (ctx: Ctx, params: Readonly<Record<string, string>>) => Promise<string>,
): Route {
  return {
    method: "POST",
    path,
    door: "operator",
    permission: platformPermission,
    handle: async (ctx, incoming) => {
      try {
        return redirect(back(incoming), await run(ctx, incoming.params));
      } catch (error) {
        return redirect(back(incoming), formFailure(error).message, "error");
      }
    },
  };
}
