import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Ctx } from "../src/platform/context.ts";
import type { Door } from "../src/platform/http/route.ts";
import { decoded } from "./support/entities.ts";
import { browserHeaders, type Everything, type Headers, makeEverything } from "./support/everything.ts";
import { placesOf } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

/** Every link of every page leads somewhere, and nobody is shown the way to what they may not see. */
let t: TestProgram;
let e: Everything;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
});
afterAll(() => t.close());

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

interface Walk {
  /** Links that were followed. */
  count: number;
  problems: string[];
}

/** Opens every page that the reader may see and follows each of its links once. */
async function walk(who: Ctx | null, ...doors: Door[]): Promise<Walk> {
  const headers: Headers = who === null ? {} : await browserHeaders(t, who);
  const foundOn = new Map<string, string>();
  for (const { name, path } of placesOf(t, e.ids, ...doors)) {
    const answer = await t.fetch(path, { headers });
    if (answer.status >= 400 || answer.headers.get("content-type")?.includes("text/html") !== true) continue;
    for (const link of await linksOf(await answer.text(), path)) if (!foundOn.has(link)) foundOn.set(link, name);
  }
  const problems: string[] = [];
  for (const [link, page] of foundOn) {
    // A stream does not end, and whoever signs out sees nothing more.
    if (/\/(live|sign-out)\b/.test(link)) continue;
    const { status } = await t.fetch(link, { headers });
    if (status >= 400) problems.push(`${page} leads to ${link}: ${status}`);
  }
  return { count: foundOn.size, problems };
}

for (const role of ["administrator", "manager", "technician", "dispatcher", "sales", "finance"] as const) {
  test(`every link that is shown to the role ${role} leads somewhere`, async () => {
    const { count, problems } = await walk(await t.harbor.as(role), "staff", "open");
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });
}

test("every link that a client is shown leads somewhere, whatever they may do", async () => {
  for (const who of [e.client, e.colleague]) {
    const { count, problems } = await walk(who, "portal");
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(10);
  }
});

test("every link that a stranger is shown leads somewhere", async () => {
  const { problems } = await walk(null, "open");
  expect(problems).toEqual([]);
});
