import { type AnyAction, perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { formFailure, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { readInput } from "../../../platform/http/forms/page.ts";
import type { TrialResult, TriedFormModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { mailSettings } from "../../../platform/tenants.ts";
import { updateMailSettings } from "../actions.ts";
import { mailSections } from "../forms.ts";
import { tryMail } from "../mail-test.ts";

/** The SMTP server, with a test. */

const crumbs = [{ label: "Settings", href: "/settings" }];

const permission = "settings.manage";

async function mailPage(
  ctx: Ctx,
  typed: FormValues | null,
  failure: Failure | null,
  result: TrialResult | null,
): Promise<Answer> {
  const row = await ctx.db.selectFrom("mail_settings").selectAll().executeTakeFirst();
  const values =
    typed ??
    (row === undefined
      ? { port: 587, security: "starttls", from_name: ctx.tenant.name, is_certificate_checked: true }
      : rowValues(mailSettings, row));
  const model: TriedFormModel = {
    header: {
      title: t("Outgoing mail"),
      subtitle: t("The SMTP server that sends your mail. Try it before you save: you see the server's own answer."),
      breadcrumbs: crumbs,
      badges: [],
      actions: [],
    },
    form: formModel({
      action: "/settings/mail",
      values,
      version: row?.version ?? null,
      failure,
      submit_label: t("Save"),
      cancel_url: "/settings",
      sections: mailSections(row?.password_sealed != null),
    }),
    test: { url: "/settings/mail/test", label: t("Send a test mail"), result },
    sections: [],
  };
  return page("settings/tried", t("Outgoing mail"), model, failure?.status ?? 200);
}

export const mailPages: Route[] = [
  {
    method: "GET",
    path: "/settings/mail",
    door: "staff",
    permission,
    handle: (ctx) => mailPage(ctx, null, null, null),
  },
  {
    method: "POST",
    path: "/settings/mail",
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        await perform(ctx, updateMailSettings as AnyAction, readInput(updateMailSettings.input, fields));
        return redirect("/settings/mail", t("Mail settings saved."));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => mailPage(reader, fields, failure, null));
      }
    },
  },
  {
    method: "POST",
    path: "/settings/mail/test",
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        const result = await tryMail(ctx, fields);
        return await reading(ctx, (reader) => mailPage(reader, fields, null, result));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => mailPage(reader, fields, failure, null));
      }
    },
  },
];
