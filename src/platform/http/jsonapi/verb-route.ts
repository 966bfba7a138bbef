import { find } from "../../access/reach.ts";
import { type AnyAction, perform } from "../../action.ts";
import { reading } from "../../context.ts";
import type { TableName } from "../../database/tables.ts";
import type { Resource } from "../../resource.ts";
import type { Route } from "../route.ts";
import { checkMatch, ifMatch, readVerb } from "./document.ts";
import { showOne } from "./routes.ts";

/** `POST …/{id}/{name}`: an action on one record, which answers with the record as it stands. Its body may be left out. */
export function verbRoute(resource: Resource, name: string, action: AnyAction, summary: string): Route {
  return {
    method: "POST",
    path: `/api/v1/${resource.path}/:id/${name}`,
    door: "api",
    permission: action.permission,
    doc: {
      summary,
      input: { type: resource.type, attributes: action.input },
      isInputOptional: true,
      answer: { one: resource.type },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, resource.table.name as TableName, id)));
      await perform(ctx, action, { ...(await readVerb(incoming, resource.type, id)), id, ...ifMatch(incoming) });
      return showOne(ctx, resource, id);
    },
  };
}

/** What is referred to cannot be deleted, and is put away instead: `POST …/{id}/archive`, `POST …/{id}/restore`. */
export function archiveRoutes(resource: Resource, archive: AnyAction, restore: AnyAction): Route[] {
  return [
    verbRoute(
      resource,
      "archive",
      archive,
      "Puts a record away: it leaves lists and choices, and stays where it is named.",
    ),
    verbRoute(resource, "restore", restore, "Brings a record back that was put away."),
  ];
}
