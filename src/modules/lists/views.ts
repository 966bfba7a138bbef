import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { find, reach } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { Patch, RowOf } from "../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { forbidden, invalidField } from "../../platform/errors.ts";
import { viewNamed } from "../../platform/http/lists/state.ts";
import { savedViews } from "../../platform/http/lists/schema.ts";
import { t } from "../../platform/language/index.ts";
import { fold } from "../../platform/text.ts";
import { keep, listNamed } from "./columns.ts";

/** Views that people save: a list with its filters, search, order and columns under a name. */

export const keepViews = "views.save";
export const shareViews = "views.share";

export type ViewRow = RowOf<typeof savedViews>;

/** Saves a view of a list for oneself, or with the permission for everybody. */
export const saveView = action({
  name: "lists.save_view",
  permission: keepViews,
  input: newInput(savedViews),
  run: async (work: Work, input: Record<string, unknown>): Promise<ViewRow> => {
    const { user_id } = work.actor;
    if (work.actor.kind !== "staff" || user_id === null) throw forbidden();
    const values = fromEdge(savedViews, input, work.tenant.currency);
    listNamed(work, values.list_key ?? "");
    if (values.is_shared === true) requireSharing(work);
    const { list_key = "", is_shared = false } = values;
    const name = nameOf(values.name ?? "");
    await refuseNamesake(work, { id: null, list_key, name, is_shared, user_id });
    const view_query = tidied(values.view_query ?? "");
    return insert(work, savedViews, { ...values, list_key, name, view_query, user_id });
  },
});

/** Changes a view: one's own, or with the permission a shared one. */
export const changeView = action({
  name: "lists.change_view",
  permission: keepViews,
  input: patchInput(savedViews, ["name", "view_query", "is_shared", "is_pinned"]),
  run: async (work: Work, input: PatchInput): Promise<ViewRow> => {
    const values = fromEdge(savedViews, input, work.tenant.currency);
    const before = await mine(work, input.id);
    if (values.is_shared === true && !before.is_shared) requireSharing(work);
    const patch: Patch<typeof savedViews> = {
      ...values,
      ...(values.name === undefined ? {} : { name: nameOf(values.name) }),
      ...(values.view_query === undefined ? {} : { view_query: tidied(values.view_query) }),
    };
    const after = { ...before, ...patch };
    if (after.name !== before.name || after.is_shared !== before.is_shared) await refuseNamesake(work, after);
    return update(work, savedViews, input.id, patch, input.version);
  },
});

export const deleteView = action({
  name: "lists.delete_view",
  permission: keepViews,
  input: patchInput(savedViews, []),
  run: async (work: Work, { id, version }: PatchInput): Promise<ViewRow> => {
    const before = await mine(work, id);
    await remove(work, savedViews, id, version);
    return before;
  },
});

/** What a list opens with for this person: a view's key or id; null: as the list comes. */
export const chooseDefault = action({
  name: "lists.choose_default_view",
  permission: null,
  input: Type.Object(
    {
      list: Type.String({ maxLength: 100 }),
      view: Type.Union([Type.String({ maxLength: 100 }), Type.Null()]),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, { list, view }: { list: string; view: string | null }): Promise<void> => {
    const found = listNamed(work, list);
    if (view !== null && (await viewNamed(work, found, view)) === null)
      throw invalidField("view", t("This view does not exist."), "not_found");
    await keep(work, list, { default_view: view });
  },
});

async function mine(work: Work, id: string): Promise<ViewRow> {
  const row = await find(work, "saved_views", id);
  if (row.user_id !== work.actor.user_id) requireSharing(work);
  return row;
}

function requireSharing(work: Work): void {
  if (!can(work.actor, shareViews))
    throw forbidden(t("You do not have permission to share views or to change shared ones."), "views_share");
}

/**
 * One's own views of a list have a name each, and so have those that everybody sees. A shared view and somebody else's own one
 * may be called the same: the list tells them apart.
 */
async function refuseNamesake(
  work: Work,
  {
    id,
    list_key,
    name,
    is_shared,
    user_id,
  }: Pick<ViewRow, "list_key" | "name" | "is_shared" | "user_id"> & { id: string | null },
): Promise<void> {
  const others = await reach(work, "saved_views")
    .select(["saved_views.id", "saved_views.name", "saved_views.is_shared", "saved_views.user_id"])
    .where("saved_views.list_key", "=", list_key)
    .execute();
  for (const other of others) {
    if (other.id === id || fold(other.name) !== fold(name)) continue;
    if (other.user_id === user_id)
      throw invalidField(
        "name",
        t("There is a view “{name}” of this list already.", { name: other.name }),
        "duplicate",
      );
    if (other.is_shared && is_shared)
      throw invalidField(
        "name",
        t("There is a view “{name}” of this list already, which is shared.", { name: other.name }),
        "duplicate",
      );
  }
}

function nameOf(name: string): string {
  const text = name.trim();
  if (text === "") throw invalidField("name", t("Give the view a name."), "required");
  return text;
}

/** Parameters as they are kept: without blanks, and without what only says where one is. */
function tidied(query: string): string {
  const kept = [...new URLSearchParams(query)].filter(
    ([name, value]) => value !== "" && name !== "view" && name !== "after",
  );
  return new URLSearchParams(kept).toString();
}
