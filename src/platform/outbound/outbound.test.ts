import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { outbound, type OutboundProblem, urlProblem } from "./outbound.ts";
import { isSpecialAddress } from "./special-addresses.ts";

const loopback = ["127.0.0.0/8"];
let web: ReturnType<typeof Bun.serve>;
let odd: Server;
let oddPort: number;
/** What the odd server does with a connection. */
let behave: (socket: Socket) => void = () => {};

beforeAll(async () => {
  web = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/redirect") return Response.redirect("http://127.0.0.1:1/secret", 302);
      if (pathname === "/huge") return new Response(new Uint8Array(5_000_000).fill(65));
      return new Response(`${request.method} ${pathname} ${await request.text()}`, { headers: { "x-seen": "yes" } });
    },
  });
  odd = createServer((socket) => {
    socket.on("error", () => {});
    behave(socket);
  });
  await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
  oddPort = (odd.address() as { port: number }).port;
});
afterAll(async () => {
  await web.stop(true);
  odd.close();
});

const at = (path: string): string => `http://127.0.0.1:${web.port}${path}`;
const problemOf = (url: string, allowed: string[] = [], timeoutMilliseconds = 3000): Promise<string> =>
  outbound({ url, method: "GET", timeoutMilliseconds }, allowed).then(
    ({ status }) => `answered ${status}`,
    (error: OutboundProblem) => error.code,
  );

describe("a call to the outside", () => {
  test("brings method, body, status, headers and answer", async () => {
    const answer = await outbound({ url: at("/x?y=1"), method: "POST", body: "böse" }, loopback);
    expect(answer.status).toBe(200);
    expect(answer.headers["x-seen"]).toBe("yes");
    expect(new TextDecoder().decode(answer.body)).toBe("POST /x böse");
    expect(answer.isCut).toBe(false);
  });

  test("does not follow a redirect", async () => {
    expect((await outbound({ url: at("/redirect"), method: "GET" }, loopback)).status).toBe(302);
  });

  test("reads no more of a huge answer than asked", async () => {
    const answer = await outbound({ url: at("/huge"), method: "GET", mostBytes: 1000 }, loopback);
    expect([answer.body.byteLength, answer.isCut]).toEqual([1000, true]);
  });

  test("ends when the other side says nothing, or says it too slowly", async () => {
    behave = () => {};
    expect(await problemOf(`http://127.0.0.1:${oddPort}/`, loopback, 100)).toBe("timeout");
    behave = (socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
      const drip = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(drip));
    };
    expect(await problemOf(`http://127.0.0.1:${oddPort}/`, loopback, 200)).toBe("timeout");
  });

  test("says so when the other side closes, refuses, or talks nonsense", async () => {
    behave = (socket) => socket.destroy();
    expect(await problemOf(`http://127.0.0.1:${oddPort}/`, loopback)).toBe("no_answer");
    behave = (socket) => socket.end("220 mail.example ESMTP\r\n");
    expect(await problemOf(`http://127.0.0.1:${oddPort}/`, loopback)).toBe("no_answer");
    expect(await problemOf("http://127.0.0.1:1025/", loopback)).toBe("no_answer");
  });
});

describe("an address inside", () => {
  test("is not called, however it is written, unless its network is allowed", async () => {
    const port = String(web.port);
    for (const host of [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f.1",
      "0177.0.0.1",
      "localhost",
      "a.localhost",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "[::]",
      "0.0.0.0",
      "10.0.0.5",
      "172.16.3.4",
      "192.168.1.1",
      "169.254.169.254",
      "100.100.100.200",
      "[fd00:ec2::254]",
      "[fe80::1]",
      "[64:ff9b::a9fe:a9fe]",
    ])
      expect([host, await problemOf(`http://${host}:${port}/`)]).toEqual([host, "refused_address"]);
    expect(await problemOf(at("/"), ["10.0.0.0/8"])).toBe("refused_address");
    expect(await problemOf(at("/"), loopback)).toBe("answered 200");
  });

  test("is refused also behind a name, by what the name resolves to when it is called", async () => {
    // `localhost.` is answered by every resolver; the check of the text alone is switched off by allowing another network.
    expect(await problemOf(`http://ip6-localhost:${web.port}/`)).toMatch(/refused_address|unknown_host/);
    expect(urlProblem("http://intranet.example/", [])).toBeNull();
  });

  test("behind a name is refused when one of several addresses is such, and whatever the name says a moment later", async () => {
    const asked: string[] = [];
    const call = (...addresses: string[]): Promise<string> =>
      outbound(
        {
          url: `http://rebinding.example:${web.port}/`,
          method: "GET",
          timeoutMilliseconds: 3000,
          resolve: async (host) => {
            asked.push(host);
            return (asked.length === 1 ? addresses : ["10.0.0.1"]).map((address) => ({ address }));
          },
        },
        loopback,
      ).then(
        ({ status }) => `answered ${status}`,
        (error: OutboundProblem) => error.code,
      );
    for (const inside of ["10.1.2.3", "169.254.169.254", "::ffff:192.168.0.1", "fd00::1", "0.0.0.0"]) {
      asked.length = 0;
      expect([inside, await call("93.184.216.34", inside)]).toEqual([inside, "refused_address"]);
    }
    // Asked once, and connected to what was answered: no other resolver knows this name.
    asked.length = 0;
    expect([await call("127.0.0.1"), asked]).toEqual(["answered 200", ["rebinding.example"]]);
  });

  test("is told from a public one", () => {
    const special = [
      "10.1.2.3",
      "192.0.2.1",
      "224.0.0.1",
      "255.255.255.255",
      "2001:db8::1",
      "ff02::1",
      "fc00::1",
      "no",
    ];
    expect(special.filter((address) => !isSpecialAddress(address))).toEqual([]);
    const open = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "172.32.0.1", "100.128.0.1"];
    expect(open.filter(isSpecialAddress)).toEqual([]);
  });
});

describe("an address that nobody should type", () => {
  test("is refused with a sentence", () => {
    expect(urlProblem("ftp://example.com", [])).toContain("begins with https://");
    expect(urlProblem("https://user:secret@example.com", [])).toContain("user name");
    expect(urlProblem("https://example.com:25", [])).toContain("port");
    expect(urlProblem("https://example.com:8443/hook", [])).toBeNull();
  });
});
