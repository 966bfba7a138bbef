import { brandCss } from "../../platform/brand.ts";
import { notFound } from "../../platform/errors.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { bytesOf } from "../../platform/files/files.ts";
import { response, type Route } from "../../platform/http/route.ts";

/** Their addresses carry a version, so a browser keeps them for as long as they are what they are. */
const kept = { "cache-control": "public, max-age=604800", "x-content-type-options": "nosniff" };

async function logo(ctx: Ctx): Promise<Response> {
  const file = await reading(ctx, ({ db }) =>
    db
      .selectFrom("files")
      .innerJoin("organizations", "organizations.logo_file_id", "files.id")
      .select(["files.sha256", "files.mime_type"])
      .executeTakeFirst(),
  );
  if (file === undefined) throw notFound();
  const bytes = await bytesOf(ctx, file.sha256);
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { ...kept, "content-type": file.mime_type } });
}

/** What the portal and the doors wear: open to anybody, as the pages are that show it. */
export const brandRoutes: Route[] = [
  {
    method: "GET",
    path: "/brand.css",
    door: "open",
    permission: null,
    handle: async (ctx) => {
      const { color } = ctx.tenant.brand;
      if (color === null) throw notFound();
      return response(
        new Response(brandCss(color), { headers: { ...kept, "content-type": "text/css; charset=utf-8" } }),
      );
    },
  },
  {
    method: "GET",
    path: "/brand/logo",
    door: "open",
    permission: null,
    isOutsideRead: true,
    handle: async (ctx) => response(await logo(ctx)),
  },
];
