import { Type } from "@sinclair/typebox";
import { platformPermission } from "../../../platform/access/platform.ts";
import { find, reach } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
import { button, cell, empty, facts, link } from "../../../platform/http/pages/cells.ts";
import { columnField } from "../../../platform/http/forms/model.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import {
  deactivateOperator,
  inviteOperator,
  reactivateOperator,
  relinkOperator,
  resetOperator,
} from "../operators/actions.ts";
import { secondStepsOf } from "../operators/steps.ts";
import { operators, tenantTasks } from "../schema.ts";
import { operatorButton, operatorForm, operatorPage } from "./form.ts";
import { kindInWords, progressOf, stateOfTask, type TaskRow } from "./rows.ts";

interface OperatorRow {
  id: string;
  name: string;
  email: string;
  last_signed_in_at: string | null;
  deactivated_at: string | null;
  totp_confirmed_at: string | null;
  passkey_count: number | null;
}

const operatorList: List<OperatorRow> = {
  title: "Operators",
  subtitle: "Those who run this installation.",
  url: "/operators",
  table: "operators",
  query: (ctx) =>
    reach(ctx, "operators").select([
      "operators.id",
      "operators.name",
      "operators.email",
      "operators.last_signed_in_at",
      "operators.deactivated_at",
      "operators.totp_confirmed_at",
      ({ selectFrom }) =>
        selectFrom("operator_passkeys")
          .select(({ fn }) => fn.countAll<number>().as("count"))
          .whereRef("operator_passkeys.user_id", "=", "operators.id")
          .as("passkey_count"),
    ]),
  columns: [
    {
      key: "name",
      label: "Name",
      sort: { reference: "operators.name", column: operators.columns.name },
      cell: (row) => cell.strong(row.name, `/operators/${row.id}`),
    },
    { key: "email", label: "E-mail", cell: (row) => cell.mail(row.email) },
    {
      key: "state",
      label: "State",
      cell: (row) =>
        row.deactivated_at === null ? cell.badge(t("Active"), "success") : cell.badge(t("Deactivated"), "neutral"),
    },
    {
      key: "two_step",
      label: "Two-step sign-in",
      is_secondary: true,
      cell: (row) =>
        row.totp_confirmed_at === null && Number(row.passkey_count) === 0
          ? cell.badge(t("Off"), "warning")
          : cell.badge(t("On"), "success"),
    },
    {
      key: "last_signed_in_at",
      label: "Last signed in",
      is_secondary: true,
      cell: (row, ctx) => cell.instant(row.last_signed_in_at, ctx.tenant, ctx.app.clock.now()),
    },
  ],
  sort: "name",
  href: (row) => `/operators/${row.id}`,
  actions: () => [link(t("New operator"), "/operators/new", "plus", "primary")],
  empty: () => empty("users", t("No operator yet"), ""),
};

