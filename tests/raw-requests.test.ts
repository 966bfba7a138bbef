import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:net";
import type { RunningBinary } from "./support/binary.ts";
import { type Installation, newInstallation } from "./support/installation.ts";

/** What no HTTP client would send, straight to the socket of the compiled program. */

setDefaultTimeout(180_000);

let installation: Installation;
let server: RunningBinary;
let key: string;

beforeAll(async () => {
  installation = await newInstallation();
  key = await installation.firstKey({ name: "Dana", email: "dana@harbor.test", password: "seven lanterns over tide" });
  server = await installation.start();
});
afterAll(async () => {
  await server.stop();
  await installation.close();
});

const closed = 0;

/** The status of the first answer to these bytes, or `closed` when the connection ends without one. */
function statusOf(bytes: string | Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
      if (status === undefined) return;
      socket.destroy();
      resolve(Number(status));
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(closed));
    socket.write(bytes);
  });
}

const request = (line: string, headers: string[] = [], body = ""): string =>
  [`${line} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, ...headers, "", body].join("\r\n");
const post = (headers: string[], body = ""): string =>
  request("POST /api/v1/companies", [`Authorization: Bearer ${key}`, ...headers], body);

test("what is no HTTP is refused, and nothing of it is a defect", async () => {
  const sent: [string, string | Buffer, number[]][] = [
    ["bytes", "\x00\x01\x02\r\n\r\n", [400]],
    ["no version", "GET /\r\n\r\n", [400, 505]],
    ["no host", "GET /sign-in HTTP/1.1\r\n\r\n", [400]],
    ["a host that is none", "GET /sign-in HTTP/1.1\r\nHost: [::1\r\n\r\n", [400]],
    ["a host with markup", "GET /sign-in HTTP/1.1\r\nHost: a b<script>\r\n\r\n", [400]],
    [
      "a host of somebody else",
      "GET /sign-in HTTP/1.1\r\nHost: evil.example\r\n\r\n",
      MULTI_TENANT ? [404] : [200, 404],
    ],
    ["an unknown method", request("BREW /sign-in"), [closed, 400, 404, 405, 501]],
    ["a way out of the assets", request("GET /assets/..%2f..%2f..%2fetc%2fpasswd"), [404]],
    ["a NUL in a path", request("GET /assets/%00"), [404]],
    [
      "bytes that are no UTF-8 in a path",
      Buffer.from(request("GET /api/v1/companies/\xff\xfe"), "latin1"),
      [400, 401, 404],
    ],
    ["a long address", request(`GET /sign-in?${"x".repeat(200_000)}`), [400, 414, 431]],
    [
      "a length and chunks",
      post(["Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"),
      [400],
    ],
    ["chunks that are none", post(["Transfer-Encoding: chunked"], "ZZ\r\nxx\r\n"), [400]],
    ["a negative length", post(["Content-Length: -1"]), [400]],
    [
      "a length beyond all limits",
      post(["Content-Type: application/json", "Content-Length: 99999999999"], "{}"),
      [413],
    ],
    [
      "a compressed body that is none",
      post(["Content-Type: application/json", "Content-Encoding: gzip", "Content-Length: 4"], "{  }"),
      [400, 415],
    ],
  ];
  for (const [name, bytes, allowed] of sent) {
    const status = await statusOf(bytes);
    expect({ name, status, isAllowed: allowed.includes(status) }).toEqual({ name, status, isAllowed: true });
  }
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect(server.output()).not.toContain('"level":"error"');
});

test("a request that breaks off in the middle does nothing", async () => {
  const body = JSON.stringify({ data: { type: "companies", attributes: { name: "Half a company" } } });
  const socket = connect(server.port, "127.0.0.1");
  socket.write(post(["Content-Type: application/json", `Content-Length: ${body.length}`], body.slice(0, -2)));
  await Bun.sleep(200);
  socket.destroy();
  await Bun.sleep(200);
  const answer = await fetch(`${server.url}/api/v1/companies`, { headers: { authorization: `Bearer ${key}` } });
  expect(((await answer.json()) as { data: unknown[] }).data).toEqual([]);
  expect(server.output()).not.toContain('"level":"error"');
});

test("a file of the largest size comes in over the API as base64 as well; one that is larger is told so", async () => {
  const post = async (path: string, type: string, attributes: object) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/vnd.api+json" },
      body: JSON.stringify({ data: { type, attributes } }),
    });
    type Body = { data: { id: string }; errors: { status: string }[] };
    return { status: answer.status, body: (await answer.json()) as Body };
  };
  const company = (await post("/companies", "companies", { name: "Oak Dental" })).body.data.id;
  const send = (megabytes: number) => {
    const content = Buffer.alloc(megabytes * 1024 * 1024, 7).toString("base64");
    return post(`/companies/${company}/attachments`, "record_attachments", { file_name: "plan.bin", content });
  };
  expect((await send(50)).status).toBe(201);
  const larger = await send(51);
  expect([larger.status, larger.body.errors[0]?.status]).toEqual([422, "422"]);
  const largest = await send(53);
  expect([largest.status, largest.body.errors[0]?.status]).toEqual([413, "413"]);
});
