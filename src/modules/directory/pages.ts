import { reach } from "../../platform/access/reach.ts";
import { roleWords } from "../../platform/access/roles.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import {
  columnField,
  field,
  formFailure,
  formModel,
  type FormGiven,
  type FormValues,
  rowValues,
} from "../../platform/http/forms/model.ts";
import { formStored, withPresent } from "../../platform/http/forms/present.ts";
import { buttonRoute } from "../../platform/http/forms/page.ts";
import type { SectionModel } from "../../platform/http/models/partials.ts";
import type { TrialResult, TriedFormModel } from "../../platform/http/models/pages.ts";
import { button, cell, empty, formatInstant } from "../../platform/http/pages/cells.ts";
import { section } from "../../platform/http/pages/section.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { unlinkAccount, updateDirectory } from "./actions.ts";
import { linkToDirectory } from "./link.ts";
import type { SyncResult, Why } from "./rules.ts";
import { directorySettings } from "./schema.ts";
import { groupRoles, type SettingsRow, settingsRow } from "./settings.ts";
import { syncDirectory } from "./sync.ts";
import { tryDirectory } from "./try.ts";
import { groupField, roleNames, typedSettings } from "./typed.ts";

/** Settings → Active Directory: the server, the groups, and how the latest comparison went. */

const path = "/settings/directory";
const permission = "staff.manage";

async function sectionsOf(ctx: Ctx, hasPassword: boolean): Promise<FormGiven["sections"]> {
  const f = (name: string, given: Parameters<typeof columnField>[2] = {}): ReturnType<typeof columnField> =>
    columnField(directorySettings, name, given);
  const roles = [...(await roleNames(ctx))];
  return [
    {
      title: t("Server"),
      hint: t("A domain controller, reached by LDAP. The connection is always encrypted."),
      fields: [
        f("host", { placeholder: "dc1.example.com", is_required: true }),
        f("port"),
        f("security", {
          options: [
            { value: "tls", label: t("TLS from the start (LDAPS, port 636)") },
            { value: "starttls", label: t("STARTTLS (port 389)") },
          ],
        }),
        f("email_domains", {
          kind: "text",
          span: 3,
          hint: t("Whoever signs in with an address of these domains is looked up there."),
          placeholder: "example.com",
        }),
        f("bind_name", {
          kind: "text",
          span: 3,
          hint: t("An account that may read people and groups, and nothing else."),
          placeholder: "purser@example.com",
        }),
        field("password", t("Password"), {
          kind: "password",
          autocomplete: "new-password",
          hint: hasPassword ? t("Leave it empty to keep the present one.") : "",
          is_required: !hasPassword,
          max_length: 500,
        }),
        f("base_dn", {
          kind: "text",
          hint: t("The part of the directory with people and groups, such as DC=example,DC=com."),
        }),
        f("ca_certificate", {
          span: 6,
          rows: 3,
          hint: t("Of your own certificate authority, in PEM form. Empty: one that this machine knows."),
        }),
        f("is_active", { span: 6, hint: t("Otherwise nobody signs in by it, and nobody's account is changed.") }),
      ],
    },
    {
      title: t("Groups"),
      hint: t(
        "Whose members get an account with which role: the distinguished name of a group, such as CN=Technicians, OU=Groups, DC=example, DC=com. Groups inside of it count. Whoever leaves all of them loses the account within an hour.",
      ),
      fields: roles.map(([id, name]) =>
        field(groupField(id), roleWords(name), {
          span: 6,
          max_length: 1000,
        }),
      ),
    },
  ];
}

async function directoryPage(
  ctx: Ctx,
  typed: FormValues | null,
  failure: Failure | null,
  result: TrialResult | null,
): Promise<Answer> {
  const row = await settingsRow(ctx.db);
  const form = async (values: FormValues, withFailure: Failure | null): Promise<TriedFormModel["form"]> =>
    formModel({
      action: path,
      values,
      version: row?.version ?? null,
      failure: withFailure,
      submit_label: t("Save"),
      cancel_url: "/settings",
      sections: await sectionsOf(ctx, row !== undefined),
    });
  const stored = await storedValues(ctx, row);
  const model: TriedFormModel = {
    header: {
      title: t("Active Directory"),
      subtitle: t("Colleagues sign in with the password of your domain, and come and go with its groups."),
      breadcrumbs: [{ label: t("Settings"), href: "/settings" }],
      badges:
        row === undefined
          ? []
          : [row.is_active ? { text: t("In use"), tone: "success" } : { text: t("Off"), tone: "neutral" }],
      actions: row?.is_active === true ? [button(t("Compare now"), `${path}/sync`, "refresh")] : [],
    },
    form: await withPresent(await form(typed ?? stored, failure), typed, failure, () => form(stored, null)),
    test: { url: `${path}/test`, label: t("Try"), result: result ?? lastProblem(row) },
    sections: row === undefined ? [] : [await stateOf(ctx, row)],
  };
  return page("settings/tried", model.header.title, model, failure?.status ?? 200);
}

