import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { field, formFailure, formModel, type FormValues } from "../../../platform/http/form-model.ts";
import type { TwoStepModel } from "../../../platform/http/sign-in-models.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel, PageHeaderModel } from "../../../platform/http/view-models.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { beginSetup, confirmSetup, removeTotp, renewRecoveryCodes } from "../mfa/factors.ts";
import { waitingTotp } from "../mfa/totp.ts";
import { codeField, codesPage } from "./steps.ts";

/** The authenticator app on a person's own account page, behind both doors. */

type AccountDoor = "staff" | "portal";
const homes = { staff: "/account", portal: "/portal/account" } as const;

const textOf = (fields: FormValues, name: string): string =>
  typeof fields[name] === "string" ? String(fields[name]) : "";

const header = (door: AccountDoor, title: string): PageHeaderModel => ({
  title,
  subtitle: "",
  breadcrumbs: [{ label: t("Your account"), href: homes[door] }],
  badges: [],
  actions: [],
});

async function setupPage(
  ctx: Ctx,
  door: AccountDoor,
  failure: Failure | null,
  values: FormValues = {},
): Promise<Answer> {
  const waiting = await waitingTotp(ctx, ctx.actor.user_id ?? "");
  if (waiting === null) return redirect(homes[door]);
  const title = t("Set up two-step sign-in");
  const model: TwoStepModel = {
    header: header(door, title),
    title,
    text: t("From then on you sign in with your password and a code from your phone."),
    ...waiting,
    form: formModel({
      action: `${homes[door]}/two-step`,
      values,
      failure,
      submit_label: t("Switch on"),
      cancel_url: homes[door],
      sections: [{ title: "", fields: [codeField(t("Code that the app shows"), "")] }],
    }),
  };
  return page("auth/two-step", title, model, failure?.status ?? 200);
}

function passwordForm(
  action: string,
  door: AccountDoor,
  submit: string,
  isDestructive: boolean,
  failure: Failure | null,
): FormModel {
  return formModel({
    action,
    failure,
    submit_label: submit,
    cancel_url: homes[door],
    is_destructive: isDestructive,
    sections: [
      {
        title: "",
        fields: [
          field("present_password", t("Your password"), {
            kind: "password",
            is_required: true,
            autocomplete: "current-password",
            span: 6,
          }),
        ],
      },
    ],
  });
}

/** A page that asks for the password and then does something. */
function confirmed(
  door: AccountDoor,
  path: string,
  words: { title: string; text: string; submit: string; isDestructive: boolean },
  run: (ctx: Ctx, password: string) => Promise<Answer>,
): Route[] {
  const at = `${homes[door]}/two-step/${path}`;
  const show = (failure: Failure | null): Answer => {
    const title = t(words.title);
    return page(
      "forms/index",
      title,
      {
        header: { ...header(door, title), subtitle: t(words.text) },
        form: passwordForm(at, door, t(words.submit), words.isDestructive, failure),
      },
      failure?.status ?? 200,
    );
  };
  return [
    { method: "GET", path: at, door, permission: null, handle: async () => show(null) },
    {
      method: "POST",
      path: at,
      door,
      permission: null,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          return await run(ctx, textOf(fields, "present_password"));
        } catch (error) {
          return show(formFailure(error));
        }
      },
    },
  ];
}

const renewWords = {
  title: "New recovery codes",
  text: "The codes you have now stop working.",
  submit: declared("Make new codes"),
  isDestructive: false,
};
const removeWords = {
  title: "Remove the authenticator app?",
  text: "From then on your password alone signs you in, unless you have a passkey.",
  submit: declared("Remove"),
  isDestructive: true,
};

function routesOf(door: AccountDoor): Route[] {
  const home = homes[door];
  return [
    {
      method: "POST",
      path: `${home}/two-step/start`,
      door,
      permission: null,
      handle: async (ctx) => {
        try {
          await beginSetup(ctx);
          return redirect(`${home}/two-step`);
        } catch (error) {
          return redirect(home, formFailure(error).message, "error");
        }
      },
    },
    { method: "GET", path: `${home}/two-step`, door, permission: null, handle: (ctx) => setupPage(ctx, door, null) },
    {
      method: "POST",
      path: `${home}/two-step`,
      door,
      permission: null,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          const codes = await confirmSetup(ctx, textOf(fields, "code"));
          return codesPage(header(door, t("Your recovery codes")), codes, home);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => setupPage(reader, door, failure, fields));
        }
      },
    },
    ...confirmed(door, "recovery-codes", renewWords, async (ctx, password) =>
      codesPage(header(door, t("Your recovery codes")), await renewRecoveryCodes(ctx, password), home),
    ),
    ...confirmed(door, "remove", removeWords, async (ctx, password) => {
      await removeTotp(ctx, password);
      return redirect(home, t("The authenticator app is removed."));
    }),
  ];
}

export const twoStepPages: Route[] = [...routesOf("staff"), ...routesOf("portal")];
