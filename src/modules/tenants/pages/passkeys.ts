import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { Type } from "@sinclair/typebox";
import { platformPermission } from "../../../platform/access/platform.ts";
import type { Ctx } from "../../../platform/context.ts";
import { invalid } from "../../../platform/errors.ts";
import { validate } from "../../../platform/access/validate.ts";
import { field } from "../../../platform/http/forms/model.ts";
import { type Answer, type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { bodyOf, plain, proofField, signed, spoken, textOf } from "../../staff/index.ts";
import {
  operatorRegistrationOptions,
  operatorSecondFactorOptions,
  operatorSignInOptions,
  ownOperatorPasskey,
  registerOperatorPasskey,
  removeOperatorPasskey,
  renameOperatorPasskey,
  showOperatorPasskey,
  signInOperatorWithPasskey,
} from "../operators/passkeys.ts";
import { hasOperatorJustSignedIn, proveOperatorAgain } from "../operators/proof.ts";
import type { OperatorEntering } from "../operators/steps.ts";
import { cookiesOf, safeNext, stepOf, stepUrl, text } from "./entering.ts";
import { operatorForm } from "./form.ts";

/** Operators' passkeys: at their door, and on their account page. */

const home = "/account";

const post = (
  path: string,
  door: "open" | "operator",
  run: (ctx: Ctx, incoming: Incoming) => Promise<Answer>,
): Route => ({
  method: "POST",
  path,
  door,
  permission: door === "open" ? null : platformPermission,
  handle: (ctx, incoming) => spoken(() => run(ctx, incoming)),
});

const entered = (ctx: Ctx, entering: OperatorEntering, next: string): Answer =>
  plain({ to: entering.step === null ? safeNext(next) : stepUrl(entering.step, next) }, 200, cookiesOf(ctx, entering));

const nameInput = Type.Object(
  { id: Type.String({ format: "uuid" }), name: Type.String({ minLength: 1, maxLength: 80, title: "Name" }) },
  { additionalProperties: false },
);

const removeInput = Type.Object({ present_password: Type.Optional(Type.String()) });

export const passkeyPages: Route[] = [
  post("/sign-in/passkey/options", "open", async (ctx) => plain(await operatorSignInOptions(ctx))),
  post("/sign-in/passkey", "open", async (ctx, incoming) => {
    const body = await bodyOf(incoming);
    const entering = await signInOperatorWithPasskey(ctx, signed<AuthenticationResponseJSON>(body));
    return entered(ctx, entering, textOf(body, "next"));
  }),
  post("/sign-in/code/passkey/options", "open", async (ctx, incoming) =>
    plain(await operatorSecondFactorOptions(ctx, stepOf(ctx, incoming))),
  ),
  post("/sign-in/code/passkey", "open", async (ctx, incoming) => {
    const body = await bodyOf(incoming);
    const response = signed<AuthenticationResponseJSON>(body);
    return entered(ctx, await showOperatorPasskey(ctx, stepOf(ctx, incoming), response), textOf(body, "next"));
  }),
  post(`${home}/passkeys/options`, "operator", async (ctx, incoming) => {
    await proveOperatorAgain(ctx, textOf(await bodyOf(incoming), "password"));
    return plain(await operatorRegistrationOptions(ctx));
  }),
  post(`${home}/passkeys`, "operator", async (ctx, incoming) => {
    const body = await bodyOf(incoming);
    const response = signed<RegistrationResponseJSON>(body);
    await registerOperatorPasskey(ctx, { name: textOf(body, "name"), response });
    return plain({ to: home });
  }),
  ...operatorForm({
    path: `${home}/passkeys/:id`,
    title: "Rename the passkey",
    input: nameInput,
    breadcrumbs: [{ label: "Your account", href: home }],
    form: async (ctx, incoming) => {
      const key = await ownOperatorPasskey(ctx, incoming.params["id"] ?? "");
      return {
        action: `${home}/passkeys/${key.id}`,
        values: { name: key.name },
        submit_label: t("Save"),
        cancel_url: home,
        sections: [{ title: "", fields: [field("name", t("Name"), { is_required: true, max_length: 80, span: 6 })] }],
      };
    },
    run: async (ctx, input) => {
      const problems = validate(nameInput, input);
      if (problems.length > 0) throw invalid(problems);
      await renameOperatorPasskey(ctx, String(input["id"]), String(input["name"]));
      return redirect(home, t("The passkey has its name."));
    },
  }),
  ...operatorForm({
    path: `${home}/passkeys/:id/remove`,
    title: "Remove the passkey?",
    input: removeInput,
    breadcrumbs: [{ label: "Your account", href: home }],
    form: async (ctx, incoming) => {
      const key = await ownOperatorPasskey(ctx, incoming.params["id"] ?? "");
      return {
        action: `${home}/passkeys/${key.id}/remove`,
        submit_label: t("Remove"),
        cancel_url: home,
        is_destructive: true,
        sections: [
          {
            title: key.name,
            hint: t("It no longer signs you in."),
            fields: (await hasOperatorJustSignedIn(ctx)) ? [] : [proofField()],
          },
        ],
      };
    },
    run: async (ctx, input) => {
      await proveOperatorAgain(ctx, text(input, "present_password"));
      await removeOperatorPasskey(ctx, String(input["id"]));
      return redirect(home, t("The passkey is removed."));
    },
  }),
];
