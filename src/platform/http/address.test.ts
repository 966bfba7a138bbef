import { describe, expect, test } from "bun:test";
import { clientAddress, originOf } from "./address.ts";

const proxies = ["127.0.0.0/8", "10.1.0.0/16", "fd00::/8", "192.0.2.7"];
const seen = (peer: string, forwarded: string | null, trusted = proxies): string =>
  clientAddress(new Headers(forwarded === null ? {} : { "x-forwarded-for": forwarded }), peer, trusted);

describe("the client's address", () => {
  test("is the one that connected, whatever it says of itself, unless it is a proxy we were told of", () => {
    expect(seen("203.0.113.9", "1.2.3.4")).toBe("203.0.113.9");
    expect(seen("127.0.0.1", "1.2.3.4", [])).toBe("127.0.0.1");
    expect(seen("192.0.2.8", "1.2.3.4")).toBe("192.0.2.8");
    expect(seen("2001:db8::1", "1.2.3.4")).toBe("2001:db8::1");
  });

  test("is what a trusted proxy says", () => {
    expect(seen("127.0.0.1", "1.2.3.4")).toBe("1.2.3.4");
    expect(seen("::ffff:127.0.0.1", "::ffff:1.2.3.4")).toBe("1.2.3.4");
    expect(seen("192.0.2.7", "2001:db8::5")).toBe("2001:db8::5");
    expect(seen("fd00::1", "1.2.3.4")).toBe("1.2.3.4");
  });

  test("is the last one that is not a proxy: what a client wrote in front of it does not count", () => {
    expect(seen("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.1.2.3")).toBe("1.2.3.4");
    expect(seen("127.0.0.1", "10.1.9.9, 1.2.3.4")).toBe("1.2.3.4");
  });

  test("comes with a port from some proxies, and what stands before an entry that nobody can read does not count", () => {
    expect(seen("127.0.0.1", "6.6.6.6, 203.0.113.5:51234")).toBe("203.0.113.5");
    expect(seen("127.0.0.1", "[2001:db8::5]:443, 10.1.2.3:80")).toBe("2001:db8::5");
    expect(seen("127.0.0.1", "6.6.6.6, unknown, 10.1.2.3")).toBe("10.1.2.3");
  });

  test("is the proxy's own when it says nothing that can be read", () => {
    expect(seen("127.0.0.1", null)).toBe("127.0.0.1");
    expect(seen("127.0.0.1", "unknown, , <script>")).toBe("127.0.0.1");
    expect(seen("127.0.0.1", "10.1.2.3")).toBe("10.1.2.3");
  });
});

describe("the origin that a request was sent to", () => {
  const sent = (headers: Record<string, string>, peer = "127.0.0.1"): string =>
    originOf(new Request("http://localhost/", { headers: { host: "desk.example.com", ...headers } }), peer, proxies);

  test("is what a browser names, as far as it is this host, and else what a trusted proxy says of the scheme", () => {
    expect(sent({ origin: "https://desk.example.com" })).toBe("https://desk.example.com");
    expect(sent({ origin: "https://elsewhere.example" })).toBe("http://desk.example.com");
    expect(sent({ origin: "null", "x-forwarded-proto": "https" })).toBe("https://desk.example.com");
    expect(sent({ "x-forwarded-proto": "https, http" })).toBe("https://desk.example.com");
    expect(sent({ "x-forwarded-proto": "gopher" })).toBe("http://desk.example.com");
    expect(sent({ "x-forwarded-proto": "https" }, "203.0.113.9")).toBe("http://desk.example.com");
  });
});
