import { expect, test } from "bun:test";
import { readBytes } from "./body.ts";

const sent = (body: ReadableStream | string, headers: Record<string, string> = {}): Request =>
  new Request("http://harbor.test/api/v1/companies", { method: "POST", body, headers });

test("a body that arrives in pieces is whole", async () => {
  const pieces = new ReadableStream({
    start(controller) {
      for (const piece of ["one ", "two"]) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  expect(Buffer.from(await readBytes(sent(pieces), 100)).toString()).toBe("one two");
});

test("a body that never ends is let go of, and its sender told", async () => {
  let isLetGo = false;
  const endless = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
    cancel: () => {
      isLetGo = true;
    },
  });
  await expect(readBytes(sent(endless), 100, 1)).rejects.toMatchObject({ status: 408, code: "too_slow" });
  expect(isLetGo).toBe(true);
});

test("a body that is too large is a 413, one that is packed a 415", async () => {
  await expect(readBytes(sent("x".repeat(101)), 100)).rejects.toMatchObject({ status: 413 });
  const packed = sent("x", { "content-encoding": "gzip" });
  await expect(readBytes(packed, 100)).rejects.toMatchObject({ status: 415 });
  expect(await readBytes(sent("x", { "content-encoding": "identity" }), 100)).toHaveLength(1);
});
