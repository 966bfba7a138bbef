import { isIP } from "node:net";
import { noBrand } from "../brand.ts";
import { Readable } from "node:stream";
import type { NodemailerError } from "nodemailer/lib/errors.js";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { mailBody } from "./compose.ts";
import { buildMime, type Mime, type OutgoingMail } from "./mime.ts";
import { newId } from "../ids.ts";
import { t } from "../language/index.ts";
import { checkedAddress, OutboundProblem } from "../outbound/outbound.ts";
import { describeSmtpError, SmtpFailure } from "./smtp-errors.ts";

export { describeSmtpError } from "./smtp-errors.ts";
export type { MailAttachment, OutgoingMail } from "./mime.ts";

export interface SmtpSettings {
  host: string;
  port: number;
  /** `starttls` and `tls` are demands: without encryption nothing is sent. `none` never encrypts. */
  security: "none" | "starttls" | "tls";
  /** Empty: no sign-in. */
  username: string;
  password: string;
  from_name: string;
  from_address: string;
  allow_invalid_certificate: boolean;
  /** Private networks that the server may be in; null or absent: it may be anywhere. */
  allowed_networks?: readonly string[] | null;
}

export interface Sent {
  /** The server's last answer, in which most name the mail by a number of their own. */
  response: string;
  /** Recipients that were refused while others were accepted, with the server's answers. */
  rejected: { address: string; server_answer: string }[];
}

const stepMilliseconds = 15_000;
/** Servers look through a message before they take it; giving up too early would leave open whether it was delivered. */
const verdictMilliseconds = 120_000;
/** Longest time for one mail; whoever sends from the queue keeps it reserved for as long (`mail/sender.ts`). */
const wholeMilliseconds = 240_000;
const chunkBytes = 64 * 1024;

/**
 * Sends one mail. `onHandOver` is awaited when sender and recipients are accepted and the server waits for the
 * message, before its first byte goes out: a crash before that call is safe to retry, one after it is uncertain.
 * @throws what `describeSmtpError` explains; if the hook throws, its error, and nothing is sent
 */
export async function sendMail(
  settings: SmtpSettings,
  message: OutgoingMail,
  hooks: { onHandOver(): Promise<void> },
): Promise<Sent> {
  const mime = await buildMime({ address: settings.from_address, name: settings.from_name }, message);
  return deliver(settings, mime, hooks.onHandOver, () => {});
}

export interface SmtpTest {
  is_sent: boolean;
  /** One sentence: what became of it. */
  message: string;
  /** The talk with the server, line by line: `>` ours, `<` the server's, passwords left out. */
  lines: string[];
}

/** Sends a small mail to an address and tells what the server said to every step. Never throws. */
export async function testSmtp(settings: SmtpSettings, to: string): Promise<SmtpTest> {
  const lines: string[] = [];
  const body = mailBody(
    {
      heading: t("It works"),
      paragraphs: [t("This is a test mail from Purser. Mail for your clients will reach them the same way.")],
      footer: t("Sent by way of {host}", { host: settings.host }),
    },
    noBrand,
  );
  const message: OutgoingMail = {
    message_id: `<${newId()}@${settings.from_address.split("@").at(-1) ?? "localhost"}>`,
    to: [{ address: to, name: "" }],
    subject: t("Test mail from Purser"),
    headers: { "Auto-Submitted": "auto-generated" },
    ...body,
  };
  try {
    const mime = await buildMime({ address: settings.from_address, name: settings.from_name }, message);
    await deliver(
      settings,
      mime,
      async () => {},
      (line) => lines.push(withoutSecrets(line, settings)),
    );
    return { is_sent: true, message: t("{host} has taken the mail for {to}.", { host: settings.host, to }), lines };
  } catch (error) {
    return { is_sent: false, message: describeSmtpError(error).message, lines };
  }
}

async function deliver(
  settings: SmtpSettings,
  mime: Mime,
  onHandOver: () => Promise<void>,
  onLine: (line: string) => void,
): Promise<Sent> {
  const { default: Connection } = await import("nodemailer/lib/smtp-connection");
  const connection = new Connection({ ...optionsOf(settings, onLine), ...(await placeOf(settings)) });
  const progress = { isComplete: false, hookError: null as unknown };
  const broken = Promise.withResolvers<never>();
  connection.on("error", broken.reject);
  const tooLong: NodemailerError = Object.assign(new Error("The whole took too long"), { code: "ETIMEDOUT" });
  const deadline = setTimeout(() => broken.reject(tooLong), wholeMilliseconds);
  const onStart = (): void => {
    if (connection._socket) connection._socket.setTimeout(verdictMilliseconds);
  };
  const source = messageStream(mime.bytes, progress, onStart, onHandOver);
  try {
    const sent = await Promise.race([broken.promise, talk(connection, settings, mime, source)]);
    return sent;
  } catch (error) {
    if (progress.hookError !== null) throw progress.hookError;
    throw new SmtpFailure(error as NodemailerError, `${settings.host}:${settings.port}`, progress.isComplete);
  } finally {
    clearTimeout(deadline);
    // A late error of a connection that is done with concerns nobody.
    connection.removeAllListeners("error");
    connection.on("error", () => {});
    connection.close();
  }
}

