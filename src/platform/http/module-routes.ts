import type { Registry } from "../module.ts";
import { resourceRoutes } from "./jsonapi.ts";
import type { Route } from "./route.ts";

/** Every route of the program: what resources bring by themselves, and what modules wrote by hand. */
export function moduleRoutes(registry: Registry): Route[] {
  const written = registry.routes;
  const isWritten = new Set(written.map((route) => `${route.method} ${route.path}`));
  const derived = [...registry.resources.values()].flatMap(resourceRoutes);
  // A route that a module wrote by hand stands in for the derived one.
  return [...derived.filter((route) => !isWritten.has(`${route.method} ${route.path}`)), ...written];
}
