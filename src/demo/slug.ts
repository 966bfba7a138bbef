import { fold } from "../platform/text.ts";

/** A name as it stands in an address: `("Łukasz O'Brien", ".")` → `lukasz.obrien`. */
export function slugOf(name: string, separator: string): string {
  return fold(name)
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, separator)
    .replace(/^[.-]+|[.-]+$/g, "");
}
