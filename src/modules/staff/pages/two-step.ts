import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { formFailure, type FormValues } from "../../../platform/http/forms/model.ts";
import { type Answer, redirect, type Route } from "../../../platform/http/route.ts";
import type { PageHeaderModel } from "../../../platform/http/models/partials.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { beginSetup, confirmSetup, removeTotp, renewRecoveryCodes } from "../mfa/factors.ts";
import { waitingTotp } from "../mfa/totp.ts";
import { passwordAnswer, setupAnswer } from "./security.ts";
import { codesPage } from "./steps.ts";

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
  typed: FormValues = {},
): Promise<Answer> {
  const waiting = await waitingTotp(ctx, ctx.actor.user_id ?? "");
  if (waiting === null) return redirect(homes[door]);
  return setupAnswer(header(door, t("Set up two-step sign-in")), waiting, homes[door], failure, typed);
}

/** A page that asks for the password and then does something. */
function confirmed(
  door: AccountDoor,
  path: string,
  words: { title: string; text: string; submit: string; isDestructive: boolean },
  run: (ctx: Ctx, password: string) => Promise<Answer>,
): Route[] {
  const at = `${homes[door]}/two-step/${path}`;
  const show = (failure: Failure | null): Answer =>
    passwordAnswer(
      { ...header(door, t(words.title)), subtitle: t(words.text) },
      { action: at, cancel: homes[door], submit: t(words.submit), isDestructive: words.isDestructive },
      failure,
    );
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
          return codesPage(ctx, header(door, t("Your recovery codes")), codes, home);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => setupPage(reader, door, failure, fields));
        }
      },
    },
    ...confirmed(door, "recovery-codes", renewWords, async (ctx, password) =>
      codesPage(
        ctx,
        header(door, t("Your recovery codes")),
        await renewRecoveryCodes(ctx, password, "present_password"),
        home,
      ),
    ),
    ...confirmed(door, "remove", removeWords, async (ctx, password) => {
      await removeTotp(ctx, password, "present_password");
      return redirect(home, t("The authenticator app is removed."));
    }),
  ];
}

export const twoStepPages: Route[] = [...routesOf("staff"), ...routesOf("portal")];
