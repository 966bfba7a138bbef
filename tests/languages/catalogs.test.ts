import { expect, setDefaultTimeout, test } from "bun:test";
import { catalogFiles } from "../../scripts/generate/languages.ts";
import { type Catalog, catalogProblems } from "../../scripts/lib/texts/catalogs.ts";
import { gatherTexts } from "../../scripts/lib/texts/gather.ts";
import { textsOf } from "../../scripts/lib/texts/source.ts";
import { viewTexts } from "../../scripts/lib/texts/views.ts";

setDefaultTimeout(180_000);

const root = new URL("../..", import.meta.url).pathname;
const { owners, problems } = await gatherTexts(root);

test("every text in source and templates goes through the catalogs", () => {
  expect(problems).toEqual([]);
});

test("every language has every text once, where it belongs, with the placeholders of the English one", async () => {
  // What only one edition says is in the catalogs of both.
  const isElsewhere = (problem: string): boolean => !MULTI_TENANT && problem.includes("tenants");
  const files = await catalogFiles(root);
  for (const language of new Set(files.map((file) => file.language))) {
    const catalogs = await Promise.all(
      files
        .filter((file) => file.language === language && (MULTI_TENANT || file.owner !== "tenants"))
        .map(async (file) => ({ ...file, catalog: (await Bun.file(file.path).json()) as Catalog })),
    );
    const found = catalogProblems(owners, catalogs).filter((problem) => !isElsewhere(problem));
    // A text that two modules say stands with the platform, and the operators' module may be one of the two.
    expect(
      MULTI_TENANT ? found : found.filter((problem) => !/belongs to|nothing says|missing in/.test(problem)),
    ).toEqual([]);
  }
});

test("a text outside of a catalog is found wherever people read it", () => {
  const source = `
    const page = { title: "Declared title" };
    const make = (count: number) => ({ title: "Loose title", hint: count > 1 ? "Loose hint" : t("Spoken hint"), href: "/to/it" });
    const send = () => redirect("/here", \`Loose \${make(2)}\`);
    const wrong = () => t(\`Unreadable \${page}\`) + t("Without {value}", { other: 1 });
  `;
  const found = textsOf("example.ts", source);
  expect(found.declared.map(({ key }) => key)).toEqual(["Declared title"]);
  expect(found.loose.map(({ key }) => key)).toEqual(["Loose title", "Loose hint", "Loose {0}"]);
  expect(found.spoken.map(({ key }) => key)).toContain("Spoken hint");
  expect(found.unreadable).toHaveLength(2);
  const view = `<p title="Loose title">{{name}} Loose text {{t "Spoken text"}}</p><code>silent text</code>{{!-- a remark --}}`;
  expect(viewTexts(view).loose.map(({ text }) => text)).toEqual(["Loose title", "Loose text"]);
  expect(viewTexts(view).spoken.map(({ text }) => text)).toEqual(["Spoken text"]);
});
