import { type Ctx, reading } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import { field, formModel } from "../../../platform/http/forms/model.ts";
import type { AuthPageModel, TwoStepModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { codeField, codesPage } from "../../staff/index.ts";
import { confirmOperatorAtSignIn, showOperatorCode } from "../operators/factors.ts";
import { type OpenStep, readStep, secondStepsOf } from "../operators/steps.ts";
import { waitingOperatorTotp } from "../operators/totp.ts";
import { cookiesOf, goOn, safeNext, stepOf, stepPaths, stepUrl, text } from "./entering.ts";

/** The steps between an operator's password and a session. */

async function codePage(
  ctx: Ctx,
  open: OpenStep,
  { next, typed }: { next: string; typed: string },
  failure: Failure | null,
): Promise<Answer> {
  const { isAppOn, hasPasskey } = await secondStepsOf(ctx, open.operator.id);
  const model: AuthPageModel = {
    title: t("Second step"),
    text: isAppOn
      ? t("Enter the code that your authenticator app shows, or one of your recovery codes.")
      : t("Confirm with your passkey."),
    form: formModel({
      action: stepPaths.code,
      values: { next, code: typed },
      failure,
      submit_label: t("Go on"),
      sections: [{ title: "", fields: [codeField(t("Code"), ""), field("next", "", { kind: "hidden" })] }],
    }),
    done_text: "",
    passkey: hasPasskey
      ? { url: `${stepPaths.code}/passkey`, next, label: t("Use a passkey"), is_first: !isAppOn }
      : null,
    providers: [],
    links: [{ label: t("Sign in as somebody else"), href: "/sign-in" }],
  };
  return page("auth/sign-in", model.title, model, failure?.status ?? 200);
}

async function setupPage(
  ctx: Ctx,
  open: OpenStep,
  { next, typed }: { next: string; typed: string },
  failure: Failure | null,
): Promise<Answer> {
  const waiting = await waitingOperatorTotp(ctx, open.operator.id);
  if (waiting === null) return redirect("/sign-in");
  const model: TwoStepModel = {
    header: null,
    title: t("Set up two-step sign-in"),
    text: t("This installation asks two steps of every operator: your password, and a code from your phone."),
    ...waiting,
    form: formModel({
      action: stepPaths.setup,
      values: { next, code: typed },
      failure,
      submit_label: t("Switch on and go on"),
      sections: [
        { title: "", fields: [codeField(t("Code that the app shows"), ""), field("next", "", { kind: "hidden" })] },
      ],
    }),
  };
  return page("auth/two-step", model.title, model, failure?.status ?? 200);
}

/** A step between password and session: its page shows, its POST tries; whoever comes to the wrong one is led on. */
function stepRoutes(
  step: OpenStep["step"],
  attempt: (ctx: Ctx, token: string, code: string, next: string) => Promise<Answer>,
): Route[] {
  const shown = async (
    ctx: Ctx,
    incoming: Incoming,
    { next, typed }: { next: string; typed: string },
    failure: Failure | null,
  ): Promise<Answer> => {
    try {
      const open = await readStep(ctx, stepOf(ctx, incoming));
      if (open.step !== step) return redirect(stepUrl(open.step, next));
      return await (step === "code" ? codePage : setupPage)(ctx, open, { next, typed }, failure);
    } catch (error) {
      if (error instanceof Failure && error.status === 401) return redirect("/sign-in");
      throw error;
    }
  };
  return [
    {
      method: "GET",
      path: stepPaths[step],
      door: "open",
      permission: null,
      handle: (ctx, incoming) =>
        shown(ctx, incoming, { next: incoming.url.searchParams.get("next") ?? "", typed: "" }, null),
    },
    {
      method: "POST",
      path: stepPaths[step],
      door: "open",
      permission: null,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        const next = text(fields, "next");
        try {
          return await attempt(ctx, stepOf(ctx, incoming), text(fields, "code"), next);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          if (error.status === 401) return redirect("/sign-in", error.message, "error");
          if (![409, 422, 429].includes(error.status)) throw error;
          return reading(ctx, (reader) => shown(reader, incoming, { next, typed: text(fields, "code") }, error));
        }
      },
    },
  ];
}

export const stepPages: Route[] = [
  ...stepRoutes("code", async (ctx, token, code, next) => goOn(ctx, await showOperatorCode(ctx, token, code), next)),
  ...stepRoutes("setup", async (ctx, token, code, next) => {
    const { codes, entering } = await confirmOperatorAtSignIn(ctx, token, code);
    const url = entering.step === null ? safeNext(next) : stepUrl(entering.step, next);
    return { ...codesPage(ctx, null, codes, url), headers: { "set-cookie": cookiesOf(ctx, entering)[0] } };
  }),
];
