import type axe from "axe-core";
import type { Page } from "playwright-core";

/** All of axe as one script: the short form, because every page parses it anew. */
export const axeSource = await Bun.file(new URL(import.meta.resolve("axe-core/axe.min.js"))).text();

/** What the rules of WCAG 2.2 AA find wrong on a page, one line each; run by evaluation, because the CSP allows no script. */
export async function axeProblems(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const options = JSON.stringify({ runOnly: { type: "tag", values: tags } });
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${options})`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map((node) => `${id}: ${help} – ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
  );
}