const taskList: List<TaskRow> = {
  title: "Tasks",
  subtitle: "Long work on whole organizations, done in the background.",
  url: "/tasks",
  table: "tenant_tasks",
  query: (ctx) => reach(ctx, "tenant_tasks").selectAll("tenant_tasks"),
  columns: [
    {
      key: "created_at",
      label: "Asked for",
      sort: { reference: "tenant_tasks.created_at", column: tenantTasks.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "about_name", label: "Organization", is_main: true, cell: (row) => cell.text(row.about_name) },
    { key: "task_kind", label: "Task", cell: (row) => cell.text(kindInWords(row.task_kind)) },
    { key: "task_state", label: "State", cell: (row) => stateOfTask(row) },
    { key: "progress", label: "Progress", cell: (row) => progressOf(row) },
    { key: "requested_by", label: "By", is_secondary: true, cell: (row) => cell.text(row.requested_by) },
  ],
  sort: "-created_at",
  href: () => "",
  empty: () => empty("refresh", t("No task yet"), t("Exports, new keys and deletions appear here.")),
};

async function showOperator(ctx: Ctx, id: string): Promise<Answer> {
  const row = await find(ctx, "operators", id);
  const isActive = row.deactivated_at === null;
  const { isAppOn, hasPasskey } = await secondStepsOf(ctx, id);
  const hasTwoSteps = isAppOn || hasPasskey;
  const isSelf = ctx.actor.user_id === id;
  return page("records/show", row.name, {
    header: {
      title: row.name,
      subtitle: "",
      breadcrumbs: [{ label: t("Operators"), href: "/operators" }],
      badges: [isActive ? { text: t("Active"), tone: "success" } : { text: t("Deactivated"), tone: "neutral" }],
      actions: isActive
        ? [
            button(t("New link"), `/operators/${id}/relink`, "link"),
            ...(isSelf || !hasTwoSteps
              ? []
              : [
                  button(
                    t("Reset two-step sign-in"),
                    `/operators/${id}/reset-two-step`,
                    "refresh",
                    "ghost",
                    t("Take the authenticator app, recovery codes and passkeys of {name} away? Sessions end.", {
                      name: row.name,
                    }),
                  ),
                ]),
            ...(isSelf
              ? []
              : [
                  button(
                    t("Deactivate"),
                    `/operators/${id}/deactivate`,
                    "lock",
                    "danger",
                    t("Lock {name} out? Sessions end, keys and links stop working.", { name: row.name }),
                  ),
                ]),
          ]
        : [button(t("Reactivate"), `/operators/${id}/reactivate`, "check", "primary")],
    },
    stats: [],
    tabs: [],
    sections: [],
    facts: [
      facts(t("Operator"), [
        [t("E-mail"), cell.mail(row.email)],
        [t("Two-step sign-in"), cell.text(hasTwoSteps ? t("On") : t("Off"))],
        [t("Since"), cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now())],
        [t("Last signed in"), cell.instant(row.last_signed_in_at, ctx.tenant, ctx.app.clock.now())],
      ]),
    ],
    notes: "",
    attachments: [],
  });
}

function linkPage(ctx: Ctx, name: string, url: string): Answer {
  const shown = page("tenants/link", name, {
    header: {
      title: name,
      subtitle: "",
      breadcrumbs: [{ label: t("Operators"), href: "/operators" }],
      badges: [],
      actions: [],
    },
    text: t("With this link the operator chooses a password, within a day and once. Here it is shown only once."),
    label: t("Link"),
    url,
    next: { label: t("To the operators"), href: "/operators" },
  });
  return showOnce(ctx, "operator", shown, "/operators");
}

export const operatorPages: Route[] = [
  operatorPage("/operators", (ctx, incoming) => listAnswer(ctx, incoming, operatorList)),
  operatorPage("/tasks", (ctx, incoming) => listAnswer(ctx, incoming, taskList)),
  ...operatorForm({
    path: "/operators/new",
    title: "New operator",
    input: Type.Object({ name: Type.String(), email: Type.String() }),
    breadcrumbs: [{ label: "Operators", href: "/operators" }],
    form: () => ({
      action: "/operators/new",
      submit_label: t("Add operator"),
      cancel_url: "/operators",
      sections: [{ title: "", fields: [columnField(operators, "name"), columnField(operators, "email")] }],
    }),
    run: async (ctx, input) => linkPage(ctx, String(input["name"]), (await perform(ctx, inviteOperator, input)).link),
  }),
  operatorPage("/operators/:id", (ctx, { params }) => showOperator(ctx, params["id"] ?? "")),
  {
    method: "POST",
    path: "/operators/:id/relink",
    door: "operator",
    permission: platformPermission,
    handle: async (ctx, { params }) => {
      const { link: url } = await perform(ctx, relinkOperator, { id: params["id"] });
      return linkPage(ctx, t("New link"), url);
    },
  },
  operatorButton(
    "/operators/:id/reset-two-step",
    ({ params }) => `/operators/${params["id"] ?? ""}`,
    async (ctx, { id }) => {
      await perform(ctx, resetOperator, { id });
      return t("The second step is reset.");
    },
  ),
  operatorButton(
    "/operators/:id/deactivate",
    ({ params }) => `/operators/${params["id"] ?? ""}`,
    async (ctx, { id }) => {
      await perform(ctx, deactivateOperator, { id });
      return t("The operator is locked out.");
    },
  ),
  operatorButton(
    "/operators/:id/reactivate",
    ({ params }) => `/operators/${params["id"] ?? ""}`,
    async (ctx, { id }) => {
      await perform(ctx, reactivateOperator, { id });
      return t("The operator can sign in again.");
    },
  ),
];
