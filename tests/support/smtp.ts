/** A real SMTP server on a loopback port that keeps what it receives. */
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";

import { waitFor } from "./waiting.ts";

/** A received mail: the envelope, the raw bytes as text, and the parsed message. */
export type ReceivedMail = { from: string; to: string[]; raw: string; message: Email };

/**
 * How the server treats the next mails, all of it off by default:
 * - `refuseRecipient`: answers RCPT TO of an address that it says yes to with 550
 * - `refuseMessage`: answers the end of DATA with this code and text
 * - `delayMs`: waits before it accepts a message
 * - `dropInData`: closes the connection when the first bytes of the message have come
 * - `dropAfterAccept`: keeps the message, but closes the connection in place of the 250
 */
export type SmtpTrouble = {
  refuseRecipient?: (address: string) => boolean;
  refuseMessage?: { code: number; text: string };
  delayMs?: number;
  dropInData?: boolean;
  dropAfterAccept?: boolean;
};

export type SmtpOptions = { login?: { user: string; password: string } };

export type TestSmtpServer = Awaited<ReturnType<typeof startSmtpServer>>;

/** Starts it without TLS; with `login` it asks for exactly that user and password. */
export async function startSmtpServer({ login }: SmtpOptions = {}) {
  const received: ReceivedMail[] = [];
  let trouble: SmtpTrouble = {};

  const server = new SMTPServer({
    authOptional: login === undefined,
    disabledCommands: login === undefined ? ["STARTTLS", "AUTH"] : ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    // A test that stops the server must not wait for a client that keeps its connection.
    closeTimeout: 200,
    onAuth(auth, _session, callback) {
      const isRight = auth.username === login?.user && auth.password === login?.password;
      if (isRight) callback(null, { user: auth.username });
      else callback(smtpError(535, "Authentication failed: wrong user or password"));
    },
    onRcptTo(address, _session, callback) {
      if (trouble.refuseRecipient?.(address.address)) callback(smtpError(550, `No such user here: ${address.address}`));
      else callback();
    },
    onData(stream, session, callback) {
      receive(stream, session).then(
        () => callback(),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  // A dropped connection is reported here as well; the client's side of it is what a test looks at.
  server.on("error", () => undefined);

  function dropConnection(session: SMTPServerSession): void {
    for (const connection of openConnections(server)) {
      if (connection.session.id === session.id) connection._socket.destroy();
    }
  }

  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const { refuseMessage, delayMs = 0, dropInData, dropAfterAccept } = trouble;
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      if (dropInData) {
        dropConnection(session);
        throw new Error("dropped in the middle of DATA");
      }
      chunks.push(Buffer.from(chunk));
    }
    if (delayMs > 0) await Bun.sleep(delayMs);
    if (refuseMessage) throw smtpError(refuseMessage.code, refuseMessage.text);
    const raw = Buffer.concat(chunks);
    const { mailFrom, rcptTo } = session.envelope;
    received.push({
      from: mailFrom === false ? "" : mailFrom.address,
      to: rcptTo.map((recipient) => recipient.address),
      raw: raw.toString("utf8"),
      message: await PostalMime.parse(raw),
    });
    if (dropAfterAccept) dropConnection(session);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("the SMTP server has no port");

  return {
    host: "127.0.0.1",
    port: address.port,
    /** All mails so far, in the order they came. */
    received,
    /** Makes trouble from now on; `{}` ends it. */
    behave(next: SmtpTrouble): void {
      trouble = next;
    },
    /** The first mail that fits, also one that is there already. */
    waitForMail(fits: (mail: ReceivedMail) => boolean, timeoutMs = 120_000): Promise<ReceivedMail> {
      return waitFor("a mail", () => received.find(fits), {
        timeoutMs,
        details: () => `received: ${received.map((mail) => `${mail.to.join()}: ${mail.message.subject}`).join("; ")}`,
      });
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

type OpenConnection = { session: { id: string }; _socket: { destroy: () => void } };

/** smtp-server has no public way to a session's socket, and its types leave `connections` out. */
function openConnections(server: SMTPServer): OpenConnection[] {
  const { connections } = server as unknown as { connections: Set<OpenConnection> };
  return [...connections];
}

function smtpError(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
