/** Reads imports, and knows the layers that `docs/architecture.md` draws. */

/** From the bottom to the top: a layer may import itself and those before it. */
export const layers = ["platform", "modules", "app", "demo", "cli", "main"] as const;
export type Layer = (typeof layers)[number];

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;

/** The specifiers a TypeScript source imports or re-exports, also types and `await import("…")`. */
export function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...code.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? "");
}

/** The layer a path from the repository's root belongs to; undefined outside of src. */
export function layerOf(path: string): Layer | undefined {
  const [, name] = /^src\/(platform|modules|demo|cli)\//.exec(path) ?? /^src\/(app|main)\.ts$/.exec(path) ?? [];
  return layers.find((layer) => layer === name);
}

/** The module a path belongs to; undefined for `src/modules/index.ts` and everything outside. */
export function moduleOf(path: string): string | undefined {
  return /^src\/modules\/([^/]+)\//.exec(path)?.[1];
}

/** One circle as the names along it, or an empty list. */
export function findCycle(arrows: Map<string, Set<string>>): string[] {
  const done = new Set<string>();

  function visit(name: string, path: string[]): string[] {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return [];
    for (const next of arrows.get(name) ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle.length > 0) return cycle;
    }
    done.add(name);
    return [];
  }

  for (const name of arrows.keys()) {
    const cycle = visit(name, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
