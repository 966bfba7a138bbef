import { sql } from "kysely";
import type { AnyAction } from "../../../platform/action.ts";
import { dateIn } from "../../../platform/clock.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { cell, empty, formatDate, link } from "../../../platform/http/pages/cells.ts";
import { columnField, field, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { formRoutes } from "../../../platform/http/forms/page.ts";
import { containing } from "../../../platform/http/lists/kinds.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { listFileRoute } from "../../../platform/http/lists/file.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/models/forms.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import { roleWords } from "../../../platform/access/roles.ts";
import { reach } from "../../../platform/access/reach.ts";
import { t } from "../../../platform/language/index.ts";
import { contactName, contacts } from "../../companies/index.ts";
import { accountOf } from "../access.ts";
import { colleague, manageColleagues, roleIdsOf, rolesToGive, saveColleague } from "../colleagues.ts";

const home = "/portal/contacts";

interface PersonRow {
  id: string;
  first_name: string;
  last_name: string;
  email: string | null;
  title: string | null;
  is_portal_user: boolean;
  invited_at: string | null;
  /** Whether they have ever come in: chosen a password, or signed in by other means. */
  has_come: boolean | number;
}

/** What somebody has of the portal: nothing, an invitation, or access. */
function accessCell({ is_portal_user, has_come, invited_at }: PersonRow, { tenant }: Ctx): CellModel {
  if (!is_portal_user) return cell.muted(t("No access"));
  if (has_come) return cell.badge(t("Has access"), "success");
  const text =
    invited_at === null
      ? t("Invited")
      : t("Invited {date}", { date: formatDate(dateIn(tenant.zone, invited_at), tenant) });
  return cell.badge(text, "warning");
}

const peopleList: List<PersonRow> = {
  title: "People",
  subtitle: "Who of your company we know, and who may use this portal.",
  url: home,

  file: `${home}/export`,
  table: "contacts",
  query: (ctx) =>
    reach(ctx, "contacts")
      .leftJoin("users as accounts", (join) =>
        join.onRef("accounts.contact_id", "=", "contacts.id").on("accounts.user_type", "=", "portal"),
      )
      .select([
        "contacts.id",
        "contacts.first_name",
        "contacts.last_name",
        "contacts.email",
        "contacts.title",
        "contacts.is_portal_user",
        "accounts.invited_at",
        sql<boolean>`(accounts.password_hash is not null or accounts.last_signed_in_at is not null)`.as("has_come"),
      ])
      .where("contacts.archived_at", "is", null),
  search: "Name or e-mail",
  match: (query, text, ctx) =>
    containing(query, text, ["contacts.first_name", "contacts.last_name", "contacts.email"], ctx),
  columns: [
    {
      key: "first_name",
      label: "Name",
      sort: { reference: "contacts.first_name", column: contacts.columns.first_name },
      cell: (row) => cell.strong(contactName(row), `${home}/${row.id}`),
    },
    { key: "email", label: "E-mail", cell: (row) => cell.mail(row.email) },
    { key: "title", label: "Job title", is_secondary: true, cell: (row) => cell.text(row.title) },
    { key: "access", label: "Portal access", cell: accessCell },
  ],
  sort: "first_name",
  href: (row) => `${home}/${row.id}`,
  actions: () => [link(t("Add a person"), `${home}/new`, "plus", "primary")],
  empty: () => empty("users", t("Nobody yet"), t("Add the people who ask us for help.")),
};

/** No access, or one of the roles; nobody changes their own. */
async function accessFields(ctx: Ctx, id: string | null): Promise<ReturnType<typeof field>[]> {
  if (id !== null && id === ctx.actor.contact_id) return [];
  const roles = await rolesToGive(ctx);
  return [
    field("role_id", t("Portal access"), {
      kind: "radio",
      options: [
        { value: "", label: t("No access"), hint: t("We know the person, and they write to us by mail.") },
        ...roles.map((role) => ({ value: role.id, label: roleWords(role.name), hint: roleWords(role.description) })),
      ],
      span: 6,
    }),
  ];
}

async function personForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const person = id === null ? null : await colleague(ctx, id);
  const account = person?.is_portal_user === true ? await accountOf(ctx, person.id) : undefined;
  const role_id = account === undefined ? "" : ((await roleIdsOf(ctx, account.id))[0] ?? "");
  return formModel({
    action: id === null ? `${home}/new` : `${home}/${id}`,
    values: typed ?? (person === null ? { role_id: "" } : { ...rowValues(contacts, person), role_id }),
    failure,
    submit_label: id === null ? t("Add person") : t("Save changes"),
    cancel_url: home,
    sections: [
      {
        title: t("Person"),
        fields: [
          columnField(contacts, "first_name", { is_required: true }),
          columnField(contacts, "last_name"),
          columnField(contacts, "email"),
          columnField(contacts, "phone", { kind: "tel" }),
          columnField(contacts, "title"),
          ...(await accessFields(ctx, id)),
        ],
      },
    ],
  });
}

const common = {
  door: "portal",
  permission: manageColleagues,
  action: saveColleague as unknown as AnyAction,
  form: personForm,
  breadcrumbs: [{ label: "People", href: home }],
} as const;

/** The company's own people, for those of them who say who comes in. */
export const peoplePages: Route[] = [
  {
    method: "GET",
    path: home,
    door: "portal",
    permission: manageColleagues,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, peopleList),
  },
  listFileRoute({ path: `${home}/export`, door: "portal", permission: manageColleagues, list: () => peopleList }),
  ...formRoutes({
    ...common,
    breadcrumbs: [...common.breadcrumbs],
    path: `${home}/new`,
    title: () => t("Add a person"),
    done: () => redirect(home, t("Person added.")),
  }),
  ...formRoutes({
    ...common,
    breadcrumbs: [...common.breadcrumbs],
    path: `${home}/:id`,
    title: async (ctx, { id = "" }) => contactName(await colleague(ctx, id)),
    extra: (incoming) => ({ id: incoming.params["id"] }),
    done: () => redirect(home, t("Changes saved.")),
  }),
];
