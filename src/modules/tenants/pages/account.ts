import { perform } from "../../../platform/action.ts";
import { platformPermission } from "../../../platform/access/platform.ts";
import { siteOf } from "../../../platform/access/webauthn.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { shortestPassword } from "../../../platform/crypto/passwords.ts";
import type { Failure } from "../../../platform/errors.ts";
import { button, link, whenOf } from "../../../platform/http/pages/cells.ts";
import { formFailure, type FormValues } from "../../../platform/http/forms/model.ts";
import type { SecurityPageModel } from "../../../platform/http/models/sign-in.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { PageHeaderModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import {
  codesPage,
  deviceOf,
  newPasswordForm,
  passkeyRow,
  passwordAnswer,
  setupAnswer,
  twoStepModel,
} from "../../staff/index.ts";
import {
  beginOperatorSetup,
  changeOperatorPassword,
  confirmOperatorSetup,
  removeOperatorTotp,
  renewOperatorCodes,
} from "../operators/factors.ts";
import { passkeysOfOperator } from "../operators/passkeys.ts";
import { hasOperatorJustSignedIn, proveOperatorAgain } from "../operators/proof.ts";
import { endOperatorSession, endOtherOperatorSessions, sessionsOfOperator } from "../operators/sessions.ts";
import { operatorFactors, waitingOperatorTotp } from "../operators/totp.ts";
import { text } from "./entering.ts";
import { operatorButton } from "./form.ts";

/** An operator's own account: where one is signed in, the second step, the password. */

const home = "/account";
const own = (ctx: Ctx): string => ctx.actor.user_id ?? "";

const header = (title: string, subtitle = ""): PageHeaderModel => ({
  title,
  subtitle,
  breadcrumbs: [{ label: t("Your account"), href: home }],
  badges: [],
  actions: [],
});

async function sessionsOf(ctx: Ctx): Promise<SecurityPageModel["sessions"]> {
  return (await sessionsOfOperator(ctx, own(ctx))).map((session) => {
    const is_current = session.id === ctx.actor.session_id;
    return {
      device: deviceOf(session.user_agent),
      where: session.ip_address,
      seen: whenOf(ctx, session.last_seen_at),
      is_current,
      icon: "globe",
      name_url: "",
      revoke: is_current ? null : button(t("Sign out"), `${home}/sessions/${session.id}/end`, "log-out"),
    };
  });
}

async function accountPage(ctx: Ctx, failure: Failure | null): Promise<Answer> {
  const sessions = await sessionsOf(ctx);
  const keys = await passkeysOfOperator(ctx, own(ctx));
  const isAsked = !(await hasOperatorJustSignedIn(ctx));
  const model: SecurityPageModel = {
    header: {
      title: t("Your account"),
      subtitle: ctx.actor.email,
      breadcrumbs: [],
      badges: [],
      actions: [link(t("API keys"), `${home}/keys`, "key")],
    },
    cards: [],
    sessions,
    revoke_all:
      sessions.length > 1
        ? button(
            t("Sign out everywhere else"),
            `${home}/sessions/end-others`,
            "log-out",
            "ghost",
            t("Sign out all other browsers?"),
          )
        : null,
    two_step: twoStepModel(`${home}/two-step`, {
      ...(await operatorFactors(ctx, own(ctx))),
      isRequired: ctx.app.options.isOperatorMfaRequired === true && keys.length === 0,
      isAsked,
    }),
    passkeys: {
      keys: keys.map((key) => passkeyRow(ctx, key, home)),
      url: siteOf(ctx) === null ? "" : `${home}/passkeys`,
      is_password_asked: isAsked,
    },
    password: newPasswordForm(
      `${home}/password`,
      t("At least {count} characters.", { count: shortestPassword }),
      failure,
    ),
  };
  return page("account/security", model.header.title, model, failure?.status ?? 200);
}

async function setupPage(ctx: Ctx, failure: Failure | null, typed: FormValues = {}): Promise<Answer> {
  const waiting = await waitingOperatorTotp(ctx, own(ctx));
  if (waiting === null) return redirect(home);
  return setupAnswer(
    header(t("Set up two-step sign-in")),
    waiting,
    { action: `${home}/two-step`, cancel: home },
    failure,
    typed,
  );
}

