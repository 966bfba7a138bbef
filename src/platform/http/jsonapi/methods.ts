import type { Route } from "../route.ts";

/** Which methods an address for programs takes, for those who ask with another one (RFC 9110, 15.5.6). */
export interface Address {
  pattern: RegExp;
  routes: Route[];
}

/** The addresses that programs call, by what they match. */
export function apiAddresses(routes: readonly Route[]): Address[] {
  const addresses = new Map<string, Address>();
  for (const route of routes) {
    if (!/^\/(api|oauth|\.well-known)\//.test(route.path)) continue;
    const source = route.path.replace(/[.]/g, "\\.").replace(/:(\w+)/g, "(?<$1>[^/]+)");
    const known = addresses.get(source) ?? { pattern: new RegExp(`^${source}$`), routes: [] };
    known.routes.push(route);
    addresses.set(source, known);
  }
  return [...addresses.values()];
}

/**
 * What is at a path, with or without a stroke at its end: a GET route for HEAD, and the methods that it takes; null when nothing is. A path may be that of a verb
 * and, as far as can be told by its form, that of a record as well: then it takes what either takes.
 */
export function methodsAt(
  addresses: readonly Address[],
  path: string,
): { methods: string[]; routes: readonly Route[]; get: Route | undefined; params: Record<string, string> } | null {
  const wanted = path.replace(/\/$/, "");
  const matches = addresses
    .flatMap((address) => {
      const match = address.pattern.exec(wanted);
      return match === null ? [] : [{ ...address, params: { ...match.groups } }];
    })
    // An address that is written out goes before one with parameters, as it does for the router.
    .toSorted((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
  if (matches.length === 0) return null;
  const routes = matches.flatMap((one) => one.routes);
  const methods = new Set<string>(routes.map(({ method }) => method));
  const get = routes.find(({ method }) => method === "GET");
  return {
    methods: ["OPTIONS", ...(get === undefined ? [] : ["HEAD"]), ...methods].toSorted(),
    routes,
    get,
    params: Object.assign({}, ...matches.map(({ params }) => params)) as Record<string, string>,
  };
}
