import { can } from "../../../platform/access/actor.ts";
import { find, reach, type RowFor } from "../../../platform/access/reach.ts";
import { roleWords } from "../../../platform/access/roles.ts";
import { users } from "../../../platform/access/schema.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { activityOf } from "../../../platform/http/pages/activity.ts";
import { button, cell, facts, link } from "../../../platform/http/pages/cells.ts";
import { columnField, field, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../../platform/http/forms/page.ts";
import { listAnswer } from "../../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import type { ActionLink } from "../../../platform/http/models/partials.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/models/forms.ts";
import { mailSent } from "../../../platform/http/pages/mail-sent.ts";
import { t } from "../../../platform/language/index.ts";
import { isKeptElsewhere } from "../auth/passwords.ts";
import { staffList, stateOf } from "./people-list.ts";
import { appOf, deactivateStaff, inviteStaff, reactivateStaff, resendInvite, updateStaff } from "../actions.ts";

async function roleOptions(ctx: Ctx): Promise<{ value: string; label: string; hint: string }[]> {
  const rows = await reach(ctx, "roles")
    .select(["id", "name", "description"])
    .where("user_type", "=", "staff")
    .orderBy("name")
    .execute();
  return rows.map((role) => ({ value: role.id, label: roleWords(role.name), hint: roleWords(role.description) }));
}

async function roleIdsOf(ctx: Ctx, userId: string): Promise<string[]> {
  const rows = await ctx.db.selectFrom("user_roles").select("role_id").where("user_id", "=", userId).execute();
  return rows.map((row) => row.role_id);
}

async function staffForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "users", id);
  const values = typed ?? (row === null ? {} : { ...rowValues(users, row), role_ids: await roleIdsOf(ctx, row.id) });
  return formModel({
    action: id === null ? "/settings/staff/new" : `/settings/staff/${id}/edit`,
    values,
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Send invitation") : t("Save changes"),
    cancel_url: id === null ? "/settings/staff" : `/settings/staff/${id}`,
    sections: [
      {
        title: t("Person"),
        fields: [
          columnField(users, "name"),
          columnField(users, "email"),
          columnField(users, "title"),
          columnField(users, "phone", { kind: "tel" }),
        ],
      },
      {
        title: t("Roles"),
        hint: t("What this person may do is the sum of the roles."),
        fields: [
          field("role_ids", t("Roles"), {
            kind: "checkboxes",
            is_required: true,
            options: await roleOptions(ctx),
            span: 6,
          }),
        ],
      },
    ],
  });
}

/** What may be done with somebody; an app's own account changes with the app. */
async function actionsOf(ctx: Ctx, user: RowFor<"users">, isKept: boolean): Promise<ActionLink[]> {
  const at = `/settings/staff/${user.id}`;
  const app = await appOf(ctx, user.id);
  if (app !== null)
    return can(ctx.actor, "oauth.manage") ? [link(t("Connected app"), `/settings/apps/${app}`, "link")] : [];
  const isWaiting =
    user.password_hash === null && user.password_changed_at === null && user.deactivated_at === null && !isKept;
  return [
    link(t("Access"), `${at}/access`, "eye"),
    link(t("Sign-in"), `${at}/sign-in`, "shield"),
    link(t("Edit"), `${at}/edit`, "pencil"),
    ...(isWaiting ? [button(t("Send the invitation again"), `${at}/invite`, "send")] : []),
    ...lastAction(ctx, user),
  ];
}

/** Out of use or in again; nobody does it to themselves. */
function lastAction(ctx: Ctx, user: { id: string; name: string; deactivated_at: string | null }): ActionLink[] {
  const at = `/settings/staff/${user.id}`;
  if (user.deactivated_at !== null) return [button(t("Reactivate"), `${at}/reactivate`, "refresh")];
  if (user.id === ctx.actor.user_id) return [];
  const confirm = t("Deactivate {name}? They are signed out at once; their work stays.", { name: user.name });
  return [button(t("Deactivate"), `${at}/deactivate`, "ban", "danger", confirm)];
}

async function showStaff(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const user = await find(ctx, "users", incoming.params["id"] ?? "");
  const chosen = new Set(await roleIdsOf(ctx, user.id));
  const isKept = await isKeptElsewhere(ctx, user.id);
  const names = (await roleOptions(ctx)).filter((role) => chosen.has(role.value)).map((role) => role.label);
  const model: RecordPageModel = {
    header: {
      title: user.name,
      subtitle: user.title ?? "",
      breadcrumbs: [
        { label: t("Settings"), href: "/settings" },
        { label: t("Staff"), href: "/settings/staff" },
      ],
      badges: [
        stateOf(user, isKept),
        ...(isKept ? [{ text: t("From the directory"), tone: "info" }] : []),
        ...names.map((name) => ({ text: roleWords(name), tone: "neutral" })),
      ],
      actions: await actionsOf(ctx, user, isKept),
    },
    stats: [],
    tabs: [],
    sections: [await activityOf(ctx, "users", user.id)],
    facts: [
      facts(t("Person"), [
        [t("E-mail"), cell.mail(user.email)],
        [t("Phone"), cell.tel(user.phone)],
        [t("Last signed in"), cell.instant(user.last_signed_in_at, ctx.tenant, ctx.app.clock.now())],
        [t("Invited"), cell.instant(user.invited_at, ctx.tenant, ctx.app.clock.now())],
      ]),
    ],
    notes: "",
    attachments: [],
  };
  return page("records/show", user.name, model);
}

const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Staff", href: "/settings/staff" },
];
const idOf = (incoming: Incoming): Record<string, unknown> => ({ id: incoming.params["id"] });
const at = (incoming: Incoming): string => `/settings/staff/${incoming.params["id"] ?? ""}`;

/** Staff, under Settings. */
export const peoplePages: Route[] = [
  {
    method: "GET",
    path: "/settings/staff",
    door: "staff",
    permission: "staff.manage",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, staffList),
  },
  { method: "GET", path: "/settings/staff/:id", door: "staff", permission: "staff.manage", handle: showStaff },
  ...formRoutes({
    path: "/settings/staff/new",
    permission: "staff.manage",
    action: inviteStaff,
    title: () => t("Invite a colleague"),
    form: staffForm,
    breadcrumbs: crumbs,
    done: (result, _, ctx) => mailSent(ctx, `/settings/staff/${(result as { id: string }).id}`, t("Invitation sent.")),
  }),
  ...formRoutes({
    path: "/settings/staff/:id/edit",
    permission: "staff.manage",
    action: updateStaff,
    title: async (ctx, { id = "" }) => t("Edit {name}", { name: (await find(ctx, "users", id)).name }),
    form: staffForm,
    extra: idOf,
    breadcrumbs: crumbs,
    done: (_, incoming) => redirect(at(incoming), t("Changes saved.")),
  }),
  buttonRoute(
    "/settings/staff/:id/invite",
    resendInvite,
    (incoming, _, ctx) => mailSent(ctx, at(incoming), t("Invitation sent again.")),
    at,
  ),
  buttonRoute(
    "/settings/staff/:id/deactivate",
    deactivateStaff,
    (incoming) => redirect(at(incoming), t("Account deactivated.")),
    at,
  ),
  buttonRoute(
    "/settings/staff/:id/reactivate",
    reactivateStaff,
    (incoming) => redirect(at(incoming), t("Account active again.")),
    at,
  ),
];
