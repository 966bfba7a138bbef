import type { Route } from "../../../platform/http/route.ts";
import { sessionRoutes } from "../operators/api.ts";
import { tenantDomainApi } from "./domains.ts";
import { organizationApi } from "./organizations.ts";
import { taskApi } from "./tasks.ts";
import { usageApi } from "./usage.ts";

/** The operators' API (PRD 3.2.2), at their own host. */
export const operatorApi: Route[] = [...sessionRoutes, ...organizationApi, ...usageApi, ...taskApi, ...tenantDomainApi];
