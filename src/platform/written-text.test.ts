import { describe, expect, test } from "bun:test";
import { sanitizeHtml } from "./html.ts";
import { htmlToPlain, isRewritten, plainToHtml } from "./written-text.ts";

describe("what is typed becomes", () => {
  test("lists, numbered or not, between the paragraphs around them", () => {
    expect(plainToHtml("Before:\n- one\n- two\nafter")).toBe(
      "<p>Before:</p><ul><li>one</li><li>two</li></ul><p>after</p>",
    );
    expect(plainToHtml("1. first\n2) second")).toBe("<ol><li>first</li><li>second</li></ol>");
  });

  test("quotes, bold words and code, in which nothing means anything", () => {
    expect(plainToHtml("> he said\n> so")).toBe("<blockquote>he said<br>so</blockquote>");
    expect(plainToHtml("**Stop** and run `rm **x** <y>`")).toBe(
      "<p><strong>Stop</strong> and run <code>rm **x** &lt;y&gt;</code></p>",
    );
    expect(plainToHtml("Try\n```\n- a\n  <b>\n```\nok")).toBe(
      "<p>Try</p><pre><code>- a\n  &lt;b&gt;</code></pre><p>ok</p>",
    );
  });

  test("nothing special where no mark is meant", () => {
    expect(plainToHtml("2 * 3 ** 4 and -5\n-x\n#1234 is down\n**")).toBe(
      "<p>2 * 3 ** 4 and -5<br>-x<br>#1234 is down<br>**</p>",
    );
    expect(plainToHtml("**<script>**")).toBe("<p><strong>&lt;script&gt;</strong></p>");
  });
});

test("what was written comes back into the field as it was typed, and again as the same", () => {
  for (const text of [
    "one\ntwo\n\nthree",
    "Before:\n\n- one\n- two\n\nafter",
    "1. first\n2. second",
    "> he said\n> so",
    "**Stop** and run `rm -rf`",
    "Try\n\n```\n- a\n  <b>\n```\n\nok",
    "a < b & c > d see https://a.example/x",
  ]) {
    const html = sanitizeHtml(plainToHtml(text));
    expect(htmlToPlain(html)).toBe(text);
    expect(sanitizeHtml(plainToHtml(htmlToPlain(html)))).toBe(html);
  }
});

// What takes more than linear time would run into the time-out of the test.
test("comes to an end, whatever is typed", () => {
  for (const text of [
    "**a".repeat(30_000),
    "`a".repeat(30_001),
    "> ".repeat(50_000),
    "- a\n".repeat(20_000),
    "** ".repeat(30_000),
  ])
    expect(htmlToPlain(plainToHtml(text))).toBeString();
});

test("what a browser sends back unchanged is no new text, however rich the HTML was", () => {
  const html = "<h2>Router</h2><p>Two <em>ports</em><br>are dead.</p>";
  const typed = htmlToPlain(html);
  expect(isRewritten(typed.replaceAll("\n", "\r\n"), html)).toBe(false);
  expect(isRewritten(`${typed} `, html)).toBe(false);
  expect(isRewritten(typed.replace("Two", "Three"), html)).toBe(true);
  expect(isRewritten(undefined, html)).toBe(false);
});
