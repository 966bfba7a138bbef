import { Type } from "@sinclair/typebox";
import { type AnyAction, perform } from "../../platform/action.ts";
import type { Ctx } from "../../platform/context.ts";
import { toEdge } from "../../platform/database/edge.ts";
import { conflict, Failure } from "../../platform/errors.ts";
import { singleRoutes } from "../../platform/http/jsonapi/single.ts";
import { type Answer, response, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { shownAttributes } from "../../platform/openapi/schemas.ts";
import { settingsInput, unlinkAccount, updateDirectory } from "./actions.ts";
import { linkToDirectory } from "./link.ts";
import { directorySettings } from "./schema.ts";
import { groupRoles, settingsRow } from "./settings.ts";
import { syncDirectory } from "./sync.ts";

/** The directory over the API: one record, and what is done with it. */

const permission = "staff.manage";
const attributes = Type.Composite([
  shownAttributes(directorySettings),
  Type.Object({ groups: Type.Required(Type.Pick(settingsInput, ["groups"])).properties.groups }),
]);

/** `POST …`: does something and answers nothing. */
const doing = (path: string, summary: string, run: (ctx: Ctx, id: string) => Promise<unknown>): Route => ({
  method: "POST",
  path,
  door: "api",
  permission,
  doc: { summary, answer: "nothing" },
  handle: async (ctx, incoming): Promise<Answer> => {
    await run(ctx, incoming.params["id"] ?? "");
    return response(new Response(null, { status: 204 }));
  },
});

async function compare(ctx: Ctx): Promise<void> {
  const done = await syncDirectory(ctx);
  if (done === null) throw conflict(t("No directory is in use."), "no_directory");
  if (done.result === null) throw new Failure(503, "directory_unreachable", done.problem);
}

export const directoryApi: Route[] = [
  ...singleRoutes({
    path: "/api/v1/directory-settings",
    type: "directory_settings",
    permission,
    attributes,
    input: Type.Omit(settingsInput, ["version"]),
    isNullable: true,
    summaries: {
      show: "Show the Active Directory that staff sign in by, and what the latest comparison with it did.",
      change: "Enter or change the Active Directory that staff sign in by. Members that are not sent stay as they are.",
    },
    load: async ({ db }) => {
      const row = await settingsRow(db);
      if (row === undefined) return null;
      const { id, ...shown } = toEdge(directorySettings, row);
      return { id: String(id), version: row.version, attributes: { ...shown, groups: await groupRoles(db) } };
    },
    change: (ctx, given, match) => perform(ctx, updateDirectory as unknown as AnyAction, { ...given, ...match }),
  }),
  doing("/api/v1/directory-settings/sync", "Compare the staff with the directory's groups.", compare),
  doing(
    "/api/v1/users/:id/link-directory",
    "Let the directory keep the password of somebody who has an account: the one they have here is dropped.",
    linkToDirectory,
  ),
  doing(
    "/api/v1/users/:id/unlink-directory",
    "Let the directory keep somebody's password no longer: they get a mail to choose one here.",
    (ctx, id) => perform(ctx, unlinkAccount, { id }),
  ),
];
