import { afterEach, expect, test } from "bun:test";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { NodemailerError } from "nodemailer/lib/errors.js";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { SmtpFailure } from "./smtp-errors.ts";
import { describeSmtpError, type OutgoingMail, sendMail, type SmtpSettings, testSmtp } from "./transport.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const password = "correct horse";

interface Received {
  from: string;
  to: string[];
  raw: string;
  isEncrypted: boolean;
}

/** A real SMTP server that knows one user and refuses whoever is called nobody. */
async function smtpServer(options: SMTPServerOptions = {}): Promise<{ settings: SmtpSettings; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    allowInsecureAuth: true,
    closeTimeout: 100,
    onAuth: (auth, _session, callback) =>
      auth.username === "harbor" && auth.password === password
        ? callback(null, { user: "harbor" })
        : callback(new Error("Invalid credentials")),
    onRcptTo: ({ address }, _session, callback) =>
      address.startsWith("nobody@")
        ? callback(Object.assign(new Error("No such user"), { responseCode: 550 }))
        : callback(),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
          isEncrypted: session.secure,
        });
        callback(null, "queued as 4711");
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return { settings: settingsFor(server.server), received };
}

/** A server that answers by a script: what it says to a command, or null to hang up. */
async function scriptedServer(
  answer: (line: string) => string | null,
  greeting = "220 hello\r\n",
): Promise<SmtpSettings> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.write(greeting);
    socket.on("data", (data) => {
      for (const line of data.toString().split("\r\n")) {
        if (line === "") continue;
        const text = answer(line);
        if (text === null) return void socket.destroy();
        if (text !== "") socket.write(`${text}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return settingsFor(server);
}

function settingsFor(server: Server): SmtpSettings {
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    security: "none",
    username: "",
    password: "",
    from_name: "Harbor IT",
    from_address: "desk@harbor.example",
    allow_invalid_certificate: false,
  };
}

const mail: OutgoingMail = {
  message_id: "<0193c2f4@harbor.example>",
  date: "2026-11-21T07:00:00.000Z",
  to: [{ address: "ada@client.example", name: "Ada" }],
  subject: "Łódź: printer",
  text: "Hello\n.\nWorld",
};

/** Sends, and tells what came of it and whether the hook was called. */
async function attempt(
  settings: SmtpSettings,
  message = mail,
): Promise<{ isStarted: boolean; response: string; problem: ReturnType<typeof describeSmtpError> | null }> {
  const seen = { isStarted: false };
  const onHandOver = async (): Promise<void> => {
    await Bun.sleep(5);
    seen.isStarted = true;
  };
  try {
    const { response } = await sendMail(settings, message, { onHandOver });
    return { ...seen, response, problem: null };
  } catch (error) {
    return { ...seen, response: "", problem: describeSmtpError(error) };
  }
}

test("a mail arrives, and the server's answer is told", async () => {
  const { settings, received } = await smtpServer();
  const copied = {
    ...mail,
    cc: [
      { address: "bob@client.example", name: "" },
      { address: "ada@client.example", name: "" },
    ],
  };
  const { response, isStarted } = await attempt({ ...settings, username: "harbor", password }, copied);
  expect(response).toContain("queued as 4711");
  expect(isStarted).toBe(true);
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ from: "desk@harbor.example", to: ["ada@client.example", "bob@client.example"] });
  expect(received[0]?.raw).toContain("Message-ID: <0193c2f4@harbor.example>\r\n");
  expect(received[0]?.raw).toContain("Hello\r\n.\r\nWorld");
});

test("the hook is awaited after the message and before the line that ends it", async () => {
  const lines: string[] = [];
  const settings = await scriptedServer((line) => {
    lines.push(line.split(":")[0] ?? "");
    if (line === "DATA") return "354 go on";
    return line === "." || !/^[A-Z]{4}( |$)/.test(line) ? (line === "." ? "250 taken" : "") : "250 fine";
  });
  await sendMail(settings, mail, {
    onHandOver: async () => {
      await Bun.sleep(30);
      lines.push("hook");
    },
  });
  expect(lines.slice(0, 5)).toEqual([expect.stringMatching(/^EHLO /), "MAIL FROM", "RCPT TO", "DATA", "From"]);
  expect(lines.indexOf("hook")).toBeGreaterThan(lines.indexOf("From"));
  expect(lines[lines.indexOf("hook") + 1]).toBe(".");
});

test("when the hook fails nothing is sent, and its error comes out", async () => {
  const { settings, received } = await smtpServer();
  const failing = sendMail(settings, mail, { onHandOver: () => Promise.reject(new Error("the database is gone")) });
  await expect(failing).rejects.toThrow("the database is gone");
  await Bun.sleep(50);
  expect(received).toEqual([]);
});

test("when the hook fails with an error that nobody can write to, as SQLite's are, that one comes out as well", async () => {
  const { settings, received } = await smtpServer();
  const full = Object.freeze(Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" }));
  const failing = sendMail(settings, mail, { onHandOver: () => Promise.reject(full) });
  expect(await failing.catch((error: unknown) => error)).toBe(full);
  expect(received).toHaveLength(0);
});

test("a wrong password is a matter of the settings, and names the server's answer", async () => {
  const { settings } = await smtpServer();
  const { problem, isStarted } = await attempt({ ...settings, username: "harbor", password: "wrong" });
  expect(isStarted).toBe(false);
  expect(problem).toMatchObject({
    message: expect.stringContaining("user name and password"),
    is_permanent: false,
    is_uncertain: false,
  });
  expect(problem?.server_answer).toStartWith("535");
});

test("a server without sign-in is said to be one", async () => {
  const { settings } = await smtpServer({ disabledCommands: ["AUTH"] });
  const { problem } = await attempt({ ...settings, username: "harbor", password });
  expect(problem?.message).toContain("offers no sign-in");
});

test("a refused recipient is permanent", async () => {
  const { settings, received } = await smtpServer();
  const { problem, isStarted } = await attempt(settings, {
    ...mail,
    to: [{ address: "nobody@client.example", name: "" }],
  });
  expect(isStarted).toBe(false);
  expect(problem).toMatchObject({
    message: expect.stringContaining("refused the recipient nobody@client.example"),
    is_permanent: true,
  });
  expect(problem?.server_answer).toStartWith("550");
  expect(received).toEqual([]);
});

test("when one of two recipients is refused the other gets the mail, and the result tells", async () => {
  const { settings, received } = await smtpServer();
  const cc = [{ address: "nobody@client.example", name: "" }];
  const { rejected } = await sendMail(settings, { ...mail, cc }, { onHandOver: async () => {} });
  expect(rejected).toEqual([{ address: "nobody@client.example", server_answer: expect.stringContaining("550") }]);
  expect(received[0]?.to).toEqual(["ada@client.example"]);
});

test("a mail that is larger than the server takes is permanent", async () => {
  const { settings } = await smtpServer({ size: 1000 });
  const { problem, isStarted } = await attempt(settings, { ...mail, text: "x ".repeat(2000) });
  expect(isStarted).toBe(false);
  expect(problem).toMatchObject({ message: expect.stringContaining("is larger than"), is_permanent: true });
});

test("an answer that asks for patience is not permanent", async () => {
  const settings = await scriptedServer((line) => (line.startsWith("RCPT") ? "451 greylisted" : "250 fine"));
  const { problem } = await attempt(settings);
  expect(problem).toMatchObject({ is_permanent: false, server_answer: "451 greylisted" });
});

test("a server that dies before the message leaves nothing uncertain", async () => {
  for (const command of ["EHLO", "MAIL", "RCPT", "DATA"]) {
    const settings = await scriptedServer((line) => (line.startsWith(command) ? null : "250 fine"));
    const { isStarted, problem } = await attempt(settings);
    expect([command, isStarted, problem?.is_uncertain, problem?.is_permanent]).toEqual([command, false, false, false]);
    expect(problem?.message).toContain("closed the connection");
  }
});

test("a server that dies after the message leaves it uncertain", async () => {
  const settings = await scriptedServer((line) => {
    if (line === "DATA") return "354 go on";
    if (line === ".") return null;
    return /^(EHLO|MAIL|RCPT)/.test(line) ? "250 fine" : "";
  });
  const { isStarted, problem } = await attempt(settings);
  expect(isStarted).toBe(true);
  expect(problem).toMatchObject({
    is_uncertain: true,
    is_permanent: false,
    message: expect.stringContaining("may have been sent"),
  });
});

test("a server that dies in the middle of a large message has not got it", async () => {
  const settings = await scriptedServer((line) => {
    if (line === "DATA") return "354 go on";
    return /^(EHLO|MAIL|RCPT)/.test(line) ? "250 fine" : null;
  });
  const content = new Uint8Array(20_000_000);
  const { isStarted, problem } = await attempt(settings, {
    ...mail,
    attachments: [{ filename: "big.bin", content_type: "application/zip", content }],
  });
  expect(isStarted).toBe(false);
  expect(problem?.is_uncertain).toBe(false);
});

test("a message that is refused as a whole is permanent and not uncertain", async () => {
  const { settings } = await smtpServer({
    onData: (stream, _session, callback) => {
      stream.on("end", () => callback(Object.assign(new Error("Looks like spam"), { responseCode: 554 })));
      stream.resume();
    },
  });
  const { problem } = await attempt(settings);
  expect(problem).toMatchObject({
    is_permanent: true,
    is_uncertain: false,
    server_answer: expect.stringContaining("554"),
  });
});

test("STARTTLS encrypts, and a certificate that nobody vouches for is refused unless it is allowed", async () => {
  const { settings, received } = await smtpServer();
  const demanding: SmtpSettings = { ...settings, security: "starttls", host: "localhost" };
  const { problem } = await attempt(demanding);
  expect(problem?.message).toContain("certificate");
  const { response } = await attempt({ ...demanding, allow_invalid_certificate: true, username: "harbor", password });
  expect(response).toContain("queued");
  expect(received.map((one) => one.isEncrypted)).toEqual([true]);
});

test("TLS from the start works too", async () => {
  const { settings, received } = await smtpServer({ secure: true });
  const { response } = await attempt({ ...settings, security: "tls", allow_invalid_certificate: true });
  expect(response).toContain("queued");
  expect(received.map((one) => one.isEncrypted)).toEqual([true]);
  expect((await attempt({ ...settings, security: "tls" })).problem?.message).toContain("certificate");
});

test("without STARTTLS on offer nothing is sent in the clear", async () => {
  const { settings, received } = await smtpServer({ disabledCommands: ["STARTTLS"] });
  const { problem } = await attempt({ ...settings, security: "starttls", username: "harbor", password });
  expect(problem?.message).toContain("does not offer STARTTLS");
  expect(received).toEqual([]);
});

test("a wrong port and another service are told apart", async () => {
  const { settings } = await smtpServer();
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
  const { port } = settingsFor(free);
  await new Promise((resolve) => free.close(resolve));
  expect((await attempt({ ...settings, port })).problem?.message).toContain("refused the connection");
  expect((await attempt({ ...settings, security: "tls" })).problem?.message).toContain("No encrypted connection");
  const web = await scriptedServer(() => "", "HTTP/1.1 400 Bad Request\r\n");
  expect((await attempt(web)).problem?.message).toContain("does not speak SMTP");
});

test("what the line reports without an answer becomes a sentence", () => {
  const sentences: [Partial<NodemailerError> & { message: string }, string][] = [
    [{ code: "EDNS", message: "queryA ENOTFOUND mail.invalid" }, "The name of mail.harbor.example:587 is not known"],
    [{ code: "ESOCKET", originalCode: "EHOSTUNREACH", message: "connect EHOSTUNREACH" }, "cannot be reached"],
    [{ code: "ETIMEDOUT", timeoutType: "CONNECT_TIMEOUT", message: "Connection timeout" }, "did not answer in time"],
    [
      { code: "ETIMEDOUT", timeoutType: "GREETING_TIMEOUT", message: "Greeting never received" },
      "expect TLS from the start",
    ],
    [{ code: "ESOCKET", originalCode: "ECONNRESET", message: "read ECONNRESET" }, "closed the connection"],
  ];
  for (const [cause, sentence] of sentences) {
    const failure = new SmtpFailure(Object.assign(new Error(cause.message), cause), "mail.harbor.example:587", false);
    expect(describeSmtpError(failure)).toMatchObject({
      message: expect.stringContaining(sentence),
      server_answer: "",
      is_permanent: false,
    });
  }
  expect(describeSmtpError(new Error("no such file")).message).toBe("The mail could not be sent: no such file");
});

test("the test mail shows the talk with the server, without the password", async () => {
  const { settings, received } = await smtpServer();
  const { is_sent, message, lines } = await testSmtp(
    { ...settings, username: "harbor", password },
    "ada@client.example",
  );
  expect([is_sent, message]).toEqual([true, "127.0.0.1 has taken the mail for ada@client.example."]);
  expect(lines[0]).toStartWith("< 220 ");
  expect(lines).toContain("> AUTH PLAIN …");
  expect(lines).toContain("> RCPT TO:<ada@client.example>");
  expect(lines.some((line) => /^< 250 .*4711/.test(line))).toBe(true);
  const secrets = [
    password,
    Buffer.from(password).toString("base64"),
    Buffer.from(`\0harbor\0${password}`).toString("base64"),
  ];
  expect(secrets.filter((secret) => lines.join("\n").includes(secret))).toEqual([]);
  expect(received[0]?.raw).toContain("Subject: Test mail from Purser");
});

test("the test mail tells what went wrong", async () => {
  const { settings } = await smtpServer();
  const refused = await testSmtp(settings, "nobody@client.example");
  expect(refused.is_sent).toBe(false);
  expect(refused.message).toContain("refused the recipient");
  expect(refused.lines.some((line) => line.startsWith("< 550"))).toBe(true);
  expect((await testSmtp(settings, "no address")).message).toBe('"no address" is not an e-mail address.');
});
