import { afterAll, beforeAll, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import type { RunningBinary } from "./support/binary.ts";
import { startSmtpServer, type TestSmtpServer } from "./support/smtp.ts";
import { ask, documentOf, setStage, type Stage } from "./support/crash/stage.ts";
import { waitFor } from "./support/waiting.ts";

/** The mail server is dead, or says nothing, or says it a byte a second; Purser goes on, says so, and catches up by itself. */

type Mail = {
  id: string;
  attributes: { mail_status: string; attempts: number; last_error: string; message_id: string };
};

let stage: Stage;
let server: RunningBinary;
let real: TestSmtpServer | null = null;
/** Where no server ever is: a port that was free a moment ago is one that another program may be given. */
const port = 1;

beforeAll(async () => {
  stage = await setStage({ companies: 1 });
  server = await stage.one.start();
  await connectTo(port);
}, 240_000);
afterAll(async () => {
  await server?.kill9().catch(() => undefined);
  await real?.stop();
  await stage.close();
});

async function connectTo(at: number): Promise<void> {
  const settings = {
    host: "127.0.0.1",
    port: at,
    security: "none",
    from_name: "Harbor IT",
    from_address: "desk@harbor.example",
  };
  const answer = await ask(stage.one.url, stage.key, "PUT", "/mail-settings", documentOf("mail_settings", settings));
  expect(answer.status).toBe(200);
}

async function open(title: string): Promise<void> {
  const [company] = stage.companies;
  const ticket = { title, company_id: company?.id, contact_id: company?.contactId };
  const answer = await ask(stage.one.url, stage.key, "POST", "/tickets", documentOf("tickets", ticket));
  expect(answer.status).toBe(201);
}

async function mails(): Promise<Mail[]> {
  const answer = await ask(stage.one.url, stage.key, "GET", "/mails?page[size]=100");
  return ((await answer.json()) as { data: Mail[] }).data;
}

const attemptsOf = (all: Mail[]): number => all.reduce((sum, mail) => sum + mail.attributes.attempts, 0);

test("a dead server keeps nobody from working, costs the mails that wait nothing, and is told in a sentence", async () => {
  for (const title of ["One", "Two", "Three"]) await open(title);
  const tried = await waitFor("a first attempt", async () => {
    const all = await mails();
    return all.length === 3 && attemptsOf(all) > 0 ? all : undefined;
  });
  expect(tried.map((mail) => mail.attributes.mail_status)).toEqual(["queued", "queued", "queued"]);
  expect(attemptsOf(tried)).toBe(1);
  expect(tried.map((mail) => mail.attributes.last_error).find((text) => text !== "")).toBe(
    `127.0.0.1:${port} refused the connection. Check the server name and the port.`,
  );
});

/** A byte each second of what a server begins with. */
function crawl(socket: Socket): void {
  const words = [..."220 mail.example at your service, in its own time\r\n"];
  const timer = setInterval(() => socket.write(words.shift() ?? ""), 1000);
  socket.on("close", () => clearInterval(timer));
}

test.each([
  ["says nothing", (): void => undefined],
  ["says a byte a second", crawl],
])("a server that %s keeps neither requests nor the end of the program waiting", async (how, speak) => {
  const slow = await listen(speak);
  await connectTo(slow.port);
  await slow.connected;
  await open(`The server ${how}`);
  expect(await server.stop()).toBe(0);
  await slow.close();
  server = await stage.one.start();
});

test("when the server is there again all goes out, each mail once", async () => {
  real = await startSmtpServer();
  await connectTo(real.port);
  await waitFor(
    "all mails",
    async () => {
      const all = await mails();
      return (all.length === 5 && all.every((mail) => mail.attributes.mail_status === "sent")) || undefined;
    },
    { timeoutMs: 60_000 },
  );
  expect(real.received.map((mail) => mail.message.messageId).toSorted()).toEqual(
    (await mails()).map((mail) => mail.attributes.message_id).toSorted(),
  );
});

/** A server that speaks no SMTP by itself. */
async function listen(
  speak: (socket: Socket) => void,
): Promise<{ port: number; connected: Promise<void>; close(): Promise<void> }> {
  const first = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const made: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    speak(socket);
    first.resolve();
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  const address = made.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  return {
    port: address.port,
    connected: first.promise,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => made.close(() => resolve()));
    },
  };
}
