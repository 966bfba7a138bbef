import { perform } from "../../platform/action.ts";
import type { Ctx } from "../../platform/context.ts";
import { toEdge } from "../../platform/database/edge.ts";
import { notFound } from "../../platform/errors.ts";
import { downloadOf } from "../../platform/files/files.ts";
import { ifMatch } from "../../platform/http/jsonapi/document.ts";
import { uploadInputs, uploadOf } from "../../platform/http/jsonapi/upload.ts";
import { json, response, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { shownAttributes } from "../../platform/openapi/schemas.ts";
import { organizations } from "../../platform/tenants.ts";
import { setLogo } from "./actions.ts";
import { mostLogoBytes, storeLogo } from "./logo.ts";

const organization = "/api/v1/organization";
const logo = { path: `${organization}/logo`, door: "api", permission: setLogo.permission } as const;

async function logoFile({ db }: Ctx): Promise<{ sha256: string; file_name: string }> {
  const file = await db
    .selectFrom("files")
    .innerJoin("organizations", "organizations.logo_file_id", "files.id")
    .select(["files.sha256", "files.file_name"])
    .executeTakeFirst();
  if (file === undefined) throw notFound(t("The logo"));
  return file;
}

/** The logo of the letterhead over the API, which documents, sign-in pages and mails wear. */
export const logoApi: Route[] = [
  {
    ...logo,
    method: "GET",
    path: `${logo.path}/content`,
    doc: {
      summary: "Download the organization's logo.",
      answer: { media: "application/octet-stream" },
      mayBeMissing: true,
    },
    isOutsideRead: true,
    handle: async (ctx) => response(await downloadOf(ctx, logoFile)),
  },
  {
    ...logo,
    method: "PUT",
    doc: {
      isHeldToVersion: true,
      summary: "Set the organization's logo: a PNG or JPEG picture of at most 2 MB and 2 million pixels.",
      input: uploadInputs("organization_logos"),
      answer: { type: "organizations", attributes: shownAttributes(organizations) },
    },
    maxBytes: mostLogoBytes,
    handle: async (ctx, incoming) => {
      const file = await storeLogo(ctx, await uploadOf(incoming, "organization_logos"), "file");
      const row = await perform(ctx, setLogo, { file, ...ifMatch(incoming) });
      const { id, ...attributes } = toEdge(organizations, row);
      const data = { type: "organizations", id, attributes };
      return json({ jsonapi: { version: "1.1" }, links: { self: organization }, data }, 200, {
        etag: `"${String(row.version)}"`,
      });
    },
  },
  {
    ...logo,
    method: "DELETE",
    doc: { isHeldToVersion: true, summary: "Go without a logo.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, setLogo, { file: null, ...ifMatch(incoming) });
      return response(new Response(null, { status: 204 }));
    },
  },
];
