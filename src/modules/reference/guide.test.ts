import { describe, expect, test } from "bun:test";
import guide from "../../../docs/api/README.md" with { type: "text" };
import { blocksOf } from "./markdown.ts";
import { guideSections } from "./pages/guide.ts";

describe("the API's guide as a page", () => {
  const sections = guideSections(guide, "https://desk.harbor.example");

  test("has the sections of the document, without what is about the repository", () => {
    const titles = sections.map(({ title }) => title);
    expect(titles).toEqual(["", "Who is asking", "Reading", "Writing", "Errors", "Clients", "What changes"]);
  });

  test("names this installation in its examples", () => {
    const code = sections.flatMap(({ blocks }) => blocks.flatMap((one) => (one.kind === "code" ? [one.code] : [])));
    expect(code[0]).toBe('curl -s "https://desk.harbor.example/api/v1/companies" -H "Authorization: Bearer $KEY"');
  });
});

test("paragraphs, lists and code are told apart, and marks of emphasis and links go", () => {
  expect(
    blocksOf("A _word_ and `code`,\nsee [there](https://a.example).\n\n- one\n- two\n  more\n\n```sh\ncurl x\n```\n"),
  ).toEqual([
    {
      kind: "text",
      pieces: [
        { text: "A word and ", is_code: false },
        { text: "code", is_code: true },
        { text: ", see there.", is_code: false },
      ],
    },
    { kind: "list", items: [[{ text: "one", is_code: false }], [{ text: "two more", is_code: false }]] },
    { kind: "code", code: "curl x" },
  ]);
});
