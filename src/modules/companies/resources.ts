import { Type } from "@sinclair/typebox";
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
import { namesakesOf } from "./namesakes.ts";
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
  // Two may have one name, but seldom on purpose: a script that brings clients over hears of it as a person does.
  remarks: {
    of: async (reader, id) => {
      const same_name = await namesakesOf(reader, id);
      return same_name.length === 0 ? null : { same_name };
    },
    schema: Type.Object({
      same_name: Type.Array(Type.Object({ id: Type.String({ format: "uuid" }), name: Type.String() }), {
        description: "Other companies of this name: it may be there twice.",
      }),
    }),
  },
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
