import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { accountCrumb, type AccountDoor, accountHomes } from "../../../platform/http/pages/account.ts";
import { formFailure, type FormValues } from "../../../platform/http/forms/model.ts";
import { button } from "../../../platform/http/pages/cells.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { SetupClosedModel } from "../../../platform/http/models/pages.ts";
import type { PageHeaderModel } from "../../../platform/http/models/partials.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { beginSetup, confirmSetup, removeTotp, renewRecoveryCodes } from "../mfa/factors.ts";
import { waitingTotp } from "../mfa/totp.ts";
import { passwordAnswer, setupAnswer } from "./security.ts";
import { safeNext } from "./entering.ts";
import { codesPage } from "./steps.ts";

/** The authenticator app on a person's own account page, behind both doors. */

const startOf = (door: AccountDoor): string => (door === "portal" ? "/portal" : "/");

const textOf = (fields: FormValues, name: string): string =>
  typeof fields[name] === "string" ? String(fields[name]) : "";

const header = (door: AccountDoor, title: string): PageHeaderModel => ({
  title,
  subtitle: "",
  breadcrumbs: [accountCrumb(door)],
  badges: [],
  actions: [],
});

/** Where somebody was going who was held up here, as the query of the addresses on the way; empty for all others. */
function nextOf({ actor }: Ctx, { url }: Incoming): string {
  const next = url.searchParams.get("next") ?? "";
  return actor.is_second_step_missing !== true || next === "" ? "" : `?next=${encodeURIComponent(next)}`;
}

/** For a session that was open when a role began to require a second step. */
function requiredPage(door: AccountDoor, next: string): Answer {
  const model: SetupClosedModel = {
    title: t("Set up two-step sign-in"),
    text: t(
      "Your role requires it from now on: with a code from your phone you go on where you were. Your other browsers and programs are signed out.",
    ),
    actions: [
      button(t("Set up"), `${accountHomes[door]}/two-step/start${next}`, "shield", "primary"),
      button(t("Sign out"), door === "portal" ? "/portal/sign-out" : "/sign-out", "log-out", "ghost"),
    ],
  };
  return page("setup/closed", model.title, model);
}

async function setupPage(
  ctx: Ctx,
  incoming: Incoming,
  door: AccountDoor,
  failure: Failure | null,
  typed: FormValues = {},
): Promise<Answer> {
  const isHeld = ctx.actor.is_second_step_missing === true;
  const waiting = await waitingTotp(ctx, ctx.actor.user_id ?? "");
  const next = nextOf(ctx, incoming);
  if (waiting === null) return isHeld ? requiredPage(door, next) : redirect(accountHomes[door]);
  const head = header(door, t("Set up two-step sign-in"));
  return setupAnswer(
    isHeld ? { ...head, breadcrumbs: [] } : head,
    waiting,
    { action: `${accountHomes[door]}/two-step${next}`, cancel: isHeld ? "" : accountHomes[door] },
    failure,
    typed,
  );
}

/** A page that asks for the password and then does something. */
function confirmed(
  door: AccountDoor,
  path: string,
  words: { title: string; text: string; submit: string; isDestructive: boolean },
  run: (ctx: Ctx, password: string) => Promise<Answer>,
): Route[] {
  const at = `${accountHomes[door]}/two-step/${path}`;
  const show = (failure: Failure | null): Answer =>
    passwordAnswer(
      { ...header(door, t(words.title)), subtitle: t(words.text) },
      { action: at, cancel: accountHomes[door], submit: t(words.submit), isDestructive: words.isDestructive },
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
  const home = accountHomes[door];
  return [
    {
      method: "POST",
      path: `${home}/two-step/start`,
      door,
      permission: null,
      isOpenWithoutSecondStep: true,
      handle: async (ctx, incoming) => {
        try {
          await beginSetup(ctx);
          return redirect(`${home}/two-step${nextOf(ctx, incoming)}`);
        } catch (error) {
          return redirect(home, formFailure(error).message, "error");
        }
      },
    },
    {
      method: "GET",
      path: `${home}/two-step`,
      door,
      permission: null,
      isOpenWithoutSecondStep: true,
      handle: (ctx, incoming) => setupPage(ctx, incoming, door, null),
    },
    {
      method: "POST",
      path: `${home}/two-step`,
      door,
      permission: null,
      isOpenWithoutSecondStep: true,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          const codes = await confirmSetup(ctx, textOf(fields, "code"));
          const isHeld = ctx.actor.is_second_step_missing === true;
          const next = isHeld ? safeNext(incoming.url.searchParams.get("next") ?? "", startOf(door)) : home;
          return codesPage(ctx, isHeld ? null : header(door, t("Your recovery codes")), codes, next);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => setupPage(reader, incoming, door, failure, fields));
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
