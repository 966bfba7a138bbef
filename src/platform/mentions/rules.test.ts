import { describe, expect, test } from "bun:test";
import { mentionedIn, withMentions } from "./rules.ts";

const ada = { id: "1", name: "Ada Lovelace", email: "ada@harbor.example" };
const adaToo = { id: "2", name: "Ada Lovelace", email: "lovelace@harbor.example" };
const short = { id: "3", name: "Ada", email: "a@harbor.example" };
const tim = { id: "4", name: "Tim O'Neill", email: "tim@harbor.example" };

describe("an @ in a note", () => {
  const idsIn = (text: string, people = [ada, short, tim]): string[] => mentionedIn(text, people).map(({ id }) => id);

  test("means whoever's whole name stands behind it, in letters of any size", () => {
    expect(idsIn("<p>Can you look, @Ada Lovelace?</p>")).toEqual(["1"]);
    expect(idsIn("<p>@ada lovelace and @TIM O&#39;NEILL</p>")).toEqual(["1", "4"]);
    expect(idsIn("<p>@Ada, please</p>")).toEqual(["3"]);
    expect(idsIn("<p>@Adam @Ada_ @Nobody Ada Lovelace</p>")).toEqual([]);
  });

  test("means whoever's address stands behind it, and is no mention inside of an address", () => {
    expect(idsIn("<p>(@tim@harbor.example)</p>")).toEqual(["4"]);
    expect(idsIn("<p>Write to help@Ada or x@tim@harbor.example</p>")).toEqual([]);
  });

  test("means all of one name, who are told apart by their addresses", () => {
    expect(idsIn("<p>@Ada Lovelace</p>", [ada, adaToo])).toEqual(["1", "2"]);
    expect(idsIn("<p>@lovelace@harbor.example</p>", [ada, adaToo])).toEqual(["2"]);
  });

  test("costs little however many there are, and however many people: nobody makes the others wait by a note", () => {
    const many = Array.from({ length: 1000 }, (_, at) => ({
      id: `p${at}`,
      name: `Ada Lovelace ${at}`,
      email: `ada${at}@harbor.example`,
    }));
    for (const marks of ["@".repeat(190_000), "@ ".repeat(95_000), "@Ada_Lovelac ".repeat(14_000)]) {
      const html = `<p>@Ada ${marks}</p>`;
      expect(mentionedIn(html, [short, ...many])).toEqual([short]);
      expect(withMentions(html, [short, ...many])).toBe(`<p><strong>@Ada</strong> ${marks}</p>`);
    }
  });

  test("is set off in the note, but not in code, links and quotes", () => {
    expect(withMentions("<p>@Tim O&#39;Neill: <code>@Ada</code> @Ada!</p>", [short, tim])).toBe(
      "<p><strong>@Tim O&#39;Neill</strong>: <code>@Ada</code> <strong>@Ada</strong>!</p>",
    );
    expect(withMentions('<p><a href="https://x.example/@Ada">@Ada</a></p><blockquote>@Ada</blockquote>', [short])).toBe(
      '<p><a href="https://x.example/@Ada">@Ada</a></p><blockquote>@Ada</blockquote>',
    );
  });
});
