import { notFound } from "../../../platform/errors.ts";
import { page, type Route } from "../../../platform/http/route.ts";
import type { Api } from "../apis.ts";
import { operationsOf } from "../operations.ts";
import { operationModel } from "./operation.ts";
import { overviewModel } from "./overview.ts";

/** An API's reference, from its OpenAPI document: what there is, what each operation takes, and a form to try it. */
export const referencePages = (api: Api): Route[] => [
  {
    method: "GET",
    path: "/api",
    door: api.door,
    permission: null,
    handle: async (ctx, incoming) => {
      const model = overviewModel(api, ctx.app.registry, incoming.url.searchParams.get("q") ?? "");
      return page("reference/index", model.header.title, model);
    },
  },
  {
    method: "GET",
    path: "/api/:operation",
    door: api.door,
    permission: null,
    handle: async (ctx, incoming) => {
      const { document } = api.describe(ctx.app.registry);
      const found = operationsOf(document).find(({ id }) => id === incoming.params["operation"]);
      if (found === undefined) throw notFound();
      const model = operationModel(document, found, ctx.tenant.public_url);
      return page("reference/show", model.header.title, model);
    },
  },
];
