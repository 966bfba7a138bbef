import { type Ctx, reading } from "../../../platform/context.ts";
import { field, formFailure, formModel } from "../../../platform/http/forms/model.ts";
import { Failure } from "../../../platform/errors.ts";
import type { AuthPageModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { personOfLink, requestReset, setPasswordByLink } from "../auth/links.ts";
import { signIn, signOut } from "../auth/sign-in.ts";
import { siteOf } from "../../../platform/access/webauthn.ts";
import { browserDevice, type Door, doors, goOn, safeNext, sessionCookie } from "./entering.ts";
import { newPasswordField } from "./fields.ts";

const emailField = field("email", "E-mail", { kind: "email", is_required: true, autocomplete: "username", span: 6 });
function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

function doorRoutes(door: Door): Route[] {
  const { prefix, userType } = door;
  const signInPage = (ctx: Ctx, next: string, email: string, failure: Failure | null): Answer => {
    const model: AuthPageModel = {
      title: door.title(ctx),
      text: door.text(ctx),
      form: formModel({
        action: `${prefix}/sign-in`,
        values: { email, next },
        failure,
        submit_label: t("Sign in"),
        sections: [
          {
            title: "",
            fields: [
              emailField,
              field("password", t("Password"), {
                kind: "password",
                is_required: true,
                autocomplete: "current-password",
                span: 6,
              }),
              field("next", "", { kind: "hidden" }),
            ],
          },
        ],
      }),
      done_text: "",
      providers: [],
      passkey:
        siteOf(ctx) === null
          ? null
          : { url: `${prefix}/sign-in/passkey`, next, label: t("Sign in with a passkey"), is_first: false },
      links: [{ label: t("Forgot your password?"), href: `${prefix}/forgot` }],
    };
    return page("auth/sign-in", t("Sign in"), model, failure?.status ?? 200);
  };

  const forgotPage = (email: string, failure: Failure | null, isDone: boolean): Answer => {
    const model: AuthPageModel = {
      title: t("Forgotten password"),
      text: isDone ? "" : t("Tell us your e-mail address, and we send you a link to choose a new password."),
      form: formModel({
        action: `${prefix}/forgot`,
        values: { email },
        failure,
        submit_label: t("Send the link"),
        sections: [{ title: "", fields: [emailField] }],
      }),
      done_text: isDone ? t("If this address has an account here, a link is on its way. It is good for one hour.") : "",
      providers: [],
      passkey: null,
      links: [{ label: t("Back to sign in"), href: `${prefix}/sign-in` }],
    };
    return page("auth/forgot", t("Forgotten password"), model, failure?.status ?? 200);
  };

  const choosePage = async (
    ctx: Ctx,
    purpose: "invite" | "reset",
    token: string,
    failure: Failure | null,
  ): Promise<Answer> => {
    const person = await personOfLink(ctx, purpose, token);
    if (person.user_type !== userType)
      throw new Failure(404, "link_expired", t("This link belongs to the other door."));
    const model: AuthPageModel = {
      title: purpose === "invite" ? t("Welcome, {name}", { name: person.name }) : t("Choose a new password"),
      text: purpose === "invite" ? t("Choose a password for {email}.", { email: person.email }) : person.email,
      form: formModel({
        action: `${prefix}/${purpose}/${token}`,
        failure,
        submit_label: t("Save and sign in"),
        sections: [{ title: "", fields: [await newPasswordField(ctx, "password")] }],
      }),
      done_text: "",
      providers: [],
      passkey: null,
      links: [],
    };
    return page(`auth/${purpose}`, t("Choose a password"), model, failure?.status ?? 200);
  };

  const chooseRoutes = (purpose: "invite" | "reset"): Route[] => [
    {
      method: "GET",
      path: `${prefix}/${purpose}/:token`,
      door: "open",
      permission: null,
      handle: (ctx, incoming) => choosePage(ctx, purpose, incoming.params["token"] ?? "", null),
    },
    {
      method: "POST",
      path: `${prefix}/${purpose}/:token`,
      door: "open",
      permission: null,
      handle: async (ctx, incoming) => {
        const token = incoming.params["token"] ?? "";
        const { fields } = await incoming.form();
        try {
          const { device, cookie } = browserDevice(ctx, incoming);
          const entering = await setPasswordByLink(ctx, purpose, token, text(fields, "password"), device);
          return goOn(ctx, door, entering, door.home, [cookie]);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => choosePage(reader, purpose, token, failure));
        }
      },
    },
  ];

  return [
    {
      method: "GET",
      path: `${prefix}/sign-in`,
      door: "open",
      permission: null,
      handle: async (ctx, incoming) => {
        const next = incoming.url.searchParams.get("next") ?? "";
        return ctx.actor.kind === userType ? redirect(safeNext(next, door.home)) : signInPage(ctx, next, "", null);
      },
    },
    {
      method: "POST",
      path: `${prefix}/sign-in`,
      door: "open",
      permission: null,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        const next = text(fields, "next");
        try {
          const { device, cookie } = browserDevice(ctx, incoming);
          const entering = await signIn(ctx, userType, text(fields, "email"), text(fields, "password"), device);
          return goOn(ctx, door, entering, next, [cookie]);
        } catch (error) {
          if (!(error instanceof Failure) || (error.status !== 401 && error.status !== 429)) throw error;
          return signInPage(ctx, next, text(fields, "email"), error);
        }
      },
    },
    {
      method: "POST",
      path: `${prefix}/sign-out`,
      door: userType,
      permission: null,
      isOpenWithoutSecondStep: true,
      handle: async (ctx) => {
        await signOut(ctx);
        return redirect(`${prefix}/sign-in`, t("You are signed out."), "info", [sessionCookie(ctx, userType, "", 0)]);
      },
    },
    {
      method: "GET",
      path: `${prefix}/forgot`,
      door: "open",
      permission: null,
      handle: async () => forgotPage("", null, false),
    },
    {
      method: "POST",
      path: `${prefix}/forgot`,
      door: "open",
      permission: null,
      handle: async (ctx, incoming) => {
        const email = text((await incoming.form()).fields, "email");
        try {
          await requestReset(ctx, userType, email);
          return forgotPage(email, null, true);
        } catch (error) {
          return forgotPage(email, formFailure(error), false);
        }
      },
    },
    ...chooseRoutes("invite"),
    ...chooseRoutes("reset"),
  ];
}

export const doorPages: Route[] = doors.flatMap(doorRoutes);
