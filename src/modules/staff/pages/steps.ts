import { factorsOf } from "../../../platform/access/second-factors.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import { dateIn } from "../../../platform/clock.ts";
import { formatDate } from "../../../platform/http/pages/cells.ts";
import { field, formModel } from "../../../platform/http/forms/model.ts";
import type { AuthPageModel, RecoveryCodesModel, TwoStepModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { replaceExpired } from "../auth/sign-in.ts";
import { type OpenChallenge, readChallenge, type Step } from "../auth/steps.ts";
import { confirmSetupAtSignIn, showCode } from "../mfa/factors.ts";
import { waitingTotp } from "../mfa/totp.ts";
import { challengeOf, type Door, doors, enteringCookies, goOn, nextUrl, stepUrl } from "./entering.ts";
import { newPasswordField } from "./fields.ts";

/** The steps between a right password and a session. Each is a page of its own; whoever comes to the wrong one is led on. */

const text = (fields: Record<string, unknown>, name: string): string => {
  const value = fields[name];
  return typeof value === "string" ? value : "";
};

export const codeField = (label: string, hint: string): ReturnType<typeof field> =>
  field("code", label, { is_required: true, autocomplete: "one-time-code", hint, span: 6, max_length: 40 });

/** A step: its page shows, its POST tries; a failure that the person can mend shows the page again. */
function stepRoutes(
  door: Door,
  path: string,
  step: Step,
  show: (ctx: Ctx, open: OpenChallenge, next: string, failure: Failure | null) => Promise<Answer>,
  attempt: (ctx: Ctx, token: string, fields: Record<string, unknown>, next: string) => Promise<Answer>,
): Route[] {
  const begin = (): Answer => redirect(`${door.prefix}/sign-in`);
  const shown = async (ctx: Ctx, incoming: Incoming, next: string, failure: Failure | null): Promise<Answer> => {
    try {
      const open = await readChallenge(ctx, challengeOf(ctx, door, incoming), door.userType);
      if (open.step !== step) return redirect(stepUrl(door, open.step, next));
      return await show(ctx, open, next, failure);
    } catch (error) {
      if (error instanceof Failure && error.status === 401) return begin();
      throw error;
    }
  };
  const at = `${door.prefix}${path}`;
  return [
    {
      method: "GET",
      path: at,
      door: "open",
      permission: null,
      handle: (ctx, incoming) => shown(ctx, incoming, incoming.url.searchParams.get("next") ?? "", null),
    },
    {
      method: "POST",
      path: at,
      door: "open",
      permission: null,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        const next = text(fields, "next");
        try {
          return await attempt(ctx, challengeOf(ctx, door, incoming), fields, next);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          if (error.status === 401) return redirect(`${door.prefix}/sign-in`, error.message, "error");
          if (![409, 422, 429].includes(error.status)) throw error;
          return reading(ctx, (reader) => shown(reader, incoming, next, error));
        }
      },
    },
  ];
}

function nextField(): ReturnType<typeof field> {
  return field("next", "", { kind: "hidden" });
}

