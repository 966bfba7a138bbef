import { can } from "../../../platform/access/actor.ts";
import { maybeFind } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { button, cell, empty, link, words } from "../../../platform/http/pages/cells.ts";
import { section } from "../../../platform/http/pages/section.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import type { ActionLink, SectionModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import type { Below } from "../hierarchy.ts";
import { statusTone } from "../lists/parts.ts";
import { contactName } from "../rules.ts";
import type { companies } from "../schema.ts";

/** How many rows a section of a record page shows. */
export const most = 10;

/** Who is asked first, and who gets the invoices. */
export async function defaultContacts(
  ctx: Ctx,
  company: RowOf<typeof companies>,
): Promise<Record<"billing" | "technical", CellModel>> {
  const shown = async (id: string | null): Promise<CellModel> => {
    const contact = await maybeFind(ctx, "contacts", id);
    return contact === undefined ? cell.nothing : cell.link(contactName(contact), `/contacts/${contact.id}`);
  };
  const [billing, technical] = await Promise.all([
    shown(company.default_billing_contact_id),
    shown(company.default_technical_contact_id),
  ]);
  return { billing, technical };
}

/** The companies below, each pushed in under the one that it belongs to; nothing where there are none. */
export function belowSection(below: readonly Below[]): SectionModel[] {
  if (below.length === 0) return [];
  const count = (value: number | null): CellModel => (value === null ? cell.nothing : cell.number(value));
  // Spaces that browsers keep; far down the names need the room more than the steps do.
  const indented = ({ depth, name }: Below): string =>
    depth === 1 ? name : `${"\u2003".repeat(Math.min(depth - 1, 8))}\u21b3 ${name}`;
  return [
    section({
      id: "below",
      title: t("Companies below"),
      columns: [
        t("Company"),
        t("Status"),
        { label: t("Open tickets"), is_numeric: true },
        { label: t("Contracts"), is_numeric: true },
      ],
      rows: below.map((row) => ({
        id: row.id,
        href: `/companies/${row.id}`,
        cells: [
          cell.strong(indented(row), `/companies/${row.id}`),
          cell.badge(words(row.status), statusTone(row.status)),
          count(row.open_ticket_count),
          count(row.active_contract_count),
        ],
      })),
      empty: empty("building", "", ""),
    }),
  ];
}

/**
 * Merging, archiving, or bringing back and deleting for good, each for whoever may do that. `below` counts the companies that
 * stand below one.
 */
export function recordButtons(
  ctx: Ctx,
  path: "companies" | "contacts" | "sites",
  { id, archived_at }: { id: string; archived_at: string | null },
  name: string,
  below = 0,
): ActionLink[] {
  const mayWrite = can(ctx.actor, "companies.write");
  const merge = can(ctx.actor, "companies.merge") ? [link(t("Merge"), `/${path}/${id}/merge`, "merge")] : [];
  if (archived_at === null) {
    const question = t("Archive {name}? It leaves the lists, and can be restored.", { name });
    const stay =
      below === 0
        ? ""
        : ` ${t("{below, plural, one {The company below it stays as it is, and below it.} other {The # companies below it stay as they are, and below it.}}", { below })}`;
    return mayWrite
      ? [...merge, button(t("Archive"), `/${path}/${id}/archive`, "archive", "ghost", question + stay)]
      : merge;
  }
  return [
    ...merge,
    ...(mayWrite ? [button(t("Restore"), `/${path}/${id}/restore`, "refresh", "ghost")] : []),
    ...(can(ctx.actor, "companies.delete")
      ? [button(t("Delete"), `/${path}/${id}/delete`, "trash", "danger", t("Delete {name} for good?", { name }))]
      : []),
  ];
}
