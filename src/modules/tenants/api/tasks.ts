import { Type } from "@sinclair/typebox";
import type { Ctx } from "../../../platform/context.ts";
import { readVerb } from "../../../platform/http/jsonapi/document.ts";
import { showOne } from "../../../platform/http/jsonapi/routes.ts";
import type { Answer, ApiDoc, Route } from "../../../platform/http/route.ts";
import { deletionInput, requestDeletion, requestExport, requestRotation } from "../tasks/queue.ts";
import { taskResource } from "./resources.ts";
import { exists, route, withoutInput } from "./route.ts";

function task(ctx: Ctx, id: string): Promise<Answer> {
  return showOne(ctx, taskResource, id, 202);
}

const taskAnswer: ApiDoc["answer"] = { one: "tenant_tasks" };

/** What is done for an organization in the background. */
export const taskApi: Route[] = [
  route(
    "DELETE",
    "/:id",
    {
      summary: "Delete a suspended and exported organization for good, in the background",
      input: { type: "tenants", attributes: Type.Omit(deletionInput, ["id"]) },
      answer: taskAnswer,
      status: 202,
    },
    async (ctx, incoming) => {
      const id = await exists(ctx, incoming);
      const given = await readVerb(incoming, "tenants", id);
      return task(ctx, (await requestDeletion(ctx, { ...given, id })).id);
    },
  ),
  route(
    "POST",
    "/:id/export",
    {
      summary: "Make an archive of everything an organization has, in the background",
      answer: taskAnswer,
      status: 202,
    },
    async (ctx, incoming) => task(ctx, (await requestExport(ctx, { id: await withoutInput(ctx, incoming) })).id),
  ),
  route(
    "POST",
    "/:id/rotate-key",
    { summary: "Give an organization a new data key and seal everything with it", answer: taskAnswer, status: 202 },
    async (ctx, incoming) => task(ctx, (await requestRotation(ctx, { id: await withoutInput(ctx, incoming) })).id),
  ),
];
