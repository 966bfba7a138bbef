import { find } from "../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { toEdge } from "../../platform/database/edge.ts";
import { checkMatch, readVerb } from "../../platform/http/jsonapi/document.ts";
import { singleRoutes } from "../../platform/http/jsonapi/single.ts";
import { response, type Route } from "../../platform/http/route.ts";
import { shownAttributes } from "../../platform/openapi/schemas.ts";
import { mailSettings, organizations } from "../../platform/tenants.ts";
import { retryMail, updateMailSettings, updateOrganization } from "./actions.ts";

/** The organization and its mail settings over the API: a row each. */
function rowRoutes(
  path: string,
  type: string,
  load: (ctx: Ctx) => Promise<(Record<string, unknown> & { version: number }) | undefined>,
  change: AnyAction,
  table: typeof organizations | typeof mailSettings,
): Route[] {
  const words = path.replace("/api/v1/", "").replaceAll("-", " ");
  return singleRoutes({
    path,
    type,
    permission: "settings.manage",
    attributes: shownAttributes(table),
    input: change.input,
    summaries: {
      show: `Show the ${words}.`,
      change: `Change the ${words}. Members that are not sent stay as they are.`,
    },
    isNullable: true,
    load: async (ctx) => {
      const row = await load(ctx);
      if (row === undefined) return null;
      const { id, ...attributes } = toEdge(table, row);
      return { id: String(id), version: row.version, attributes };
    },
    change: (ctx, given, match) => perform(ctx, change, { ...given, ...match }),
  });
}

export const settingsApi: Route[] = [
  {
    method: "POST",
    path: "/api/v1/mails/:id/retry",
    door: "api",
    permission: "settings.manage",
    doc: { summary: "Send a mail again that failed, or that may not have arrived.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "mails", id)));
      await perform(ctx, retryMail, { ...(await readVerb(incoming, "mails", id)), id });
      return response(new Response(null, { status: 204 }));
    },
  },
  ...rowRoutes(
    "/api/v1/organization",
    "organizations",
    (ctx) => ctx.db.selectFrom("organizations").selectAll().executeTakeFirst(),
    updateOrganization as unknown as AnyAction,
    organizations,
  ),
  ...rowRoutes(
    "/api/v1/mail-settings",
    "mail_settings",
    (ctx) => ctx.db.selectFrom("mail_settings").selectAll().executeTakeFirst(),
    updateMailSettings as unknown as AnyAction,
    mailSettings,
  ),
];
