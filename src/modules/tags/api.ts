import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { checkMatch, readDocument } from "../../platform/http/jsonapi/document.ts";
import type { Route } from "../../platform/http/route.ts";
import { mergeTags } from "./actions.ts";
import { tagResource } from "./resources.ts";

/** `POST /tags/{id}/merge`: two tags are one. */
export const tagApi: Route[] = [
  {
    method: "POST",
    path: "/api/v1/tags/:id/merge",
    door: "api",
    permission: mergeTags.permission,
    doc: {
      summary: "Makes two tags one: records that have this one get the other one.",
      input: { type: "tags", attributes: mergeTags.input },
      answer: { one: "tags" },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "tags", id)));
      const kept = await perform(ctx, mergeTags, { ...readDocument(await incoming.json(), "tags", id), id });
      return showOne(ctx, tagResource, kept.id);
    },
  },
];
