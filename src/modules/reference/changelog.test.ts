import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserHeaders } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { changelogVersions } from "./changelog.ts";

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

test("a version is a heading, a change an item of its list, over several lines where it is long", () => {
  const text =
    "# Changes\n\nNewest first.\n\n## 0.2.0\n\n- `links.first` is\n  new.\n- More.\n\n## 0.1.0\n\n- The first.\n";
  const code = { text: "links.first", is_code: true };
  expect(changelogVersions(text)).toEqual([
    { version: "0.2.0", changes: [[code, { text: " is new.", is_code: false }], [{ text: "More.", is_code: false }]] },
    { version: "0.1.0", changes: [[{ text: "The first.", is_code: false }]] },
  ]);
});

test("the program shows the changes of its API, and the reference leads there", async () => {
  const headers = await browserHeaders(t, await t.harbor.as("technician"));
  const page = await (await t.fetch("/api/changelog", { headers })).text();
  expect(page).toContain("<h2>0.1.0</h2>");
  expect(page).toContain("The first version: everything under <code>/api/v1</code>.");
  expect(await (await t.fetch("/api", { headers })).text()).toContain('href="/api/changelog"');
});
