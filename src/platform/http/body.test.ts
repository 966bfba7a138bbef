import { expect, test } from "bun:test";
import { Failure } from "../errors.ts";
import { readBytes } from "./body.ts";
import { incomingOf } from "./incoming.ts";
import { respondFailure } from "./respond-failure.ts";
import type { Route } from "./route.ts";

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

test("nobody waits for the rest of it: the connection ends with the answer, at each door", async () => {
  const request = sent("{}");
  const url = new URL(request.url);
  const incoming = incomingOf(request, url, {}, 100);
  for (const door of ["api", "hook", "open"] as const) {
    const route: Route = { method: "POST", path: "/", door, permission: null, handle: () => Promise.reject() };
    const answer = await respondFailure(null, route, incoming, new Failure(408, "too_slow", "Too slow."), "1");
    expect([door, answer.status, answer.headers.get("connection")]).toEqual([door, 408, "close"]);
  }
});

test("a body that is too large is a 413, one that is packed a 415", async () => {
  await expect(readBytes(sent("x".repeat(101)), 100)).rejects.toMatchObject({ status: 413 });
  const packed = sent("x", { "content-encoding": "gzip" });
  await expect(readBytes(packed, 100)).rejects.toMatchObject({ status: 415 });
  expect(await readBytes(sent("x", { "content-encoding": "identity" }), 100)).toHaveLength(1);
});
