import { find } from "../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { toEdge } from "../../platform/database/edge.ts";
import { checkMatch, ifMatch, readDocument, readVerb } from "../../platform/http/jsonapi/document.ts";
import { type Answer, json, response, type Route } from "../../platform/http/route.ts";
import { shownAttributes } from "../../platform/openapi/schemas.ts";
import { mailSettings, organizations } from "../../platform/tenants.ts";
import { retryMail, updateMailSettings, updateOrganization } from "./actions.ts";

/** The organization and its mail settings over the API: one record each, so the address carries no id. */
function single(
  path: string,
  type: string,
  load: (ctx: Ctx) => Promise<Record<string, unknown> | undefined>,
  change: AnyAction,
  table: typeof organizations | typeof mailSettings,
): Route[] {
  const words = path.replace("/api/v1/", "").replaceAll("-", " ");
  const shown = { type, attributes: shownAttributes(table), isNullable: true };
  const show = (ctx: Ctx): Promise<Answer> =>
    reading(ctx, async (reader) => {
      const row = await load(reader);
      if (row === undefined) return json({ jsonapi: { version: "1.1" }, links: { self: path }, data: null });
      const { id, ...attributes } = toEdge(table, row);
      return json({ jsonapi: { version: "1.1" }, links: { self: path }, data: { type, id, attributes } }, 200, {
        etag: `"${String(row["version"])}"`,
      });
    });
  const write = (method: "PUT" | "PATCH"): Route => ({
    method,
    path,
    door: "api",
    permission: "settings.manage",
    doc: {
      isHeldToVersion: true,
      summary: `Change the ${words}. Members that are not sent stay as they are.`,
      input: { type, attributes: change.input },
      answer: shown,
    },
    handle: async (ctx, incoming) => {
      const present = await reading(ctx, load);
      await perform(ctx, change, {
        ...readDocument(await incoming.json(), type, String(present?.["id"] ?? "")),
        ...ifMatch(incoming),
      });
      return show(ctx);
    },
  });
  return [
    {
      method: "GET",
      path,
      door: "api",
      permission: "settings.manage",
      doc: { hasVersion: true, summary: `Show the ${words}.`, answer: shown },
      handle: async (ctx) => {
        return show(ctx);
      },
    },
    write("PUT"),
    write("PATCH"),
  ];
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
  ...single(
    "/api/v1/organization",
    "organizations",
    (ctx) => ctx.db.selectFrom("organizations").selectAll().executeTakeFirst(),
    updateOrganization as unknown as AnyAction,
    organizations,
  ),
  ...single(
    "/api/v1/mail-settings",
    "mail_settings",
    (ctx) => ctx.db.selectFrom("mail_settings").selectAll().executeTakeFirst(),
    updateMailSettings as unknown as AnyAction,
    mailSettings,
  ),
];
