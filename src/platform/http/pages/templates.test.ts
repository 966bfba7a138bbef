import { expect, test } from "bun:test";
import { fixtures, frame, portalFrame, variants } from "../fixtures/index.ts";
import { field, form, header } from "../fixtures/parts.ts";
import { icons } from "./icons.ts";
import { render, renderPage, templateNames } from "./templates.ts";

const fragmentNames = /^(layouts|partials|mail)\/|\/_/;

for (const [name, { layout, title, model }] of Object.entries(fixtures)) {
  test(`${name} renders with its fixture`, () => {
    const html = renderPage(layout, { ...(layout === "portal" ? portalFrame : frame), title }, name, model);
    expect(html).toStartWith("<!doctype html>");
    expect(html).toContain("</html>");
    expect(html.match(/<h1\b/g)).toHaveLength(1);
    expect(html).not.toContain("[object Object]");
    expect(html).not.toContain("undefined");
    expect(html).not.toMatch(/ style=| on[a-z]+="/);
    for (const form of html.match(/<form\b[^>]*method="post"[\s\S]*?<\/form>/g) ?? []) {
      expect(form).toContain(`name="_csrf" value="${frame.csrf}"`);
    }
  });

  test(`${name} uses no id twice, and every label and description points somewhere`, () => {
    const html = renderPage(layout, { ...(layout === "portal" ? portalFrame : frame), title }, name, model);
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const references = [
      ...html.matchAll(/\s(?:for|aria-describedby|aria-labelledby|aria-controls|popovertarget)="([^"]+)"/g),
    ];
    const missing = references
      .flatMap((match) => (match[1] ?? "").trim().split(/\s+/))
      .filter((id) => !ids.includes(id));
    expect(missing).toEqual([]);
  });
}

for (const [index, { name, model }] of variants.entries()) {
  test(`${name} renders in another state (${index})`, () => {
    const html = render(name, model, { csrf: frame.csrf });
    expect(html).not.toContain("undefined");
    expect(html).not.toContain("[object Object]");
  });
}

// A page that belongs to one module is rendered by that module's tests.
const platformFolders = new Set(Object.keys(fixtures).map((name) => name.split("/")[0]));

test("every page of the folders rendered here has a fixture", () => {
  const pages = templateNames.filter((name) => !fragmentNames.test(name) && platformFolders.has(name.split("/")[0]));
  expect(pages.filter((name) => !(name in fixtures))).toEqual([]);
});

test("what a model brings is escaped", () => {
  const html = render("errors/_error", { ...fixtures["errors/error"]?.model, title: `<img src=x onerror="alert(1)">` });
  expect(html).toContain("&lt;img");
  expect(html).not.toContain("<img");
});

test("a text that is edited keeps its lines as they were", () => {
  const notes = field("Notes", { kind: "textarea", value: "one\n  two\n\nthree" });
  const html = render("forms/index", { header: header("Edit"), form: form([notes]) }, { csrf: "token" });
  expect(html).toContain(">\none\n  two\n\nthree</textarea>");
});

test("a template that is not there is named", () => {
  expect(() => render("nowhere/index", {})).toThrow('there is no template "nowhere/index"');
});

test("a name that the model lacks is an error that names the template", () => {
  expect(() => render("errors/error", { status: "404" })).toThrow('template "errors/error"');
});

test("a form that posts is not rendered without a token", () => {
  expect(() => render("account/security", fixtures["account/security"]?.model ?? {})).toThrow("CSRF token");
});

test("an unknown icon is an error", () => {
  const model = { icon: "no-such-icon", title: "", text: "", action: null };
  expect(() => render("partials/empty", model)).toThrow('there is no icon "no-such-icon"');
});

test("drawings are plain paths inside the grid", () => {
  for (const [name, drawing] of Object.entries(icons)) {
    expect(drawing.replaceAll(/<(path|circle|rect) [a-z0-9]+="[^"<>]*"(?: [a-z0-9]+="[^"<>]*")*\/>/g, ""), name).toBe(
      "",
    );
  }
});
