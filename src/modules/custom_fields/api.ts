import type { AnyAction } from "../../platform/action.ts";
import { archiveRoutes } from "../../platform/http/jsonapi/verb-route.ts";
import type { Route } from "../../platform/http/route.ts";
import { archiveCustomField, restoreCustomField } from "./actions.ts";
import { customFieldResource } from "./resources.ts";

/** What a field can do over the API beside what its resource brings: one with values is archived, not deleted. */
export const customFieldApi: Route[] = archiveRoutes(
  customFieldResource,
  archiveCustomField as AnyAction,
  restoreCustomField as AnyAction,
);
