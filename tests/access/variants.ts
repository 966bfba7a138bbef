import type { Registry } from "../../src/platform/registry.ts";
import type { Route } from "../../src/platform/http/route.ts";
import { asFragment, targetOf } from "./fragments.ts";
import { marker, type Headers } from "../support/everything.ts";

/** An address to ask for, and how. */
export interface Look {
  path: string;
  headers: Headers;
}

/**
 * The ways in which one GET route shows things: as a page and as each part of one that htmx asks for, by each list for the
 * routes that serve all lists, as a file, with everything included, and found by words.
 */
export function addressesOf(registry: Registry, route: Route, address: string): Look[] {
  const plain: Look = { path: address, headers: {} };
  if (/^\/lists\/(export|columns|counts)$|^\/lists\/views\/new$/.test(route.path))
    return [...registry.lists.keys()].map((list) => ({
      path: `${address}?list=${encodeURIComponent(list)}`,
      headers: {},
    }));
  if (route.path === "/search" || route.path === "/search/suggest")
    return [{ path: `${address}?q=${marker}`, headers: {} }];
  if (route.path === "/palette")
    return ["/", "/tickets", "/companies"].map((path) => ({
      path: `${address}?q=${marker}&path=${path}`,
      headers: {},
    }));
  if (route.door !== "api")
    return targetOf.has(route.path)
      ? [plain, { path: address, headers: asFragment(targetOf.get(route.path) ?? "") }]
      : [plain];
  const resource = [...registry.resources.values()].find(
    ({ path, audience }) =>
      audience === "staff" && (route.path === `/api/v1/${path}` || route.path === `/api/v1/${path}/:id`),
  );
  if (resource === undefined) return [plain];
  const relations = Object.entries(resource.table.columns).flatMap(([name, { references }]) =>
    references !== null && name.endsWith("_id") ? [name.slice(0, -3)] : [],
  );
  return [
    plain,
    ...(relations.length === 0 ? [] : [{ path: `${address}?include=${relations.join(",")}`, headers: {} }]),
    ...(route.doc?.file === "text/csv" ? [{ path: address, headers: { accept: "text/csv" } }] : []),
  ];
}
