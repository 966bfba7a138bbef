import { type AnyAction, perform } from "../../platform/action.ts";
import type { Ctx } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { formModel, type FormValues, rowValues } from "../../platform/http/forms/model.ts";
import { readInput } from "../../platform/http/forms/page.ts";
import type { Incoming } from "../../platform/http/route.ts";
import type { FormModel } from "../../platform/http/models/forms.ts";
import type { TrialResult } from "../../platform/http/models/pages.ts";
import { t } from "../../platform/language/index.ts";
import { mailSettings, organizations } from "../../platform/tenants.ts";
import {
  letterheadSections,
  localitySections,
  mailSections,
  saveOrganization,
  updateMailSettings,
  urlSections,
} from "../settings/index.ts";
import { applyReferenceData } from "./actions.ts";
import { chosenSets, standardDataField } from "./standard-data.ts";
import { isFinished, type StepKey } from "./steps.ts";

/** What was typed into a step before, and what came of it. */
export interface Shown {
  typed?: FormValues;
  failure?: Failure;
  test?: TrialResult;
}

/** One step: what it shows, and what sending it does. */
export interface Step {
  title: string;
  text: string;
  form(ctx: Ctx, shown: Shown): Promise<FormModel | null>;
  save(ctx: Ctx, incoming: Incoming): Promise<void>;
}

async function organizationValues(ctx: Ctx): Promise<FormValues> {
  return rowValues(organizations, await ctx.db.selectFrom("organizations").selectAll().executeTakeFirstOrThrow());
}

/** The steps between the administrator and the end. */
export const stepForms: Partial<Record<StepKey, Step>> = {
  organization: {
    title: "Your organization",
    text: "The letterhead of invoices and mails. Everything here can be changed later under Settings.",
    form: async (ctx, { typed, failure }) => {
      const values = await organizationValues(ctx);
      if (values["name"] === "Purser") values["name"] = "";
      return formModel({
        action: "/setup/organization",
        values: typed ?? values,
        failure: failure ?? null,
        submit_label: t("Continue"),
        sections: letterheadSections(),
      });
    },
    save: saveOrganization,
  },
  address: {
    title: "Where people reach this",
    text: "The address in the browser of your technicians and clients. If a proxy in front gives it a name and https, enter that.",
    form: async (ctx, { typed, failure }) => {
      const values = await organizationValues(ctx);
      return formModel({
        action: "/setup/address",
        values: typed ?? { ...values, public_url: values["public_url"] ?? ctx.tenant.public_url },
        failure: failure ?? null,
        submit_label: t("Continue"),
        sections: urlSections(),
      });
    },
    save: saveOrganization,
  },
  locale: {
    title: "Time and money",
    text: "Your own zone and currency. Companies can have a currency of their own.",
    form: async (ctx, { typed, failure }) => {
      const { setup_step, ...values } = await organizationValues(ctx);
      return formModel({
        action: "/setup/locale",
        values: typed ?? values,
        failure: failure ?? null,
        submit_label: t("Continue"),
        sections: localitySections(values, { isFirst: typed === undefined && !isFinished("locale", setup_step) }),
      });
    },
    save: saveOrganization,
  },
  mail: {
    title: "Outgoing mail",
    text: "The SMTP server that sends your mail. Try it: you see the server's own answer. You can also skip this now; mail then waits in the queue.",
    form: async (ctx, { typed, failure }) => {
      const row = await ctx.db.selectFrom("mail_settings").selectAll().executeTakeFirst();
      const organization = await organizationValues(ctx);
      const fresh = {
        port: 587,
        security: "starttls",
        from_name: organization["name"],
        from_address: organization["email"] ?? "",
        is_certificate_checked: true,
      };
      return formModel({
        action: "/setup/mail",
        values: typed ?? (row === undefined ? fresh : rowValues(mailSettings, row)),
        failure: failure ?? null,
        submit_label: t("Save and continue"),
        cancel_url: "/setup/reference",
        cancel_label: t("Skip for now"),
        sections: mailSections(row?.password_sealed != null),
      });
    },
    save: async (ctx, incoming) => {
      await perform(
        ctx,
        updateMailSettings as AnyAction,
        readInput(updateMailSettings.input, (await incoming.form()).fields),
      );
    },
  },
  reference: {
    title: "Standard data",
    text: "Lists that most MSPs start with. What you do not need can be left out or changed later.",
    form: async (ctx, { typed, failure }) => {
      const every = ctx.app.registry.reference.map((set) => set.key);
      return formModel({
        action: "/setup/reference",
        values: typed ?? { sets: every },
        failure: failure ?? null,
        submit_label: t("Finish"),
        sections: [{ title: "", fields: [standardDataField(ctx)] }],
      });
    },
    save: async (ctx, incoming) => {
      await perform(ctx, applyReferenceData, { sets: chosenSets((await incoming.form()).fields["sets"]) });
    },
  },
};
