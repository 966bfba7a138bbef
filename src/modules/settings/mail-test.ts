import { validate } from "../../platform/access/validate.ts";
import type { Ctx } from "../../platform/context.ts";
import { invalid, invalidField } from "../../platform/errors.ts";
import { readInput } from "../../platform/http/forms/page.ts";
import type { FormValues } from "../../platform/http/forms/model.ts";
import type { TrialResult } from "../../platform/http/models/pages.ts";
import { t } from "../../platform/language/index.ts";
import { mailSettingsOf } from "../../platform/mail/sender.ts";
import { type SmtpSettings, testSmtp } from "../../platform/mail/transport.ts";
import { mailInput } from "./actions.ts";
import { checkKeptPassword } from "./kept-password.ts";
import { checkServerHost } from "./server-host.ts";

/** Tries the typed settings with a real mail to the person who asks; nothing is saved. */
export async function tryMail(ctx: Ctx, fields: FormValues): Promise<TrialResult> {
  const input = readInput(mailInput, fields);
  const problems = validate(mailInput, input);
  if (problems.length > 0) throw invalid(problems);
  if (ctx.actor.email === "") throw invalidField("host", t("Nobody is there to send a test mail to."));
  const kept = await mailSettingsOf(ctx.app, ctx.tenant.id);
  const typed = typeof input["password"] === "string" ? input["password"] : "";
  const to = {
    host: String(input["host"]).trim(),
    port: Number(input["port"]),
    username: String(input["username"] ?? ""),
  };
  checkServerHost(ctx.app, to.host);
  if (typed === "" && kept !== null && kept.password !== "") checkKeptPassword(kept, to);
  const settings: SmtpSettings = {
    ...to,
    security: input["security"] as SmtpSettings["security"],
    password: typed === "" ? (kept?.password ?? "") : typed,
    from_name: String(input["from_name"]),
    from_address: String(input["from_address"]),
    allow_invalid_certificate: input["is_certificate_checked"] === false,
    allowed_networks: ctx.app.options.serverNetworks ?? null,
  };
  const result = await testSmtp(settings, ctx.actor.email);
  return {
    is_ok: result.is_sent,
    title: result.is_sent ? t("The server took a test mail for {email}.", { email: ctx.actor.email }) : result.message,
    answer: result.lines.join("\n"),
  };
}
