import { reach } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { empty, whenOf, words } from "../../../platform/http/pages/cells.ts";
import type { DuplicatesPageModel } from "../../../platform/http/models/clients.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { noId } from "../../../platform/ids.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { contactName } from "../rules.ts";
import { type DistinctTable, distinctTables, markDistinct, saidDistinct, unmarkDistinct } from "./distinct.ts";
import { duplicatesOf } from "./duplicates.ts";
import type { Reason } from "./rules.ts";

/** Records that are probably the same: compared, merged, or said not to be. */

const permission = "companies.merge";
const mostDismissed = 100;

const reasonLabels: Record<Reason, string> = {
  name: declared("Same name"),
  similar_name: declared("Same name but for the legal form"),
  email: declared("Same e-mail address"),
  domain: declared("Same website"),
  phone: declared("Same telephone number"),
};

async function duplicates(ctx: Ctx, table: DistinctTable): Promise<Answer> {
  const title = t("Duplicates");
  const { pairs, compared, total } = await duplicatesOf(ctx, table);
  const model: DuplicatesPageModel = {
    header: {
      title,
      subtitle: [
        t("Records that are probably the same. Nothing is merged until you say so."),
        compared < total ? t("Of {total} records the {compared} added last were compared.", { compared, total }) : "",
      ]
        .join(" ")
        .trim(),
      breadcrumbs: [
        table === "companies"
          ? { label: t("Companies"), href: "/companies" }
          : { label: t("Contacts"), href: "/contacts" },
      ],
      badges: [],
      actions: [],
    },
    tabs: (["companies", "contacts"] as const).map((one) => ({
      label: t(words(one)),
      href: `/${one}/duplicates`,
      is_current: one === table,
      count: "",
    })),
    pairs: pairs.map((pair) => ({
      score: `${pair.score} %`,
      tone: pair.score >= 80 ? "warning" : "neutral",
      reasons: pair.reasons.map((reason) => t(reasonLabels[reason])).join(", "),
      first: { ...pair.first, href: `/${table}/${pair.first.id}` },
      second: { ...pair.second, href: `/${table}/${pair.second.id}` },
      compare_url: `/${table}/${pair.first.id}/merge?with=${pair.second.id}`,
      dismiss: { action: `/${table}/duplicates/dismiss`, first_id: pair.first.id, second_id: pair.second.id },
    })),
    dismissed: await reading(ctx, (reader) => dismissed(reader, table)),
    empty: empty(
      "check-circle",
      t("No duplicates"),
      t(
        "Names, e-mail addresses, websites and telephone numbers of {count, plural, one {# record} other {# records}} were compared.",
        {
          count: compared,
        },
      ),
    ),
  };
  return page("companies/duplicates", title, model);
}

/** Pairs that were said not to be the same, so that this can be taken back later as well. */
async function dismissed(ctx: Ctx, table: DistinctTable): Promise<DuplicatesPageModel["dismissed"]> {
  const pairs = await saidDistinct(ctx, table, mostDismissed);
  if (pairs.length === 0) return [];
  const ids = pairs.flatMap(({ first_id, second_id }) => [first_id, second_id]);
  const names = new Map(
    table === "companies"
      ? (await reach(ctx, "companies").select(["id", "name"]).where("id", "in", ids).execute()).map(
          ({ id, name }) => [id, name] as const,
        )
      : (await reach(ctx, "contacts").select(["id", "first_name", "last_name"]).where("id", "in", ids).execute()).map(
          (row) => [row.id, contactName(row)] as const,
        ),
  );
  const who = await ctx.db
    .selectFrom("users")
    .select(["id", "name"])
    .where("id", "in", [...new Set(pairs.map(({ created_by_id }) => created_by_id ?? noId))])
    .execute();
  const side = (id: string): { name: string; href: string } => ({
    name: names.get(id) ?? "",
    href: `/${table}/${id}`,
  });
  return pairs.map((pair) => ({
    first: side(pair.first_id),
    second: side(pair.second_id),
    detail: whenOf(ctx, pair.created_at, (when) =>
      [who.find(({ id }) => id === pair.created_by_id)?.name ?? ctx.tenant.name, when(pair.created_at)].join(" · "),
    ),
    action: `/${table}/duplicates/${pair.id}/again`,
  }));
}

async function dismiss(ctx: Ctx, incoming: Incoming, table: DistinctTable): Promise<Answer> {
  const { fields } = await incoming.form();
  await perform(ctx, markDistinct, {
    entity_type: table,
    first_id: String(fields["first_id"] ?? ""),
    second_id: String(fields["second_id"] ?? ""),
  });
  return redirect(`/${table}/duplicates`, t("They are not shown as duplicates any more."));
}

async function again(ctx: Ctx, incoming: Incoming, table: DistinctTable): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  await perform(ctx, unmarkDistinct, { id });
  return redirect(`/${table}/duplicates`, t("They are compared again."));
}

export const duplicatePages: Route[] = distinctTables.flatMap((table): Route[] => [
  {
    method: "GET",
    path: `/${table}/duplicates`,
    door: "staff",
    permission,
    isOutsideRead: true,
    handle: (ctx) => duplicates(ctx, table),
  },
  {
    method: "POST",
    path: `/${table}/duplicates/dismiss`,
    door: "staff",
    permission,
    handle: (ctx, incoming) => dismiss(ctx, incoming, table),
  },
  {
    method: "POST",
    path: `/${table}/duplicates/:id/again`,
    door: "staff",
    permission,
    handle: (ctx, incoming) => again(ctx, incoming, table),
  },
]);
