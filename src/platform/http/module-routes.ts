import type { Registry } from "../registry.ts";
import type { Resource } from "../resource.ts";
import { resourceRoutes } from "./jsonapi/routes.ts";
import type { Route } from "./route.ts";

/** Every route of the organizations' hosts: what resources bring by themselves, and what modules wrote by hand. */
export function moduleRoutes(registry: Registry): Route[] {
  return together(registry, registry.routes, [...registry.resources.values()]);
}

/** Every route of the operators' host. */
export function operatorRoutes(registry: Registry): Route[] {
  return together(registry, registry.operatorRoutes, registry.operatorResources);
}

function together(registry: Registry, routes: readonly Route[], resources: readonly Resource[]): Route[] {
  const owned = (route: Route, part: object): Route => ({ ...route, module: ownerOf(registry, part, route.path) });
  const written = routes.map((route) => owned(route, route));
  const isWritten = new Set(written.map((route) => `${route.method} ${route.path}`));
  const derived = resources.flatMap((resource) => resourceRoutes(resource).map((route) => owned(route, resource)));
  // A route that a module wrote by hand stands in for the derived one.
  return [...derived.filter((route) => !isWritten.has(`${route.method} ${route.path}`)), ...written];
}

/** The module that a route goes with: the portal's pages and addresses go with the portal, whoever declares them. */
function ownerOf({ owners }: Registry, part: object, path: string): string | undefined {
  return /^\/(api\/v1\/)?portal(\/|$)/.test(path) ? "portal" : owners.get(part);
}
