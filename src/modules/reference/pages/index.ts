import { notFound } from "../../../platform/errors.ts";
import { page, type Route } from "../../../platform/http/route.ts";
import { documentOf } from "../document.ts";
import { operationsOf } from "../operations.ts";
import { guidePage } from "./guide.ts";
import { operationModel } from "./operation.ts";
import { overviewModel } from "./overview.ts";

/** The API's reference, from its OpenAPI document: what there is, what each operation takes, and a form to try it. */
export const referencePages: Route[] = [
  {
    method: "GET",
    path: "/api",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const model = overviewModel(documentOf(ctx.app.registry), incoming.url.searchParams.get("q") ?? "");
      return page("reference/index", model.header.title, model);
    },
  },
  guidePage,
  {
    method: "GET",
    path: "/api/:operation",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const document = documentOf(ctx.app.registry);
      const found = operationsOf(document).find(({ id }) => id === incoming.params["operation"]);
      if (found === undefined) throw notFound();
      const model = operationModel(document, found, ctx.tenant.public_url);
      return page("reference/show", model.header.title, model);
    },
  },
];
