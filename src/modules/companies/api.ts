import { activityRoute } from "../../platform/http/activity-route.ts";
import type { Route } from "../../platform/http/route.ts";

export const companyApi: Route[] = [
  activityRoute("companies", "companies", "companies.read"),
  activityRoute("contacts", "contacts", "companies.read"),
];
