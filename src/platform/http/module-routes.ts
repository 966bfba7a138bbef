import type { Registry } from "../module.ts";
import type { Resource } from "../resource.ts";
import { resourceRoutes } from "./jsonapi.ts";
import type { Route } from "./route.ts";

/** Every route of the organizations' hosts: what resources bring by themselves, and what modules wrote by hand. */
export function moduleRoutes(registry: Registry): Route[] {
  return together(registry.routes, [...registry.resources.values()]);
}

/** Every route of the operators' host. */
export function operatorRoutes(registry: Registry): Route[] {
  return together(registry.operatorRoutes, registry.operatorResources);
}

function together(written: readonly Route[], resources: readonly Resource[]): Route[] {
  const isWritten = new Set(written.map((route) => `${route.method} ${route.path}`));
  const derived = resources.flatMap(resourceRoutes);
  // A route that a module wrote by hand stands in for the derived one.
  return [...derived.filter((route) => !isWritten.has(`${route.method} ${route.path}`)), ...written];
}
