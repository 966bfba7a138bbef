import { reach, wholeShape } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { runOnceBuilt } from "../../../platform/database/once.ts";
import type { Option } from "../../../platform/http/forms/model.ts";
import { t } from "../../../platform/language/index.ts";

/**
 * Category and subcategory of a ticket are one choice in its forms, `category_id`: a category, or one below it, which says its
 * category as well. Asked for one by one, the second would have to wait for the first.
 */

interface Category {
  id: string;
  name: string;
  parent_category_id: string | null;
  archived_at: string | null;
}

async function allCategories(ctx: Ctx): Promise<readonly Category[]> {
  return runOnceBuilt(ctx, wholeShape(ctx, "categories of tickets", "ticket_categories"), {}, () =>
    reach(ctx, "ticket_categories")
      .select(["id", "name", "parent_category_id", "archived_at"])
      .orderBy("sort_order")
      .orderBy("name"),
  );
}

/** The choice that stands for what a ticket has. */
export function categoryChosen(ticket: { category_id: string | null; subcategory_id: string | null }): string | null {
  return ticket.subcategory_id ?? ticket.category_id;
}

/** All categories, each with those below it; archived ones are left out but for `kept`, the one that is chosen now. */
export async function categoryOptions(ctx: Ctx, kept: unknown): Promise<Option[]> {
  const all = await allCategories(ctx);
  const isOffered = (one: Category): boolean => one.archived_at === null || one.id === kept;
  const below = Map.groupBy(all, (one) => one.parent_category_id);
  const options: Option[] = [{ value: "", label: t("None") }];
  for (const category of below.get(null) ?? []) {
    if (isOffered(category)) options.push({ value: category.id, label: category.name });
    for (const one of below.get(category.id) ?? [])
      if (one.id === kept || (isOffered(one) && category.archived_at === null))
        options.push({ value: one.id, label: `${category.name} › ${one.name}` });
  }
  return options;
}

/** The fields of a form with both columns said by the one choice; as they are where it was not asked. */
export async function withCategory<F extends Readonly<Record<string, string | string[]>>>(
  ctx: Ctx,
  fields: F,
): Promise<F | (F & { category_id: string; subcategory_id: string })> {
  const chosen = fields["category_id"];
  if (chosen === undefined) return fields;
  const row = (await allCategories(ctx)).find(({ id }) => id === chosen);
  return row === undefined || row.parent_category_id === null
    ? { ...fields, category_id: row?.id ?? String(chosen), subcategory_id: "" }
    : { ...fields, category_id: row.parent_category_id, subcategory_id: row.id };
}
