import { grantsOf, writeGrant } from "../../../platform/access/grants.ts";
import { find, reach } from "../../../platform/access/reach.ts";
import { roleWords } from "../../../platform/access/roles.ts";
import { roles } from "../../../platform/access/schema.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { columnField, field, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { recordPages } from "../../../platform/http/forms/record-pages.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { createRole, deleteRole, updateRole } from "../roles.ts";
import { aboutTheWhole, grantSections } from "./role-grants.ts";

interface RoleRow {
  id: string;
  name: string;
  description: string;
  user_type: "staff" | "portal";
  people: number;
}

const roleList: List<RoleRow> = {
  title: "Roles",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: "/settings/roles",
  table: "roles",
  query: (ctx) =>
    reach(ctx, "roles")
      .leftJoin("user_roles", "user_roles.role_id", "roles.id")
      .select((eb) => [
        "roles.id",
        "roles.name",
        "roles.description",
        "roles.user_type",
        eb.fn.count<number>("user_roles.user_id").as("people"),
      ])
      .groupBy(["roles.tenant_id", "roles.id", "roles.name", "roles.description", "roles.user_type"]),
  columns: [
    { key: "name", label: "Role", cell: (row) => cell.strong(roleWords(row.name), `/settings/roles/${row.id}`) },
    {
      key: "description",
      label: "What it is for",
      is_secondary: true,
      cell: (row) => cell.text(roleWords(row.description)),
    },
    {
      key: "user_type",
      label: "For",
      cell: (row) => cell.text(row.user_type === "staff" ? t("Staff") : t("Clients' people")),
    },
    { key: "people", label: "People", is_numeric: true, cell: (row) => cell.number(row.people) },
  ],
  sort: "name",
  actions: () => [link(t("New role"), "/settings/roles/new", "plus", "primary")],
  href: (row) => `/settings/roles/${row.id}`,
  empty: () => empty("shield", t("No roles"), ""),
};

async function roleForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const role = id === null ? null : await find(ctx, "roles", id);
  const isFixed = role?.role_key === "administrator";
  const others = await reach(ctx, "roles").select(["id", "name"]).orderBy("name").execute();
  const saved =
    role === null
      ? {}
      : {
          name: roleWords(role.name),
          description: roleWords(role.description),
          is_mfa_required: role.is_mfa_required,
          permissions: (await grantsOf(ctx, [role.id])).map(writeGrant),
        };
  return formModel({
    action: id === null ? "/settings/roles/new" : `/settings/roles/${id}`,
    values: typed ?? saved,
    version: role?.version ?? null,
    failure: aboutTheWhole(failure),
    submit_label: t("Save role"),
    cancel_url: "/settings/roles",
    sections: [
      {
        title: t("Role"),
        fields: [
          field("name", t("Name"), { is_required: true }),
          field("description", t("What it is for"), { span: 6 }),
          columnField(roles, "is_mfa_required", {
            hint: t(
              "Whoever has no second step yet is led to set one up, at once and before anything else. API keys go on working.",
            ),
            span: 6,
          }),
          ...(role === null
            ? [
                field("copy_of_id", t("Start as a copy of"), {
                  kind: "select",
                  options: [
                    { value: "", label: t("Nothing: an empty role for staff") },
                    ...others.map(({ id: value, name }) => ({ value, label: roleWords(name) })),
                  ],
                }),
              ]
            : []),
        ],
      },
      ...(role === null
        ? []
        : [
            {
              title: t("Permissions"),
              hint: isFixed
                ? t("Administrators always have every permission.")
                : t("What people with this role may do. Of several roles, the widest counts."),
              fields: [],
            },
            ...(isFixed ? [] : grantSections(ctx, role.user_type)),
          ]),
    ],
  });
}

const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Roles", href: "/settings/roles" },
];

/** Roles, under Settings. */
export const rolePages: Route[] = recordPages({
  list: roleList,
  table: "roles",
  called: roleWords,
  permission: "staff.manage",
  breadcrumbs: crumbs,
  form: roleForm,
  create: {
    action: createRole,
    title: () => t("New role"),
    done: (result) => redirect(`/settings/roles/${(result as { id: string }).id}`, t("Role made. Say what it may do.")),
  },
  update: { action: updateRole, done: () => t("Role saved.") },
  remove: {
    action: deleteRole,
    label: () => t("Delete"),
    question: async (ctx, id) => {
      const role = await find(ctx, "roles", id);
      return role.role_key === null ? t("Delete the role {name}?", { name: role.name }) : null;
    },
    done: () => t("Role deleted."),
  },
});
