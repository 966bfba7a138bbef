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

/** What is at a path: a GET route for HEAD, and the methods that it takes; null when nothing is. */
export function methodsAt(
  addresses: readonly Address[],
  path: string,
): { methods: string[]; routes: readonly Route[]; get: Route | undefined; params: Record<string, string> } | null {
  for (const { pattern, routes } of addresses) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const methods = routes.map(({ method }) => method as string);
    const get = routes.find(({ method }) => method === "GET");
    return {
      methods: ["OPTIONS", ...(get === undefined ? [] : ["HEAD"]), ...methods].toSorted(),
      routes,
      get,
      params: { ...match.groups },
    };
  }
  return null;
}
