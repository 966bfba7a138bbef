import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { hashPassword } from "../../platform/crypto/passwords.ts";
import { type FieldProblem, invalid, unauthorized } from "../../platform/errors.ts";
import { serializeCookie, staffCookieName } from "../../platform/http/cookies.ts";
import { cell, facts, link } from "../../platform/http/pages/cells.ts";
import { columnField, field, formFailure, formModel, type FormValues } from "../../platform/http/forms/model.ts";
import type { SetupPageModel } from "../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import type { FormModel } from "../../platform/http/models/forms.ts";
import { users } from "../../platform/access/schema.ts";
import { validate } from "../../platform/access/validate.ts";
import { t } from "../../platform/language/index.ts";
import { cookiesOfAddress, tryMail } from "../settings/index.ts";
import { checkPassword, readOneTime } from "../staff/index.ts";
import { createFirstAdministrator, finishStep } from "./actions.ts";
import { type Shown, stepForms } from "./step-forms.ts";
import { indexOf, isFinished, nextStep, progress, stepAfter, stepBefore, type StepKey, steps } from "./steps.ts";

/** A page of the wizard. */
function wizardPage(
  key: StepKey,
  finished: string | null,
  title: string,
  text: string,
  form: FormModel | null,
  more: Partial<SetupPageModel> = {},
  status = 200,
): Answer {
  const index = indexOf(key);
  const before = form === null ? null : stepBefore(key);
  const model: SetupPageModel = {
    steps: progress(key, finished),
    position: t("Step {number} of {count}", { number: index + 1, count: steps.length }),
    title,
    text,
    form,
    back_url: before === null ? "" : `/setup/${before}`,
    test: null,
    done: null,
    ...more,
  };
  return page("setup/wizard", title, model, status);
}

function administratorPage(token: string, shown: Shown): Answer {
  const form = formModel({
    action: `/setup/start/${token}`,
    values: shown.typed ?? {},
    failure: shown.failure ?? null,
    submit_label: t("Create administrator"),
    sections: [
      {
        title: "",
        fields: [
          columnField(users, "name", { span: 6, label: t("Your name"), autocomplete: "name" }),
          columnField(users, "email", { span: 6, autocomplete: "username", hint: t("You sign in with it.") }),
          field("password", t("Password"), {
            kind: "password",
            is_required: true,
            span: 6,
            autocomplete: "new-password",
            hint: t("At least 12 characters; a few words in a row are easy to remember and hard to guess."),
          }),
        ],
      },
    ],
  });
  return wizardPage(
    "administrator",
    null,
    t("Welcome to Purser"),
    t(
      "First, the administrator: the account that sets everything up. The other steps can be left and taken up again later.",
    ),
    form,
    {},
    shown.failure?.status ?? 200,
  );
}

async function showStep(ctx: Ctx, key: StepKey, shown: Shown): Promise<Answer> {
  const { setup_step } = await ctx.db.selectFrom("organizations").select("setup_step").executeTakeFirstOrThrow();
  if (key === "done") {
    // Nothing is ready before its steps have been done, whoever opens the last page by its address.
    if (!isFinished("reference", setup_step)) return redirect(`/setup/${nextStep(setup_step)}`);
    const mail = await ctx.db.selectFrom("mail_settings").select("host").executeTakeFirst();
    const done = {
      facts: facts(t("Ready"), [
        [t("Organization"), cell.text(ctx.tenant.name)],
        [t("Address"), cell.text(ctx.tenant.public_url)],
        [t("Time zone"), cell.text(ctx.tenant.timezone)],
        [t("Currency"), cell.text(ctx.tenant.currency)],
        [
          t("Outgoing mail"),
          mail === undefined ? cell.link(t("Not connected yet"), "/settings/mail") : cell.text(mail.host),
        ],
      ]),
      action: link(t("Go to the dashboard"), "/", "arrow-right", "primary"),
    };
    return wizardPage("done", "reference", t("Purser is ready"), t("The dashboard says what to do next."), null, {
      done,
    });
  }
  const step = stepForms[key];
  if (step === undefined) throw unauthorized();
  const test =
    key === "mail" ? { url: "/setup/mail/test", label: t("Send a test mail"), result: shown.test ?? null } : null;
  return wizardPage(
    key,
    setup_step,
    t(step.title),
    t(step.text),
    await step.form(ctx, shown),
    { test },
    shown.failure?.status ?? 200,
  );
}

function stepRoutes(key: StepKey): Route[] {
  const show: Route = {
    method: "GET",
    path: `/setup/${key}`,
    door: "open",
    permission: "settings.manage",
    handle: (ctx) => showStep(ctx, key, {}),
  };
  const step = stepForms[key];
  if (step === undefined) return [show];
  return [
    show,
    {
      method: "POST",
      path: `/setup/${key}`,
      door: "open",
      permission: "settings.manage",
      maxBytes: 4 * 1024 * 1024,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          await step.save(ctx, incoming);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => showStep(reader, key, { typed: fields, failure }));
        }
        await perform(ctx, finishStep, { step: key });
        return redirect(`/setup/${stepAfter(key)}`, "", "success", await cookiesOfAddress(ctx));
      },
    },
  ];
}

function sessionCookie(publicUrl: string, session: { token: string; max_age_seconds: number }): string {
  return serializeCookie(staffCookieName(publicUrl), session.token, {
    publicUrl,
    maxAgeSeconds: session.max_age_seconds,
  });
}

/** What a check has against its fields, so that all that is wrong with a form is said at once. */
async function refusalOf(check: Promise<void>): Promise<readonly FieldProblem[]> {
  try {
    await check;
    return [];
  } catch (error) {
    return formFailure(error).problems;
  }
}

async function createAdministrator(ctx: Ctx, token: string, fields: FormValues): Promise<Answer> {
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  const person = { name: text("name"), email: text("email") };
  try {
    const problems = validate(createFirstAdministrator.input, { token, ...person, password_hash: "" });
    const weak = await refusalOf(checkPassword(ctx, text("password"), { ...person, id: null }));
    if (problems.length > 0 || weak.length > 0) throw invalid([...problems, ...weak]);
    const made = await perform(ctx, createFirstAdministrator, {
      token,
      ...person,
      password_hash: await hashPassword(text("password")),
    });
    const cookies = made.session === null ? [] : [sessionCookie(ctx.tenant.public_url, made.session)];
    return redirect("/setup/organization", "", "success", cookies);
  } catch (error) {
    return administratorPage(token, { typed: fields, failure: formFailure(error) });
  }
}

export const setupPages: Route[] = [
  {
    method: "GET",
    path: "/setup/start/:token",
    door: "open",
    permission: null,
    handle: async (ctx, incoming) => {
      if (ctx.tenant.is_set_up) return redirect("/");
      const token = incoming.params["token"] ?? "";
      await readOneTime(ctx, "setup", token);
      return administratorPage(token, {});
    },
  },
  {
    method: "POST",
    path: "/setup/start/:token",
    door: "open",
    permission: null,
    handle: async (ctx, incoming) =>
      createAdministrator(ctx, incoming.params["token"] ?? "", (await incoming.form()).fields),
  },
  ...steps.filter((step) => step.key !== "administrator").flatMap((step) => stepRoutes(step.key)),
  {
    method: "POST",
    path: "/setup/mail/test",
    door: "open",
    permission: "settings.manage",
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        const test = await tryMail(ctx, fields);
        return await reading(ctx, (reader) => showStep(reader, "mail", { typed: fields, test }));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => showStep(reader, "mail", { typed: fields, failure }));
      }
    },
  },
];
