/** Follows the links of pages. */
import { decoded } from "./entities.ts";
import type { Place } from "./page-check.ts";

/** Where a page leads: links, searches, and what htmx fetches; by the path from the page itself. */
async function linksOf(html: string, base: string): Promise<string[]> {
  const found = new Set<string>();
  const add = (link: string | null): void => {
    if (link === null || link.startsWith("#")) return;
    const url = new URL(decoded(link), `http://localhost${base}`);
    if (url.origin === "http://localhost") found.add(url.pathname + url.search);
  };
  await new HTMLRewriter()
    .on("a[href], link[href]", { element: (link) => add(link.getAttribute("href")) })
    .on("[hx-get]", { element: (element) => add(element.getAttribute("hx-get")) })
    .on("form", {
      element: (form) => {
        if (form.getAttribute("method")?.toLowerCase() !== "post") add(form.getAttribute("action"));
      },
    })
    .transform(new Response(html))
    .text();
  return [...found];
}

export interface Walk {
  /** Links that were followed. */
  count: number;
  problems: string[];
  /** Of each page that is a whole one, by its place's name: where it leads. */
  from: ReadonlyMap<string, readonly string[]>;
}

/** Opens every page that whoever `get` asks as may see, and follows each of its links once. */
export async function walkLinks(get: (path: string) => Promise<Response>, places: readonly Place[]): Promise<Walk> {
  const foundOn = new Map<string, string>();
  const from = new Map<string, readonly string[]>();
  for (const { name, path } of places) {
    const answer = await get(path);
    if (answer.status >= 400 || answer.headers.get("content-type")?.includes("text/html") !== true) continue;
    const html = await answer.text();
    const links = await linksOf(html, path);
    if (html.includes("<html")) from.set(name, links);
    for (const link of links) if (!foundOn.has(link)) foundOn.set(link, name);
  }
  const problems: string[] = [];
  for (const [link, page] of foundOn) {
    // A stream does not end, and whoever signs out sees nothing more.
    if (/\/(live|sign-out)\b/.test(link)) continue;
    const { status } = await get(link);
    if (status >= 400) problems.push(`${page} leads to ${link}: ${status}`);
  }
  return { count: foundOn.size, problems, from };
}

/** Pages to which no way leads from the one where people begin, however far they go. */
export function unreachable({ from }: Walk, start: string): string[] {
  const names = [...from.keys()];
  const patterns = names.map((name) => ({ name, fits: new RegExp(`^${name.replaceAll(/:\w+/g, "[^/]+")}$`) }));
  const nameOf = (link: string): string | undefined => {
    const path = link.replace(/[?#].*$/, "");
    return names.includes(path) ? path : patterns.find(({ fits }) => fits.test(path))?.name;
  };
  const reached = new Set([start]);
  // A set grows while it is gone through.
  for (const name of reached)
    for (const link of from.get(name) ?? []) {
      const next = nameOf(link);
      if (next !== undefined) reached.add(next);
    }
  return names.filter((name) => !reached.has(name));
}
