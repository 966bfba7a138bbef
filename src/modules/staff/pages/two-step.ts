import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { accountCrumb, type AccountDoor, accountHomes } from "../../../platform/http/pages/account.ts";
import { formFailure, type FormValues } from "../../../platform/http/forms/model.ts";
import { button } from "../../../platform/http/pages/cells.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { SetupClosedModel } from "../../../platform/http/models/pages.ts";
import type { PageHeaderModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { hasJustSignedIn } from "../auth/proof.ts";
import { beginSetup, confirmSetup, removeTotp, renewRecoveryCodes } from "../mfa/factors.ts";
import { waitingTotp } from "../mfa/totp.ts";
import { confirmedRoutes } from "./confirmed.ts";
import { setupAnswer, startLink } from "./security.ts";
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

/** New recovery codes, shown once. */
function showCodes(ctx: Ctx, door: AccountDoor, codes: string[], next: string): Answer {
  return showOnce(ctx, door, codesPage(ctx, header(door, t("Your recovery codes")), codes, next), next);
}

/** Where somebody was going who was held up here, as the query of the addresses on the way; empty for all others. */
function nextOf({ actor }: Ctx, { url }: Incoming): string {
  const next = url.searchParams.get("next") ?? "";
  return actor.is_second_step_missing !== true || next === "" ? "" : `?next=${encodeURIComponent(next)}`;
}

/** For a session that was open when a role began to require a second step. */
async function requiredPage(ctx: Ctx, door: AccountDoor, next: string): Promise<Answer> {
  const model: SetupClosedModel = {
    title: t("Set up two-step sign-in"),
    text: t(
      "Your role requires it from now on: with a code from your phone you go on where you were. Your other browsers and programs are signed out.",
    ),
    actions: [
      startLink(`${accountHomes[door]}/two-step`, !(await hasJustSignedIn(ctx)), next, "primary"),
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
  if (waiting === null) return isHeld ? requiredPage(ctx, door, next) : redirect(accountHomes[door]);
  const head = header(door, t("Set up two-step sign-in"));
  return setupAnswer(
    isHeld ? { ...head, breadcrumbs: [] } : head,
    waiting,
    { action: `${accountHomes[door]}/two-step${next}`, cancel: isHeld ? "" : accountHomes[door] },
    failure,
    typed,
  );
}

function routesOf(door: AccountDoor): Route[] {
  const home = accountHomes[door];
  return [
    ...confirmedRoutes({
      door,
      path: `${home}/two-step/start`,
      isOpenWithoutSecondStep: true,
      header: (ctx) => {
        const head = {
          ...header(door, t("Set up two-step sign-in")),
          subtitle: t(
            "Each sign-in then asks for a code as well. You need an app on your phone that makes such codes.",
          ),
        };
        return ctx.actor.is_second_step_missing === true ? { ...head, breadcrumbs: [] } : head;
      },
      submit: () => t("Go on"),
      isDestructive: false,
      run: async (ctx, incoming) => {
        try {
          await beginSetup(ctx);
        } catch (error) {
          return redirect(home, formFailure(error).message, "error");
        }
        return redirect(`${home}/two-step${nextOf(ctx, incoming)}`);
      },
    }),
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
          return showCodes(ctx, door, codes, next);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => setupPage(reader, incoming, door, failure, fields));
        }
      },
    },
    ...confirmedRoutes({
      door,
      path: `${home}/two-step/recovery-codes`,
      header: () => ({
        ...header(door, t("New recovery codes")),
        subtitle: t("The codes you have now stop working."),
      }),
      submit: () => t("Make new codes"),
      isDestructive: false,
      run: async (ctx) => showCodes(ctx, door, await renewRecoveryCodes(ctx), home),
    }),
    ...confirmedRoutes({
      door,
      path: `${home}/two-step/remove`,
      header: () => ({
        ...header(door, t("Remove the authenticator app?")),
        subtitle: t("From then on your password alone signs you in, unless you have a passkey."),
      }),
      submit: () => t("Remove"),
      isDestructive: true,
      run: async (ctx) => {
        await removeTotp(ctx);
        return redirect(home, t("The authenticator app is removed."));
      },
    }),
  ];
}

export const twoStepPages: Route[] = [...routesOf("staff"), ...routesOf("portal")];