function routesOf(door: Door): Route[] {
  const { prefix, userType } = door;
  const links = (): AuthPageModel["links"] => [{ label: t("Sign in as somebody else"), href: `${prefix}/sign-in` }];
  return [
    ...stepRoutes(
      door,
      "/sign-in/code",
      "mfa_required",
      async (ctx, open, next, failure) => {
        const factors = await factorsOf(ctx, open.user.id);
        const model: AuthPageModel = {
          title: t("Second step"),
          text: factors.includes("totp")
            ? t("Enter the code that your authenticator app shows, or one of your recovery codes.")
            : t("Confirm with your passkey."),
          form: formModel({
            action: `${prefix}/sign-in/code`,
            values: { next },
            failure,
            submit_label: t("Go on"),
            sections: [{ title: "", fields: [codeField(t("Code"), ""), nextField()] }],
          }),
          done_text: "",
          providers: [],
          links: links(),
          passkey: factors.includes("passkey")
            ? {
                url: `${prefix}/sign-in/code/passkey`,
                next,
                label: t("Use a passkey"),
                is_first: !factors.includes("totp"),
              }
            : null,
        };
        return page("auth/sign-in", t("Second step"), model, failure?.status ?? 200);
      },
      async (ctx, token, fields, next) =>
        goOn(ctx, door, await showCode(ctx, userType, token, text(fields, "code")), next),
    ),
    ...stepRoutes(
      door,
      "/sign-in/two-step",
      "mfa_setup_required",
      async (ctx, open, next, failure) => {
        const waiting = await waitingTotp(ctx, open.user.id);
        if (waiting === null) return redirect(`${prefix}/sign-in`);
        const model: TwoStepModel = {
          header: null,
          title: t("Set up two-step sign-in"),
          text: t("Your role requires it: from now on you sign in with your password and a code from your phone."),
          ...waiting,
          form: formModel({
            action: `${prefix}/sign-in/two-step`,
            values: { next },
            failure,
            submit_label: t("Switch on and sign in"),
            sections: [{ title: "", fields: [codeField(t("Code that the app shows"), ""), nextField()] }],
          }),
        };
        return page("auth/two-step", model.title, model, failure?.status ?? 200);
      },
      async (ctx, token, fields, next) => {
        const { codes, entering } = await confirmSetupAtSignIn(ctx, userType, token, text(fields, "code"));
        const answer = codesPage(ctx, null, codes, nextUrl(door, entering, next));
        return { ...answer, headers: { "set-cookie": enteringCookies(ctx, door, entering)[0] } };
      },
    ),
    ...stepRoutes(
      door,
      "/sign-in/new-password",
      "password_expired",
      async (ctx, open, next, failure) => {
        const model: AuthPageModel = {
          title: t("Your password has expired"),
          text: t("Choose a new one for {email} to go on.", { email: open.user.email }),
          form: formModel({
            action: `${prefix}/sign-in/new-password`,
            values: { next },
            failure,
            submit_label: t("Save and sign in"),
            sections: [{ title: "", fields: [await newPasswordField(ctx, "new_password"), nextField()] }],
          }),
          done_text: "",
          providers: [],
          links: links(),
          passkey: null,
        };
        return page("auth/reset", model.title, model, failure?.status ?? 200);
      },
      async (ctx, token, fields, next) =>
        goOn(ctx, door, await replaceExpired(ctx, userType, token, text(fields, "new_password")), next),
    ),
  ];
}

/** The recovery codes, shown once. */
export function codesPage(
  ctx: Ctx,
  header: RecoveryCodesModel["header"],
  codes: string[],
  next: string,
): Extract<Answer, { kind: "page" }> {
  const model: RecoveryCodesModel = {
    header,
    title: t("Your recovery codes"),
    text: t(
      "Print these codes or keep them where you keep passwords. Each works once in place of the app, when your phone is lost. They are not shown again.",
    ),
    codes,
    file: codesFile(ctx, codes),
    next: { label: t("I have kept them"), href: next },
  };
  return { kind: "page", view: "auth/recovery-codes", title: model.title, model, status: 200 };
}

/** The codes as a file to keep: whose they are, from when, and one a line. */
function codesFile(ctx: Ctx, codes: string[]): RecoveryCodesModel["file"] {
  const { name, public_url } = ctx.tenant;
  const host = new URL(public_url).hostname;
  const made = t("Made on {date}. Each works once; earlier ones no longer work.", {
    date: formatDate(dateIn(ctx.tenant.timezone, ctx.app.clock.now()), ctx.tenant),
  });
  const text = [t("Recovery codes for {name}", { name: `${name} (${host})` }), made, "", ...codes, ""].join("\r\n");
  return {
    name: `recovery-codes-${host}.txt`,
    href: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`,
  };
}

export const stepPages: Route[] = doors.flatMap(routesOf);