/** New recovery codes, shown once. */
const showCodes = (ctx: Ctx, codes: string[]): Answer =>
  showOnce(ctx, "operator", codesPage(ctx, header(t("Your recovery codes")), codes, home), home);

const route = (method: "GET" | "POST", path: string, handle: Route["handle"]): Route => ({
  method,
  path: `${home}${path}`,
  door: "operator",
  permission: platformPermission,
  handle,
});

/** A form of the account: what stands in the way is shown with the page it is on. */
function posted(
  path: string,
  run: (ctx: Ctx, fields: Record<string, unknown>) => Promise<Answer>,
  again: (ctx: Ctx, failure: Failure, typed: FormValues) => Promise<Answer>,
): Route {
  return route("POST", path, async (ctx, incoming) => {
    const { fields } = await incoming.form();
    try {
      return await run(ctx, fields);
    } catch (error) {
      const failure = formFailure(error);
      return reading(ctx, (reader) => again(reader, failure, fields));
    }
  });
}

/** A page that says what will be done and then does it, for whoever has just signed in or enters the password there. */
function confirmed(
  path: string,
  words: () => { title: string; text: string; submit: string; isDestructive: boolean },
  run: (ctx: Ctx) => Promise<Answer>,
): Route[] {
  const show = async (ctx: Ctx, failure: Failure | null): Promise<Answer> => {
    const { title, text: subtitle, submit, isDestructive } = words();
    return passwordAnswer(
      header(title, subtitle),
      {
        action: `${home}${path}`,
        cancel: home,
        submit,
        isDestructive,
        isAsked: !(await hasOperatorJustSignedIn(ctx)),
      },
      failure,
    );
  };
  return [
    route("GET", path, (ctx) => show(ctx, null)),
    posted(
      path,
      async (ctx, fields) => {
        await proveOperatorAgain(ctx, text(fields, "present_password"));
        return run(ctx);
      },
      show,
    ),
  ];
}

export const accountPages: Route[] = [
  route("GET", "", (ctx) => accountPage(ctx, null)),
  operatorButton(
    `${home}/sessions/:id/end`,
    () => home,
    async (ctx, { id }) => {
      await perform(ctx, endOperatorSession, { id });
      return t("That browser is signed out.");
    },
  ),
  operatorButton(
    `${home}/sessions/end-others`,
    () => home,
    async (ctx) => {
      await perform(ctx, endOtherOperatorSessions, {});
      return t("All other browsers are signed out.");
    },
  ),
  posted(
    "/password",
    async (ctx, fields) => {
      await changeOperatorPassword(ctx, {
        present: text(fields, "present_password"),
        next: text(fields, "new_password"),
        repeated: text(fields, "repeated_password"),
      });
      return redirect(home, t("Password changed."));
    },
    accountPage,
  ),
  ...confirmed(
    "/two-step/start",
    () => ({ title: t("Set up two-step sign-in"), text: "", submit: t("Go on"), isDestructive: false }),
    async (ctx) => {
      try {
        await beginOperatorSetup(ctx);
      } catch (error) {
        return redirect(home, formFailure(error).message, "error");
      }
      return redirect(`${home}/two-step`);
    },
  ),
  route("GET", "/two-step", (ctx) => setupPage(ctx, null)),
  posted(
    "/two-step",
    async (ctx, fields) => showCodes(ctx, await confirmOperatorSetup(ctx, text(fields, "code"))),
    setupPage,
  ),
  ...confirmed(
    "/two-step/recovery-codes",
    () => ({
      title: t("New recovery codes"),
      text: t("The codes you have now stop working."),
      submit: t("Make new codes"),
      isDestructive: false,
    }),
    async (ctx) => showCodes(ctx, await renewOperatorCodes(ctx)),
  ),
  ...confirmed(
    "/two-step/remove",
    () => ({
      title: t("Remove the authenticator app?"),
      text: t("From then on your password alone signs you in, unless you have a passkey."),
      submit: t("Remove"),
      isDestructive: true,
    }),
    async (ctx) => {
      await removeOperatorTotp(ctx);
      return redirect(home, t("The authenticator app is removed."));
    },
  ),
];
