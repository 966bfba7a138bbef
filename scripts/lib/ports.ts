import { listen } from "bun";

/** A loopback TCP port that nobody listens on at this moment. */
export function freePort(): number {
  const listener = listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
