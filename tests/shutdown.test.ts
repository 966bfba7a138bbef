import { expect, test } from "bun:test";
import { api, cleanUpAfterwards, company, installation, person, started } from "./support/started.ts";
import { connect } from "node:net";
import type { Installation } from "./support/installation.ts";
import { signedIn } from "./support/visitor.ts";
import { waitFor } from "./support/waiting.ts";

cleanUpAfterwards();

interface Load {
  acknowledged: string[];
  /** Answered with 503: the server has said that it is on its way out. */
  refused: string[];
  /** Neither answered nor taken in: the connection could not be made any more, or was closed before. */
  unanswered: string[];
  unexpected: number[];
}

/** Twenty clients make companies one after the other until the server takes no more; writes down what became of each. */
async function post(one: Installation, key: string, load: Load): Promise<void> {
  const client = async (number: number): Promise<void> => {
    for (let index = 0; ; index += 1) {
      const name = `Client ${number}-${index}`;
      const response = await api(one, key, "/companies", company(name)).catch(() => null);
      if (response === null) return void load.unanswered.push(name);
      // The whole answer counts: a status line without its body is a broken answer.
      const isWhole = await response
        .text()
        .then((text) => text !== "")
        .catch(() => false);
      if (response.status === 201 && isWhole) load.acknowledged.push(name);
      else if (response.status === 503) return void load.refused.push(name);
      else return void load.unexpected.push(response.status);
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, number) => client(number)));
}

async function storedNames(one: Installation, key: string): Promise<string[]> {
  const names: string[] = [];
  let next: string | null = "/companies?page[size]=100&sort=name";
  while (next !== null) {
    const page = (await (await api(one, key, next)).json()) as {
      data: { attributes: { name: string } }[];
      links: { next?: string | null };
    };
    names.push(...page.data.map(({ attributes }) => attributes.name));
    next = page.links.next?.replace(/^.*\/api\/v1/, "") ?? null;
  }
  return names;
}

test("SIGTERM under load: what was acknowledged is there, and nothing was done without an answer", async () => {
  const one = await installation();
  const key = await one.firstKey(person);
  const server = await started(one);
  const load: Load = { acknowledged: [], refused: [], unanswered: [], unexpected: [] };
  const loading = post(one, key, load);
  await waitFor("every client to be at work", () => load.acknowledged.length >= 60 || undefined);
  expect(await server.stop()).toBe(0);
  await loading;
  expect(load.unexpected).toEqual([]);
  await started(one);
  expect((await storedNames(one, key)).toSorted()).toEqual(load.acknowledged.toSorted());
});

test("a request that is still arriving when SIGTERM does is answered", async () => {
  const one = await installation();
  const key = await one.firstKey(person);
  const server = await started(one);
  const body = String(company("Slow Harbor").body);
  let answer = "";
  const socket = connect(server.port, "127.0.0.1");
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("data", (chunk) => (answer += chunk.toString()));
  socket.on("error", () => undefined);
  socket.write(
    `POST /api/v1/companies HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${key}\r\n` +
      `Content-Type: application/vnd.api+json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
  );
  await Bun.sleep(300);
  const stopping = server.stop();
  await Bun.sleep(500);
  socket.write(body.slice(10));
  expect(await stopping).toBe(0);
  await closed;
  await started(one);
  const isAcknowledged = answer.startsWith("HTTP/1.1 201");
  expect(answer).toMatch(/^HTTP\/1\.1 (201|503)/);
  expect(await storedNames(one, key)).toEqual(isAcknowledged ? ["Slow Harbor"] : []);
});

test("a page that is looked at live keeps the server from nothing: its stream ends, and the server with it", async () => {
  const one = await installation();
  await one.firstKey(person);
  const server = await started(one);
  const browser = await signedIn(one.url, person);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const stream = await fetch(`${one.url}/live?topics=tickets`, { headers: { cookie, accept: "text/event-stream" } });
  expect([stream.status, stream.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  // The text is whole when the server has ended the stream, and not before.
  const [code] = await Promise.all([server.stop(), stream.text()]);
  expect(code).toBe(0);
  expect(server.output()).not.toContain("failed");
});
