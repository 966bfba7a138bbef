import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { columnField, field } from "../../../platform/http/forms/model.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FieldModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { optionalModules } from "../../../platform/switches.ts";
import { tenants } from "../../../platform/tenants.ts";
import { localitySections } from "../../settings/index.ts";
import {
  createTenant,
  newTenantInput,
  suspendInput,
  suspendTenant,
  tenantInput,
  tenantOf,
  updateTenant,
} from "../actions.ts";
import { addDomain } from "../domains/actions.ts";
import { requestDeletion } from "../tasks/queue.ts";
import { operatorForm } from "./form.ts";
import { setupPage } from "./setup-link.ts";
import { Type } from "@sinclair/typebox";

const crumbs = [{ label: "Organizations", href: "/tenants" }];
const homeOf = (incoming: Incoming): string => `/tenants/${incoming.params["id"] ?? ""}`;

function limitFields(): FieldModel[] {
  return [
    columnField(tenants, "plan", { hint: t("A word of your own.") }),
    columnField(tenants, "staff_limit", { hint: t("Staff accounts in use at most; empty: no limit.") }),
    columnField(tenants, "storage_limit_mb", { hint: t("Files at most; empty: no limit.") }),
    columnField(tenants, "requests_per_minute", { hint: t("All keys together; empty: as on this installation.") }),
    columnField(tenants, "notes", { kind: "textarea", span: 6, hint: t("For operators only.") }),
  ];
}

/** Time zone, locale and currency, as the organization's own settings ask for them. */
function localityFields(): FieldModel[] {
  return localitySections()
    .flatMap((section) => section.fields)
    .filter(({ name }) => ["timezone", "locale", "currency"].includes(name));
}

/** An empty field is no limit. */
function withoutBlanks(input: Record<string, unknown>): Record<string, unknown> {
  const names = ["plan", "staff_limit", "storage_limit_mb", "requests_per_minute", "url"];
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, names.includes(name) && value === "" ? null : value]),
  );
}

