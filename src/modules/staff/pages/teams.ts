import { find, reach } from "../../../platform/access/reach.ts";
import { teams } from "../../../platform/access/schema.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { columnField, field, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { recordPages } from "../../../platform/http/forms/record-pages.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { createTeam, deleteTeam, updateTeam } from "../teams.ts";

interface TeamRow {
  id: string;
  name: string;
  description: string;
  people: number;
}

const teamList: List<TeamRow> = {
  title: "Teams",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: "/settings/teams",
  table: "teams",
  query: (ctx) =>
    reach(ctx, "teams")
      .leftJoin("team_members", "team_members.team_id", "teams.id")
      .select((eb) => [
        "teams.id",
        "teams.name",
        "teams.description",
        eb.fn.count<number>("team_members.user_id").as("people"),
      ])
      .groupBy(["teams.tenant_id", "teams.id", "teams.name", "teams.description"]),
  columns: [
    { key: "name", label: "Team", cell: (row) => cell.strong(row.name, `/settings/teams/${row.id}`) },
    { key: "description", label: "What it is for", is_secondary: true, cell: (row) => cell.text(row.description) },
    { key: "people", label: "People", is_numeric: true, cell: (row) => cell.number(row.people) },
  ],
  sort: "name",
  actions: () => [link(t("New team"), "/settings/teams/new", "plus", "primary")],
  href: (row) => `/settings/teams/${row.id}`,
  empty: () => empty("users", t("No teams yet"), t("A team is people who work together; tickets can be given to it.")),
};

async function teamForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const team = id === null ? null : await find(ctx, "teams", id);
  const members =
    id === null
      ? []
      : await ctx.db.selectFrom("team_members").select(["user_id", "is_lead"]).where("team_id", "=", id).execute();
  const keep = members.map((one) => one.user_id);
  const people = await optionsOf(ctx, "users", { where: { user_type: "staff" }, keep });
  const options = people.map(({ value, label }) => ({ value, label, hint: "" }));
  return formModel({
    action: id === null ? "/settings/teams/new" : `/settings/teams/${id}`,
    values: typed ?? {
      name: team?.name ?? "",
      description: team?.description ?? "",
      member_ids: keep,
      lead_ids: members.filter((one) => one.is_lead).map((one) => one.user_id),
    },
    version: team?.version ?? null,
    failure,
    submit_label: t("Save team"),
    cancel_url: "/settings/teams",
    sections: [
      { title: t("Team"), fields: [columnField(teams, "name"), columnField(teams, "description", { span: 6 })] },
      {
        title: t("People"),
        fields: [
          field("member_ids", t("Members"), { kind: "checkboxes", options, span: 6, has_blank: true }),
          field("lead_ids", t("Who leads"), { kind: "checkboxes", options, span: 6, has_blank: true }),
        ],
      },
    ],
  });
}

const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Teams", href: "/settings/teams" },
];

/** Teams, under Settings. */
export const teamPages: Route[] = recordPages({
  list: teamList,
  table: "teams",
  permission: "staff.manage",
  breadcrumbs: crumbs,
  form: teamForm,
  create: {
    action: createTeam,
    title: () => t("New team"),
    done: () => redirect("/settings/teams", t("Team saved.")),
  },
  update: { action: updateTeam, done: () => t("Team saved.") },
  remove: {
    action: deleteTeam,
    label: () => t("Delete"),
    question: async (ctx, id) => t("Delete the team {name}?", { name: (await find(ctx, "teams", id)).name }),
    done: () => t("Team deleted."),
  },
});