/** Where the connection goes: the server by its name, or the one address that was held against what may be called. */
async function placeOf({ host, port, allowed_networks: allowed }: SmtpSettings): Promise<ConnectionOptions> {
  if (allowed == null) return { host };
  try {
    const address = await checkedAddress(host, allowed);
    // Certificates are checked against the name.
    return { host: address, ...(isIP(host) === 0 ? { servername: host } : {}) };
  } catch (error) {
    const code = error instanceof OutboundProblem && error.code === "refused_address" ? "EPRIVATE" : "EDNS";
    const cause: NodemailerError = Object.assign(new Error(String(error)), { code });
    throw new SmtpFailure(cause, `${host}:${port}`, false);
  }
}

async function talk(
  connection: SMTPConnection,
  settings: SmtpSettings,
  { envelope, bytes }: Mime,
  source: Readable,
): Promise<Sent> {
  await answered((done) => connection.connect(done));
  if (settings.username !== "") {
    if (!connection.allowsAuth) throw Object.assign(new Error("The server offers no sign-in"), { code: "EAUTH" });
    await answered((done) => connection.login({ user: settings.username, pass: settings.password }, done));
  }
  return new Promise((resolve, reject) => {
    connection.send({ ...envelope, size: bytes.length }, source, (error, info) => {
      if (error !== null) return reject(error);
      const rejected = (info.rejectedErrors ?? []).map((one) => ({
        address: one.recipient ?? "",
        server_answer: one.response ?? "",
      }));
      // The polite end; the answer to it does not matter any more.
      connection.quit();
      resolve({ response: info.response, rejected });
    });
  });
}

function answered(step: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    step((error) => (error == null ? resolve() : reject(error)));
  });
}

/**
 * The message as a stream that is first read from when the server has said it waits for it. Its end, which makes the line
 * that ends the message, comes only after `onHandOver`: until then the server cannot have delivered anything.
 */
function messageStream(
  bytes: Uint8Array,
  progress: { isComplete: boolean; hookError: unknown },
  onStart: () => void,
  onHandOver: () => Promise<void>,
): Readable {
  let at = 0;
  const handOver = async (stream: Readable): Promise<void> => {
    try {
      await onHandOver();
      progress.isComplete = true;
      stream.push(null);
    } catch (error) {
      progress.hookError = error;
      // A copy: nodemailer writes into what it gets, and an error of SQLite's lets nobody do that.
      stream.destroy(new Error(error instanceof Error ? error.message : String(error)));
    }
  };
  return new Readable({
    highWaterMark: chunkBytes,
    read(): void {
      if (at === 0) onStart();
      if (at < bytes.length) {
        this.push(bytes.subarray(at, (at += chunkBytes)));
        return;
      }
      void handOver(this);
    },
  });
}

type ConnectionOptions = NonNullable<ConstructorParameters<typeof SMTPConnection>[0]>;

function optionsOf(settings: SmtpSettings, onLine: (line: string) => void): ConnectionOptions {
  const ignored = (): void => {};
  return {
    host: settings.host,
    port: settings.port,
    secure: settings.security === "tls",
    requireTLS: settings.security === "starttls",
    ignoreTLS: settings.security === "none",
    tls: { minVersion: "TLSv1.2", rejectUnauthorized: !settings.allow_invalid_certificate },
    connectionTimeout: stepMilliseconds,
    greetingTimeout: stepMilliseconds,
    dnsTimeout: stepMilliseconds,
    socketTimeout: stepMilliseconds,
    socketCloseTimeout: 1000,
    transactionLog: true,
    logger: {
      trace: ignored,
      info: ignored,
      warn: ignored,
      error: ignored,
      fatal: ignored,
      debug: (entry: { tnx?: string }, text: string) => {
        if (entry.tnx !== "client" && entry.tnx !== "server") return;
        for (const line of text.trimEnd().split(/\r?\n/)) onLine(`${entry.tnx === "client" ? ">" : "<"} ${line}`);
      },
    },
  };
}

/** Sign-in goes over the line in base64, which hides nothing. */
function withoutSecrets(line: string, { password, username }: SmtpSettings): string {
  const method = /^> (AUTH \S+)/.exec(line)?.[1];
  if (method !== undefined) return `> ${method} …`;
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const secrets = password === "" ? [] : [base64(`\0${username}\0${password}`), base64(password), password];
  return secrets.reduce((text, secret) => text.replaceAll(secret, "…"), line);
}
