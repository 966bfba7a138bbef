import { reach } from "../../../platform/access/reach.ts";
import { roleWords } from "../../../platform/access/roles.ts";
import { users } from "../../../platform/access/schema.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import type { BadgeModel } from "../../../platform/http/models/partials.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { t } from "../../../platform/language/index.ts";

/** Everybody of the staff: who they are, what they may do, how safely they sign in. */

interface StaffRow {
  id: string;
  name: string;
  email: string;
  title: string | null;
  password_hash: string | null;
  password_changed_at: string | null;
  deactivated_at: string | null;
  last_signed_in_at: string | null;
  /** Null: the directory does not keep the password. */
  object_guid: string | null;
}

/** @param isKeptElsewhere somebody else keeps the password: the directory */
export function stateOf(
  user: Pick<StaffRow, "deactivated_at" | "password_hash" | "password_changed_at">,
  isKeptElsewhere: boolean,
): BadgeModel {
  if (user.deactivated_at !== null) return { text: t("Deactivated"), tone: "neutral" };
  if (user.password_hash !== null || isKeptElsewhere) return { text: t("Active"), tone: "success" };
  // Who once had a password has been asked for another one.
  return { text: user.password_changed_at === null ? t("Invited") : t("New password required"), tone: "warning" };
}

function stateCell(row: StaffRow): CellModel {
  const { text, tone } = stateOf(row, row.object_guid !== null);
  return cell.badge(text, tone);
}

/** The roles of each person, by name. */
async function rolesOf(rows: readonly StaffRow[], ctx: Ctx): Promise<CellModel[]> {
  const given = await ctx.db
    .selectFrom("user_roles")
    .innerJoin("roles", "roles.id", "user_roles.role_id")
    .select(["user_roles.user_id", "roles.name"])
    .where(
      "user_roles.user_id",
      "in",
      rows.map(({ id }) => id),
    )
    .orderBy("roles.name")
    .execute();
  return rows.map(({ id }) =>
    cell.text(
      given
        .filter(({ user_id }) => user_id === id)
        .map(({ name }) => roleWords(name))
        .join(", "),
    ),
  );
}

/** Whether each person signs in with more than a password. */
async function twoStepOf(rows: readonly StaffRow[], ctx: Ctx): Promise<CellModel[]> {
  const ids = rows.map(({ id }) => id);
  const apps = await ctx.db
    .selectFrom("totp_factors")
    .select("user_id")
    .where("user_id", "in", ids)
    .where("confirmed_at", "is not", null)
    .execute();
  const keys = await ctx.db.selectFrom("passkeys").select("user_id").where("user_id", "in", ids).execute();
  const safe = new Set([...apps, ...keys].map(({ user_id }) => user_id));
  return ids.map((id) => cell.check(safe.has(id)));
}

export const staffList: List<StaffRow> = {
  title: "Staff",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: "/settings/staff",
  table: "users",
  query: (ctx) =>
    reach(ctx, "users")
      .leftJoin("directory_people", "directory_people.user_id", "users.id")
      .select([
        "users.id",
        "users.name",
        "users.email",
        "users.title",
        "users.password_hash",
        "users.password_changed_at",
        "users.deactivated_at",
        "users.last_signed_in_at",
        "directory_people.object_guid",
      ])
      .where("users.user_type", "=", "staff")
      // Accounts that apps act as are nobody's.
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("oauth_clients")
              .select("oauth_clients.id")
              .whereRef("oauth_clients.service_user_id", "=", "users.id"),
          ),
        ),
      ),
  columns: [
    {
      key: "name",
      label: "Name",
      sort: { reference: "users.name", column: users.columns.name },
      cell: (row) => cell.strong(row.name, `/settings/staff/${row.id}`),
    },
    {
      key: "email",
      label: "E-mail",
      sort: { reference: "users.email", column: users.columns.email },
      is_secondary: true,
      cell: (row) => cell.mail(row.email),
    },
    { key: "title", label: "Job title", is_secondary: true, cell: (row) => cell.text(row.title) },
    { key: "roles", label: "Roles", cell: () => cell.text(null), cells: rolesOf },
    { key: "state", label: "State", cell: stateCell },
    { key: "two_step", label: "Two-step sign-in", is_secondary: true, cell: () => cell.text(null), cells: twoStepOf },
    {
      key: "last_signed_in_at",
      label: "Last signed in",
      is_secondary: true,
      sort: { reference: "users.last_signed_in_at", column: users.columns.last_signed_in_at },
      cell: (row, ctx) => cell.instant(row.last_signed_in_at, ctx.tenant, ctx.app.clock.now()),
    },
  ],
  sort: "name",
  href: (row) => `/settings/staff/${row.id}`,
  actions: () => [
    link(t("Roles"), "/settings/roles", "shield"),
    link(t("Invite"), "/settings/staff/new", "plus", "primary"),
  ],
  empty: () => empty("users", t("Nobody yet"), t("Invite the people you work with.")),
};