async function storedValues(ctx: Ctx, row: SettingsRow | undefined): Promise<FormValues> {
  if (row === undefined) return { port: 636, security: "tls", is_active: true };
  const groups = await groupRoles(ctx.db);
  return {
    ...rowValues(directorySettings, row),
    ...Object.fromEntries(groups.map(({ role_id, group_dn }) => [groupField(role_id), group_dn])),
  };
}

const lastProblem = (row: SettingsRow | undefined): TrialResult | null =>
  row === undefined || !row.is_active || row.sync_problem === ""
    ? null
    : { is_ok: false, title: t("The latest comparison failed: {problem}", { problem: row.sync_problem }), answer: "" };

const reasons: Record<Why, () => string> = {
  no_address: () => t("Has no e-mail address there"),
  other_domain: () => t("The address belongs to none of the domains"),
  own_account: () => t("Has an account with a password here: let the directory keep it"),
  no_seat: () => t("All staff seats are taken"),
  last_administrator: () => t("Nobody else could manage the staff"),
  refused: () => t("Could not be changed"),
};

/** What the latest comparison did, and whom it left out. */
async function stateOf(ctx: Ctx, row: SettingsRow): Promise<SectionModel> {
  const result = row.sync_result;
  const left = result?.skipped ?? [];
  const people = await accountsOf(ctx, left);
  return section({
    id: "directory-state",
    title: row.synced_at === null ? t("Not compared yet") : comparedText(ctx, row.synced_at, result),
    caption: t("Left out"),
    columns: [t("Left out"), t("E-mail"), { label: t("Why"), is_main: true }],
    rows: left.map(({ name, email, why }) => {
      const id = hasAccount(why) ? people.get(email) : undefined;
      const href = id === undefined ? "" : backTo(id);
      return {
        href,
        cells: [href === "" ? cell.text(name) : cell.strong(name, href), cell.text(email), cell.text(reasons[why]())],
      };
    }),
    empty: empty("users", t("Nobody was left out"), t("People are compared every hour, and whenever they sign in.")),
  });
}

function comparedText(ctx: Ctx, at: string, result: SyncResult | null): string {
  return t("Compared {when}: {made} made, {changed} changed, {ended} ended", {
    when: formatInstant(at, ctx.tenant),
    made: result?.made ?? 0,
    changed: result?.changed ?? 0,
    ended: result?.ended ?? 0,
  });
}

const hasAccount = (why: Why): boolean => why === "own_account" || why === "last_administrator";

/** The accounts that have these addresses already. */
async function accountsOf(ctx: Ctx, left: SyncResult["skipped"]): Promise<Map<string, string>> {
  const emails = left.filter(({ why }) => hasAccount(why)).map(({ email }) => email);
  if (emails.length === 0) return new Map();
  const rows = await reach(ctx, "users")
    .select(["users.id", "users.email"])
    .where("users.user_type", "=", "staff")
    .where("users.email", "in", emails)
    .execute();
  return new Map(rows.map(({ id, email }) => [email, id]));
}

const backTo = (id: string): string => `/settings/staff/${id}/sign-in`;

export const directoryPages: Route[] = [
  { method: "GET", path, door: "staff", permission, handle: (ctx) => directoryPage(ctx, null, null, null) },
  {
    method: "POST",
    path,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const asked = formStored(ctx, fields, (reader, failure) => directoryPage(reader, fields, failure, null));
      if (asked !== null) return asked;
      try {
        await perform(ctx, updateDirectory as unknown as AnyAction, typedSettings(fields));
        return redirect(path, t("Settings saved."));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => directoryPage(reader, fields, failure, null));
      }
    },
  },
  {
    method: "POST",
    path: `${path}/test`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        const result = await tryDirectory(ctx, typedSettings(fields));
        return await reading(ctx, (reader) => directoryPage(reader, fields, null, result));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => directoryPage(reader, fields, failure, null));
      }
    },
  },
  {
    method: "POST",
    path: `${path}/sync`,
    door: "staff",
    permission,
    handle: async (ctx) => {
      const done = await syncDirectory(ctx);
      if (done === null) return redirect(path, t("No directory is in use."), "error");
      return done.result === null
        ? redirect(path, done.problem, "error")
        : redirect(path, t("Compared with the directory."));
    },
  },
  {
    method: "POST",
    path: "/settings/staff/:id/link-directory",
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      try {
        await linkToDirectory(ctx, id);
        return redirect(backTo(id), t("The directory keeps the password from now on."));
      } catch (error) {
        return redirect(backTo(id), formFailure(error).message, "error");
      }
    },
  },
  buttonRoute(
    "/settings/staff/:id/unlink-directory",
    unlinkAccount as unknown as AnyAction,
    (incoming) => redirect(backTo(incoming.params["id"] ?? ""), t("A mail to choose a password is on its way.")),
    (incoming) => backTo(incoming.params["id"] ?? ""),
  ),
];
