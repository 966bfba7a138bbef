import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { Type } from "@sinclair/typebox";
import { platformPermission } from "../../../platform/access/platform.ts";
import type { Ctx } from "../../../platform/context.ts";
import { invalid } from "../../../platform/errors.ts";
import { validate } from "../../../platform/access/validate.ts";
import { field } from "../../../platform/http/forms/model.ts";
import { type Answer, type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { bodyOf, plain, signed, spoken, textOf } from "../../staff/index.ts";
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
import type { OperatorEntering } from "../operators/steps.ts";
import { cookiesOf, safeNext, stepOf, stepUrl } from "./entering.ts";
import { operatorButton, operatorForm } from "./form.ts";

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
  post(`${home}/passkeys/options`, "operator", async (ctx) => plain(await operatorRegistrationOptions(ctx))),
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
  operatorButton(
    `${home}/passkeys/:id/remove`,
    () => home,
    async (ctx, { id }) => {
      await removeOperatorPasskey(ctx, id ?? "");
      return t("The passkey is removed.");
    },
  ),
];
