import type { Ctx } from "../../platform/context.ts";
import { resource } from "../../platform/resource.ts";
import { tagsOf } from "../../platform/tags.ts";
import {
  createCompany,
  createContact,
  createSite,
  deleteCompany,
  deleteContact,
  deleteSite,
  updateCompany,
  updateContact,
  updateSite,
} from "./actions.ts";
import { companies, contacts, sites } from "./schema.ts";

const withTags = (type: string) => async (ctx: Ctx, rows: readonly Record<string, unknown>[]) => {
  const tags = await tagsOf(
    ctx,
    type,
    rows.map((row) => String(row["id"])),
  );
  return rows.map((_, index) => ({ tags: tags[index] ?? [] }));
};

const permission = "companies.read";
const hidden = new Set(["name_key"]);

export const companyResource = resource({
  type: "companies",
  table: companies,
  permission,
  hidden,
  create: createCompany,
  update: updateCompany,
  remove: deleteCompany,
  extend: withTags("companies"),
  calculated: ["tags"],
  hasTags: true,
  sort: "name",
});

export const contactResource = resource({
  type: "contacts",
  table: contacts,
  permission,
  create: createContact,
  update: updateContact,
  remove: deleteContact,
  under: [{ parent: "companies", column: "company_id" }],
  extend: withTags("contacts"),
  calculated: ["tags"],
  hasTags: true,
  sort: "last_name",
});

export const siteResource = resource({
  type: "sites",
  table: sites,
  permission,
  create: createSite,
  update: updateSite,
  remove: deleteSite,
  under: [{ parent: "companies", column: "company_id" }],
  sort: "name",
});
