import type { Deprecation } from "../route.ts";

/** The headers of an answer whose route goes away: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and what to use. */
export function deprecationHeaders({ since, sunset, instead }: Deprecation): Record<string, string> {
  return {
    deprecation: `@${Date.parse(`${since}T00:00:00Z`) / 1000}`,
    sunset: new Date(`${sunset}T00:00:00Z`).toUTCString(),
    link: `<${instead}>; rel="successor-version"`,
  };
}
