import { expect, test } from "bun:test";
import { listen } from "bun";
import { freePort } from "./ports.ts";

const socket = { data: () => undefined };

test("a free port can be listened on, and is none of those that the system gives out by itself", () => {
  const port = freePort();
  const [own, given] = [port, 0].map((one) => listen({ hostname: "127.0.0.1", port: one, socket }));
  expect(own?.port).toBe(port);
  expect(given?.port).toBeGreaterThan(Math.max(port, 32_000));
  own?.stop(true);
  given?.stop(true);
});