export const tenantForms: Route[] = [
  ...operatorForm({
    path: "/tenants/new",
    title: "New organization",
    input: newTenantInput,
    breadcrumbs: crumbs,
    form: () => ({
      action: "/tenants/new",
      submit_label: t("Create"),
      cancel_url: "/tenants",
      values: { timezone: "UTC", locale: "en-US", currency: "USD" },
      sections: [
        {
          title: t("Organization"),
          fields: [
            columnField(tenants, "name"),
            field("domain", t("Host name"), {
              is_required: true,
              placeholder: "desk.example.com",
              hint: t("Its DNS record leads to this installation."),
              max_length: 253,
            }),
            field("url", t("Public address"), {
              kind: "url",
              placeholder: "https://desk.example.com",
              hint: t("Only if it is not the host name, reached as these pages are."),
              span: 6,
            }),
          ],
        },
        { title: t("Time and money"), fields: localityFields() },
        { title: t("Plan and limits"), fields: limitFields() },
      ],
    }),
    run: async (ctx, input) => {
      const made = await createTenant(ctx, withoutBlanks(input));
      return setupPage(ctx, await tenantOf(ctx, made.id), made.setup_url);
    },
  }),
  ...operatorForm({
    path: "/tenants/:id/edit",
    title: "Edit organization",
    input: tenantInput,
    breadcrumbs: crumbs,
    form: async (ctx: Ctx, incoming) => {
      const row = await find(ctx, "tenants", incoming.params["id"] ?? "");
      return {
        action: `${homeOf(incoming)}/edit`,
        submit_label: t("Save"),
        cancel_url: homeOf(incoming),
        version: row.version,
        values: {
          ...row,
          allowed_modules: row.allowed_modules ?? optionalModules(ctx.app.registry).map(({ name }) => name),
        },
        sections: [
          {
            title: t("Organization"),
            hint: t("The name here is the operators'; the organization's own is in its settings."),
            fields: [columnField(tenants, "name", { span: 6 })],
          },
          { title: t("Plan and limits"), fields: limitFields() },
          {
            title: t("Modules"),
            hint: t("What the organization may switch on."),
            fields: [
              field("allowed_modules", t("Allowed modules"), {
                kind: "checkboxes",
                span: 6,
                options: optionalModules(ctx.app.registry).map(({ name, optional }) => ({
                  value: name,
                  label: t(optional.title),
                })),
              }),
            ],
          },
        ],
      };
    },
    run: async (ctx, input, incoming) => {
      const { fields } = await incoming.form();
      const ticked = [fields["allowed_modules"] ?? []].flat();
      const known = optionalModules(ctx.app.registry).map(({ name }) => name);
      // All of them is no limit: a module that comes later is allowed as well.
      const allowed_modules = known.every((name) => ticked.includes(name)) ? null : ticked;
      await updateTenant(ctx, { ...withoutBlanks(input), allowed_modules });
      return redirect(homeOf(incoming), t("Saved."));
    },
  }),
  ...operatorForm({
    path: "/tenants/:id/suspend",
    title: "Suspend organization",
    subtitle:
      "Its people get one page, staff and clients alike; its jobs and mails rest. Nothing is lost, and it can be activated at any time.",
    input: suspendInput,
    breadcrumbs: crumbs,
    form: async (ctx, incoming) => {
      const row = await find(ctx, "tenants", incoming.params["id"] ?? "");
      return {
        action: `${homeOf(incoming)}/suspend`,
        submit_label: t("Suspend {name}", { name: row.name }),
        cancel_url: homeOf(incoming),
        is_destructive: true,
        sections: [
          {
            title: row.name,
            fields: [
              field("reason", t("Reason"), {
                is_required: true,
                span: 6,
                max_length: 1000,
                hint: t("For operators only; it stands in the log."),
              }),
              field("message", t("What its people are told"), {
                kind: "textarea",
                span: 6,
                max_length: 1000,
                hint: t("On the one page that they see: why, and whom to ask."),
              }),
            ],
          },
        ],
      };
    },
    run: async (ctx, input, incoming) => {
      await suspendTenant(ctx, input);
      return redirect(homeOf(incoming), t("The organization is suspended."));
    },
  }),
  ...operatorForm({
    path: "/tenants/:id/delete",
    title: "Delete organization",
    subtitle: "All of its data, files and its key go, for good. The log of what operators did stays.",
    input: Type.Object({ confirm_name: Type.String() }),
    breadcrumbs: crumbs,
    form: async (ctx, incoming) => {
      const row = await find(ctx, "tenants", incoming.params["id"] ?? "");
      return {
        action: `${homeOf(incoming)}/delete`,
        submit_label: t("Delete for good"),
        cancel_url: homeOf(incoming),
        is_destructive: true,
        sections: [
          {
            title: row.name,
            fields: [
              field("confirm_name", t("Name of the organization"), {
                is_required: true,
                span: 6,
                hint: t("Type {name} to say that you mean it.", { name: row.name }),
              }),
            ],
          },
        ],
      };
    },
    run: async (ctx, input, incoming) => {
      await requestDeletion(ctx, input);
      return redirect(homeOf(incoming), t("The organization is being deleted."));
    },
  }),
  ...operatorForm({
    path: "/tenants/:id/domains/new",
    title: "Add host name",
    input: Type.Object({ domain: Type.String() }),
    breadcrumbs: crumbs,
    form: (_ctx, incoming) => ({
      action: `${homeOf(incoming)}/domains/new`,
      submit_label: t("Add"),
      cancel_url: homeOf(incoming),
      sections: [
        {
          title: "",
          fields: [
            field("domain", t("Host name"), {
              is_required: true,
              span: 6,
              placeholder: "desk.example.com",
              hint: t("It leads to the organization at once, without a proof: you know whose it is."),
            }),
          ],
        },
      ],
    }),
    run: async (ctx, input, incoming) => {
      await addDomain(ctx, input);
      return redirect(homeOf(incoming), t("The host name is added."));
    },
  }),
];
