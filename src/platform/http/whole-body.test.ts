import { expect, test } from "bun:test";
import { wholeBody } from "./whole-body.ts";

const answered = async (text: string): Promise<{ text: string; length: string | null }> => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async () => {
      await Bun.sleep(1);
      return new Response(wholeBody(text), { headers: { "content-type": "text/html; charset=utf-8" } });
    },
  });
  try {
    const answer = await fetch(server.url);
    return { text: await answer.text(), length: answer.headers.get("content-length") };
  } finally {
    await server.stop(true);
  }
};

test("a short text is answered with its length", async () => {
  expect(await answered("short")).toEqual({ text: "short", length: "5" });
});

test("a long text arrives whole, whatever letters it is made of", async () => {
  for (const letter of ["x", "ü", "漢", "🙂"]) {
    const text = letter.repeat(200_000);
    const { text: arrived } = await answered(text);
    expect(arrived === text).toBe(true);
  }
});

test("a long answer may be read twice, as what keeps an answer for a repeated request does", async () => {
  const text = "ü".repeat(50_000);
  const answer = new Response(wholeBody(text));
  const copy = answer.clone();
  expect((await copy.text()) === text).toBe(true);
  expect((await answer.text()) === text).toBe(true);
});
