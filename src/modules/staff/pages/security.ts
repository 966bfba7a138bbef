import type { TotpSetup } from "../../../platform/access/totp.ts";
import type { Failure } from "../../../platform/errors.ts";
import { button, link } from "../../../platform/http/pages/cells.ts";
import { field, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import type { SecurityPageModel, TwoStepModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, page } from "../../../platform/http/route.ts";
import type { FieldModel, FormModel } from "../../../platform/http/models/forms.ts";
import type { ActionLink, PageHeaderModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { codeField } from "./steps.ts";

/** What the account pages of staff, clients and operators share: the same words and forms behind every door. */

const passwordField = (name: string, label: string, autocomplete: string, hint = ""): FieldModel =>
  field(name, label, { kind: "password", is_required: true, autocomplete, hint, span: 6 });

/** Where somebody proves again who they are. */
export const proofField = (name = "present_password"): FieldModel =>
  passwordField(name, t("Your password"), "current-password");

/** Whether somebody signs in in two steps, in a sentence, and what can be done about it; `at` is where the set-up is. */
export function twoStepModel(
  at: string,
  given: { isOn: boolean; codesLeft: number; isRequired: boolean; isAsked: boolean },
): SecurityPageModel["two_step"] {
  if (!given.isOn)
    return {
      is_on: false,
      text: t(
        "A code from your phone in addition to the password: whoever finds out your password still stays outside.",
      ),
      actions: [startLink(at, given.isAsked)],
    };
  return {
    is_on: true,
    text: t(
      "Your authenticator app is set up. {count, plural, =0 {No recovery codes are left: make new ones.} one {# recovery code is left.} other {# recovery codes are left.}}",
      { count: given.codesLeft },
    ),
    actions: [
      link(t("New recovery codes"), `${at}/recovery-codes`, "refresh"),
      ...(given.isRequired ? [] : [link(t("Remove"), `${at}/remove`, "trash")]),
    ],
  };
}

/** The way to the set-up of an authenticator app: by a page that asks for the password where that is asked. */
export function startLink(at: string, isAsked: boolean, query = "", look: "ghost" | "primary" = "ghost"): ActionLink {
  const way = isAsked ? link : button;
  return way(t("Set up"), `${at}/start${query}`, "shield", look);
}

/** The form for a new password; `asked` says what is asked of it. */
export function newPasswordForm(action: string, asked: string, failure: Failure | null): FormModel {
  return formModel({
    action,
    failure,
    submit_label: t("Change password"),
    sections: [
      {
        title: t("Change password"),
        hint: t("Other browsers are signed out."),
        fields: [
          passwordField("present_password", t("Current password"), "current-password"),
          passwordField("new_password", t("New password"), "new-password", asked),
          passwordField("repeated_password", t("New password again"), "new-password"),
        ],
      },
    ],
  });
}

/** An authenticator app to be set up on one's account; without `cancel` there is no way around it. */
export function setupAnswer(
  header: PageHeaderModel,
  waiting: TotpSetup,
  { action, cancel }: { action: string; cancel: string },
  failure: Failure | null,
  typed: FormValues = {},
): Answer {
  const model: TwoStepModel = {
    header,
    title: header.title,
    text:
      cancel === ""
        ? t("Your role requires it: from now on you sign in with your password and a code from your phone.")
        : t("From then on you sign in with your password and a code from your phone."),
    ...waiting,
    form: formModel({
      action,
      values: typed,
      failure,
      submit_label: t("Switch on"),
      ...(cancel === "" ? {} : { cancel_url: cancel }),
      sections: [{ title: "", fields: [codeField(t("Code that the app shows"), "")] }],
    }),
  };
  return page("auth/two-step", header.title, model, failure?.status ?? 200);
}

/** A page before something is done: it asks for the password, unless whoever asks has just proved who they are. */
export function passwordAnswer(
  header: PageHeaderModel,
  given: { action: string; cancel: string; submit: string; isDestructive: boolean; isAsked: boolean },
  failure: Failure | null,
): Answer {
  const isAsked = given.isAsked || (failure !== null && failure.status === 422);
  const form = formModel({
    action: given.action,
    failure,
    submit_label: given.submit,
    cancel_url: given.cancel,
    is_destructive: given.isDestructive,
    sections: isAsked ? [{ title: "", fields: [proofField()] }] : [],
  });
  return page("forms/index", header.title, { header, form }, failure?.status ?? 200);
}
