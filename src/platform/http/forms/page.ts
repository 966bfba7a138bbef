import type { TObject } from "@sinclair/typebox";
import type { AnyAction } from "../../action.ts";
import { perform } from "../../action.ts";
import { type Ctx, reading } from "../../context.ts";
import type { Failure } from "../../errors.ts";
import { choicesOr, formChoices } from "./choices.ts";
import { coerceForm } from "./form.ts";
import { formStored, withPresent } from "./present.ts";
import { formFailure, type FormValues } from "./model.ts";
import type { FormPageModel } from "../models/pages.ts";
import { type Answer, fragment, type Incoming, page, type Route } from "../route.ts";
import type { FormModel } from "../models/forms.ts";
import type { ActionLink } from "../models/partials.ts";

/**
 * A page with one form and the action behind it: shown, filled in, sent, and shown again with every word that was typed
 * when something is not right yet.
 */
export interface FormPage {
  path: string;
  /** Whose page it is; the staff's unless told. */
  door?: "staff" | "portal";
  permission: string | null;
  /** The action the form is a face of; its input schema tells how typed text is read. */
  action: AnyAction;
  title(ctx: Ctx, params: Readonly<Record<string, string>>): Promise<string> | string;
  /** The form, filled from a record or (`typed`) with what was sent before. */
  form(ctx: Ctx, incoming: Incoming, typed: FormValues | null, failure: Failure | null): Promise<FormModel>;
  /** What goes into the action beside the fields, such as the id from the path. */
  extra?(incoming: Incoming): Record<string, unknown>;
  /** What has to be right before the action's unit of work begins, such as a password; refuses what is not. */
  before?(ctx: Ctx, incoming: Incoming): Promise<void>;
  /** Where to go after it worked, and what to say there. */
  done(result: unknown, incoming: Incoming, ctx: Ctx): Answer | Promise<Answer>;
  breadcrumbs?: { label: string; href: string }[];
  /** Buttons beside the title, such as "Delete". */
  actions?(ctx: Ctx, incoming: Incoming): Promise<ActionLink[]> | ActionLink[];
}

/** The two routes of a form: GET shows it, POST runs its action, or shows it again with what was typed and what was wrong. */
export function formRoutes(form: FormPage): Route[] {
  const show = async (
    ctx: Ctx,
    incoming: Incoming,
    typed: FormValues | null,
    failure: Failure | null,
  ): Promise<Answer> => {
    const whole = await withPresent(await form.form(ctx, incoming, typed, failure), typed, failure, () =>
      form.form(ctx, incoming, null, null),
    );
    const title = await form.title(ctx, incoming.params);
    const actions = (await form.actions?.(ctx, incoming)) ?? [];
    return choicesOr(whole, typed, (shown) => {
      const model: FormPageModel = {
        header: { title, subtitle: "", breadcrumbs: form.breadcrumbs ?? [], badges: [], actions },
        form: shown,
      };
      if (incoming.isFragment && incoming.fragmentTarget.includes("sheet-body")) return fragment("forms/_sheet", model);
      return page("forms/index", title, model, failure?.status ?? 200);
    });
  };
  return [
    {
      method: "GET",
      path: form.path,
      door: form.door ?? "staff",
      permission: form.permission,
      handle: (ctx, incoming) => show(ctx, incoming, null, null),
    },
    {
      method: "POST",
      path: form.path,
      door: form.door ?? "staff",
      permission: form.permission,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        const asked =
          formChoices(ctx, fields, (reader) => show(reader, incoming, fields, null)) ??
          formStored(ctx, fields, (reader, failure) => show(reader, incoming, fields, failure));
        if (asked !== null) return asked;
        try {
          await form.before?.(ctx, incoming);
          const input = { ...readInput(form.action.input, fields), ...form.extra?.(incoming) };
          return await form.done(await perform(ctx, form.action, input), incoming, ctx);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => show(reader, incoming, fields, failure));
        }
      },
    },
  ];
}

/** The typed fields as an action's input: the form's own members (`_csrf`) left out. */
export function readInput(schema: TObject, fields: FormValues): Record<string, unknown> {
  const given = Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith("_")));
  return coerceForm(schema, given as Record<string, string | string[]>) as Record<string, unknown>;
}

/**
 * A button's POST: runs an action on the record of the path and goes on. One whose address names the version that was shown
 * (`/contracts/ID/renew?version=3`) does nothing to a record that has changed since: pressed twice, it does its work once.
 */
export function buttonRoute(
  path: string,
  action: AnyAction,
  done: (incoming: Incoming, result: unknown, ctx: Ctx) => Answer | Promise<Answer>,
  onConflict?: (incoming: Incoming) => string,
): Route {
  return {
    method: "POST",
    path,
    door: "staff",
    permission: action.permission,
    handle: async (ctx, incoming) => {
      try {
        const shown = /^\d{1,9}$/.exec(incoming.url.searchParams.get("version") ?? "")?.[0];
        const held = shown === undefined ? {} : { version: Number(shown) };
        return await done(incoming, await perform(ctx, action, { ...incoming.params, ...held }), ctx);
      } catch (error) {
        if (onConflict === undefined) throw error;
        const failure = formFailure(error);
        return {
          kind: "redirect",
          to: onConflict(incoming),
          flash: { kind: "error", text: failure.message },
          cookies: [],
        };
      }
    },
  };
}
