import { addressLine } from "../../../platform/address.ts";
import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { words } from "../../../platform/http/pages/cells.ts";
import { field, formFailure, formModel } from "../../../platform/http/forms/model.ts";
import { contactOptions, optionsOf } from "../../../platform/http/forms/options.ts";
import type { MergePageModel } from "../../../platform/http/models/clients.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { isId } from "../../../platform/ids.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { contactName } from "../rules.ts";
import { mergeActions } from "./actions.ts";
import { mergePreview, type MergePreview, type MergeTable } from "./preview.ts";

const permission = "companies.merge";
type Row = Record<string, unknown>;

async function show(
  ctx: Ctx,
  incoming: Incoming,
  table: MergeTable,
  otherId: string,
  failure: Failure | null,
): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  const kept = (await find(ctx, table, id)) as Row;
  const name = nameOf(table, kept);
  const title = t("Merge {name}", { name });
  const model: MergePageModel = {
    header: {
      title,
      subtitle: "",
      breadcrumbs: [
        ...(table === "sites" ? [] : [{ label: t("Duplicates"), href: `/${table}/duplicates` }]),
        { label: name, is_own_words: true, href: `/${table}/${id}` },
      ],
      badges: [],
      actions: [],
    },
    choose: null,
    preview: null,
  };
  if (isId(otherId)) model.preview = await previewModel(ctx, table, id, otherId, failure);
  else
    model.choose = formModel({
      action: `/${table}/${id}/merge`,
      failure,
      submit_label: t("Compare"),
      cancel_url: `/${table}/${id}`,
      sections: [
        {
          title: t("Which record is the same?"),
          fields: [
            field("merged_id", t("The other record"), {
              kind: "select",
              span: 6,
              is_required: true,
              options: (await others(ctx, table, kept)).filter((option) => option.value !== id),
            }),
            field("is_choosing", "", { kind: "hidden", value: "true" }),
          ],
        },
      ],
    });
  return page("companies/merge", title, model, failure?.status ?? 200);
}

function others(ctx: Ctx, table: MergeTable, row: Row): Promise<{ value: string; label: string }[]> {
  if (table === "contacts") return contactOptions(ctx, String(row["company_id"]), t("Choose"));
  const where: Record<string, string> = table === "sites" ? { company_id: String(row["company_id"]) } : {};
  return optionsOf(ctx, table, { blank: t("Choose"), where });
}

async function previewModel(
  ctx: Ctx,
  table: MergeTable,
  id: string,
  otherId: string,
  failure: Failure | null,
): Promise<MergePageModel["preview"]> {
  const preview: MergePreview = await mergePreview(ctx, table, id, otherId);
  const side = (row: Row): { name: string; detail: string; href: string } => ({
    name: nameOf(table, row),
    detail: [row["email"], row["website"], row["phone"]]
      .filter((part) => typeof part === "string" && part !== "")
      .join(" · "),
    href: `/${table}/${String(row["id"])}`,
  });
  const names = await namesOf(ctx, preview);
  const shown = (value: unknown): string => inWords(value, names);
  const [kept, gone] = [side(preview.kept), side(preview.gone)];
  return {
    action: `/${table}/${id}/merge`,
    other_id: otherId,
    version: String(preview.kept["version"]),
    kept,
    gone,
    swap_url: `/${table}/${otherId}/merge?with=${id}`,
    conflicts: preview.conflicts,
    fields: preview.differences.map((one) => ({
      name: one.name,
      label: one.label,
      kept: shown(one.kept),
      gone: shown(one.gone),
      is_taken: one.isTaken,
    })),
    held: preview.held
      .filter(({ table: held }) => !unsaid.has(held))
      .map(({ table: held, count }) => ({ label: t(heldLabels[held] ?? words(held)), count: String(count) })),
    error: failure?.message ?? "",
    question: t("Merge {gone} into {kept}? This cannot be undone.", { gone: gone.name, kept: kept.name }),
  };
}

/** What moves along, where its table is called otherwise than people call it. */
const heldLabels: Readonly<Record<string, string>> = {
  record_tags: declared("Tags"),
  record_notes: declared("Notes"),
  record_attachments: declared("Attachments"),
  interactions: declared("Interactions"),
  interaction_participants: declared("Present at interactions"),
  external_ids: declared("Numbers in other systems"),
  saved_views: declared("Saved views"),
  users: declared("Portal access"),
};

/** What tells nobody anything: which bulk change a record was part of. */
const unsaid: ReadonlySet<string> = new Set(["bulk_items"]);

const nameOf = (table: MergeTable, row: Row): string =>
  table === "contacts"
    ? contactName({ first_name: String(row["first_name"]), last_name: String(row["last_name"]) })
    : String(row["name"]);

/** Names of what the differing columns point to. */
async function namesOf(ctx: Ctx, preview: MergePreview): Promise<Map<string, string>> {
  const ids = preview.differences.flatMap((one) => [one.kept, one.gone]).filter((value) => isId(value));
  const names = new Map<string, string>();
  if (ids.length === 0) return names;
  for (const table of ["users", "rate_cards"] as const) {
    const rows = await ctx.db.selectFrom(table).select(["id", "name"]).where("id", "in", ids).execute();
    for (const row of rows) names.set(row.id, row.name);
  }
  const people = await ctx.db
    .selectFrom("contacts")
    .select(["id", "first_name", "last_name"])
    .where("id", "in", ids)
    .execute();
  for (const row of people) names.set(row.id, contactName(row));
  return names;
}

function inWords(value: unknown, names: ReadonlyMap<string, string>): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? t("Yes") : t("No");
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object") return addressLine(value);
  const text = String(value);
  return names.get(text) ?? (/^[a-z]+(_[a-z0-9]+)*$/.test(text) ? words(text) : text);
}

async function merge(ctx: Ctx, incoming: Incoming, table: MergeTable): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  await reading(ctx, (reader) => find(reader, table, id));
  const { fields } = await incoming.form();
  const otherId = typeof fields["merged_id"] === "string" ? fields["merged_id"] : "";
  if (fields["is_choosing"] !== undefined && isId(otherId)) return redirect(`/${table}/${id}/merge?with=${otherId}`);
  const take = Object.entries(fields).flatMap(([name, value]) =>
    name.startsWith("pick.") && value === "gone" ? [name.slice("pick.".length)] : [],
  );
  try {
    const version = Number(fields["version"]);
    await perform(ctx, mergeActions[table], {
      id,
      merged_id: otherId,
      take,
      ...(Number.isInteger(version) ? { version } : {}),
    });
    return redirect(`/${table}/${id}`, t("Merged."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, incoming, table, otherId, failure));
  }
}

/** Making two records one. */
export const mergePages: Route[] = (["companies", "contacts", "sites"] as const).flatMap((table): Route[] => [
  {
    method: "GET",
    path: `/${table}/:id/merge`,
    door: "staff",
    permission,
    handle: (ctx, incoming) => show(ctx, incoming, table, incoming.url.searchParams.get("with") ?? "", null),
  },
  {
    method: "POST",
    path: `/${table}/:id/merge`,
    door: "staff",
    permission,
    handle: (ctx, incoming) => merge(ctx, incoming, table),
  },
]);
