import { createHash } from "node:crypto";
import { domainToASCII } from "node:url";
import { t } from "../language/index.ts";
import { isEmailAddress, type Mailbox, plainName } from "./addresses.ts";

export interface MailAttachment {
  filename: string;
  content_type: string;
  content: Uint8Array;
}

export interface OutgoingMail {
  /** With angle brackets, made and stored before the first attempt. */
  message_id: string;
  /** When the mail was written, ISO-8601; now unless told. Give it, and every attempt sends the same bytes. */
  date?: string;
  in_reply_to?: string;
  references?: readonly string[];
  /** Who it says it is from; the sender of the settings unless told. */
  from?: Mailbox;
  to: readonly Mailbox[];
  cc?: readonly Mailbox[];
  reply_to?: string;
  subject: string;
  text: string;
  html?: string;
  attachments?: readonly MailAttachment[];
  /** Further headers, such as `Auto-Submitted`. */
  headers?: Readonly<Record<string, string>>;
}

export interface Mime {
  bytes: Uint8Array;
  /** Whom the server is told: ASCII addresses, each recipient once. */
  envelope: { from: string; to: string[] };
}

/** A mail that cannot be written at all: an address that is none. Trying again does not help. */
export class UnsendableMail extends Error {}

/**
 * A mail as the bytes that go over the line (RFC 5322, MIME). Everything that becomes a header is brought onto one line, so
 * no subject and no name can add one of its own.
 * @throws UnsendableMail when an address is not valid or there is no recipient
 */
export async function buildMime(sender: Mailbox, message: OutgoingMail): Promise<Mime> {
  if (!isMessageId(message.message_id)) throw new Error(`${message.message_id} is no Message-ID`);
  // Loaded with the first mail: a program that starts has none to send yet.
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const composed = new MailComposer({
    messageId: message.message_id,
    date: message.date === undefined ? new Date() : new Date(message.date),
    inReplyTo: message.in_reply_to !== undefined && isMessageId(message.in_reply_to) ? message.in_reply_to : undefined,
    references: message.references?.filter(isMessageId),
    from: mailbox(message.from ?? sender),
    to: message.to.map(mailbox),
    cc: message.cc?.map(mailbox),
    replyTo: message.reply_to === undefined ? undefined : mailbox({ address: message.reply_to, name: "" }),
    subject: plainName(message.subject),
    text: message.text,
    html: message.html,
    attachments: message.attachments?.map(attachment),
    headers: Object.entries(message.headers ?? {}).map(([key, value]) => ({
      key: headerName(key),
      value: plainName(value),
    })),
    // Boundaries that follow from the message: a second attempt sends the same bytes as the first.
    baseBoundary: createHash("sha256").update(message.message_id).digest("hex").slice(0, 16),
    newline: "win",
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const { to } = composed.getEnvelope();
  if (to.length === 0) throw new UnsendableMail(t("The mail has no recipient."));
  return { bytes: await composed.build(), envelope: { from: inAscii(mailbox(sender).address), to: [...new Set(to)] } };
}

function mailbox({ address, name }: Mailbox): Mailbox {
  if (!isEmailAddress(address))
    throw new UnsendableMail(t('"{address}" is not an e-mail address.', { address: plainName(address) }));
  return { address, name: plainName(name) };
}

/** An address for the line: an international domain in its ASCII form (RFC 5891). */
function inAscii(address: string): string {
  const at = address.lastIndexOf("@") + 1;
  return address.slice(0, at) + domainToASCII(address.slice(at));
}

function attachment({ filename, content_type, content }: MailAttachment): {
  filename: string;
  contentType: string;
  content: Buffer;
} {
  // Parts that are messages themselves may not be encoded (RFC 2046 5.2.1); as plain bytes they arrive unharmed.
  const isPlain = /^[\w.+-]+\/[\w.+-]+$/.test(content_type) && !/^(message|multipart)\//i.test(content_type);
  return {
    filename: plainName(filename) || "attachment",
    contentType: isPlain ? content_type : "application/octet-stream",
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  };
}

function headerName(name: string): string {
  if (!/^[A-Za-z0-9-]+$/.test(name)) throw new Error(`${name} is not a header's name`);
  return name;
}

function isMessageId(text: string): boolean {
  return /^<[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(text);
}
