import { siteOf } from "../../../platform/access/webauthn.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { Failure as FailureClass } from "../../../platform/errors.ts";
import { field, formFailure, formModel } from "../../../platform/http/forms/model.ts";
import type { AuthPageModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { operatorOfLink, signInOperator, signOutOperator, welcomeOperator } from "../operators/auth.ts";
import { cookieOf, goOn, text } from "./entering.ts";
import { stepPages } from "./steps.ts";

function signInPage(ctx: Ctx, next: string, email: string, failure: Failure | null): Answer {
  const model: AuthPageModel = {
    title: t("Operators"),
    text: t("For those who run this installation."),
    form: formModel({
      action: "/sign-in",
      values: { email, next },
      failure,
      submit_label: t("Sign in"),
      sections: [
        {
          title: "",
          fields: [
            field("email", t("E-mail"), { kind: "email", is_required: true, autocomplete: "username", span: 6 }),
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
    passkey:
      siteOf(ctx) === null
        ? null
        : { url: "/sign-in/passkey", next, label: t("Sign in with a passkey"), is_first: false },
    providers: [],
    links: [],
  };
  return page("auth/sign-in", t("Sign in"), model, failure?.status ?? 200);
}

async function welcomePage(ctx: Ctx, token: string, failure: Failure | null): Promise<Answer> {
  const person = await operatorOfLink(ctx, token);
  const model: AuthPageModel = {
    title: t("Welcome, {name}", { name: person.name }),
    text: t("Choose a password, and you run this installation."),
    form: formModel({
      action: `/welcome/${token}`,
      failure,
      submit_label: t("Save and sign in"),
      sections: [
        {
          title: "",
          fields: [
            field("password", t("New password"), {
              kind: "password",
              is_required: true,
              autocomplete: "new-password",
              span: 6,
            }),
          ],
        },
      ],
    }),
    done_text: "",
    passkey: null,
    providers: [],
    links: [],
  };
  return page("auth/invite", model.title, model, failure?.status ?? 200);
}

/** The operators' own door. */
export const operatorDoors: Route[] = [
  {
    method: "GET",
    path: "/",
    door: "operator",
    permission: null,
    handle: async () => redirect("/tenants"),
  },
  {
    method: "GET",
    path: "/sign-in",
    door: "open",
    permission: null,
    handle: async (ctx, { url }) =>
      ctx.actor.kind === "operator"
        ? redirect("/tenants")
        : signInPage(ctx, url.searchParams.get("next") ?? "", "", null),
  },
  {
    method: "POST",
    path: "/sign-in",
    door: "open",
    permission: null,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const [email, next] = [text(fields, "email"), text(fields, "next")];
      try {
        return goOn(ctx, await signInOperator(ctx, email, text(fields, "password")), next);
      } catch (error) {
        if (!(error instanceof FailureClass)) throw error;
        // A 401 would lead back to this page without a word.
        return signInPage(
          ctx,
          next,
          email,
          error.status === 401 ? new FailureClass(422, error.code, error.message) : error,
        );
      }
    },
  },
  ...stepPages,
  {
    method: "POST",
    path: "/sign-out",
    door: "operator",
    permission: null,
    handle: async (ctx) => {
      await signOutOperator(ctx);
      return redirect("/sign-in", "", "success", [cookieOf(ctx, "")]);
    },
  },
  {
    method: "GET",
    path: "/welcome/:token",
    door: "open",
    permission: null,
    handle: (ctx, incoming) => welcomePage(ctx, incoming.params["token"] ?? "", null),
  },
  {
    method: "POST",
    path: "/welcome/:token",
    door: "open",
    permission: null,
    handle: async (ctx, incoming) => {
      const token = incoming.params["token"] ?? "";
      const { fields } = await incoming.form();
      try {
        return goOn(ctx, await welcomeOperator(ctx, token, text(fields, "password")), "");
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => welcomePage(reader, token, failure));
      }
    },
  },
];
