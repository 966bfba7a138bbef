import type { NodemailerError } from "nodemailer/lib/errors.js";
import { UnsendableMail } from "./mime.ts";

export interface SmtpProblem {
  /** What went wrong and what to look at, as a sentence for people. */
  message: string;
  /** What the server itself said; empty when it said nothing. */
  server_answer: string;
  /** The server refused this very mail; trying again does not help. What the settings can mend is not permanent. */
  is_permanent: boolean;
  /** The whole message had gone out and no answer came: it may have been delivered, so a second attempt may send it twice. */
  is_uncertain: boolean;
}

/** What `sendMail` throws: what the line said, and how far the message had come. */
export class SmtpFailure extends Error {
  constructor(
    override readonly cause: NodemailerError,
    /** Name of the server that was talked to, with its port. */
    readonly server: string,
    readonly isMessageComplete: boolean,
  ) {
    super(cause.message);
    this.name = "SmtpFailure";
  }
}

/** Says in words what went wrong with a mail. Takes anything that `sendMail` throws, and knows what to say of the rest. */
export function describeSmtpError(error: unknown): SmtpProblem {
  if (error instanceof UnsendableMail) return problem(error.message, "", true);
  if (!(error instanceof SmtpFailure)) {
    return problem(`The mail could not be sent: ${error instanceof Error ? error.message : String(error)}`, "", false);
  }
  const { cause, server, isMessageComplete } = error;
  const answer = cause.response ?? "";
  if (cause.responseCode !== undefined) return refusal(cause, server, answer, cause.responseCode);
  if (/size larger than allowed/i.test(cause.message))
    return problem(`The mail is larger than ${server} takes.`, answer, true);
  if (isMessageComplete) {
    const message = `The connection to ${server} was lost before it had confirmed the mail; it may have been sent.`;
    return { ...problem(message, answer, false), is_uncertain: true };
  }
  return problem(unanswered(cause, server), answer, false);
}

function refusal(cause: NodemailerError, server: string, answer: string, status: number): SmtpProblem {
  const isPermanent = status >= 500 && status !== 503;
  if (cause.code === "EAUTH" || [530, 534, 535, 538].includes(status)) {
    return problem(`${server} did not accept the user name and password.`, answer, false);
  }
  if (cause.command === "STARTTLS" || cause.code === "ETLS")
    return problem(`${server} does not offer STARTTLS.`, answer, false);
  if (cause.command === "MAIL FROM")
    return problem(`${server} did not accept the sender address.`, answer, isPermanent);
  if (cause.command === "RCPT TO") {
    const to = (cause.rejected ?? [cause.recipient ?? ""]).filter((address) => address !== "").join(", ");
    const whom = to === "" ? "the recipient" : `the recipient ${to}`;
    return problem(
      `${server} ${isPermanent ? "refused" : "does not take mail at present for"} ${whom}.`,
      answer,
      isPermanent,
    );
  }
  if (cause.command === "DATA") {
    return problem(
      `${server} ${isPermanent ? "refused the mail" : "could not take the mail at present"}.`,
      answer,
      isPermanent,
    );
  }
  return problem(`${server} did not want to talk to us.`, answer, false);
}

/** Certificate problems by OpenSSL's names, as Node and Bun report them. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|certificate/i;

function unanswered(cause: NodemailerError, server: string): string {
  const detail = `${cause.originalCode ?? ""} ${cause.message}`;
  if (cause.code === "EAUTH")
    return `${server} offers no sign-in. Leave the user name empty, or use an encrypted connection.`;
  if (cause.code === "EDNS" || /ENOTFOUND|EAI_AGAIN|ENODATA/.test(detail))
    return `The name of ${server} is not known. Check the server name.`;
  if (/ECONNREFUSED/.test(detail)) return `${server} refused the connection. Check the server name and the port.`;
  if (/EHOSTUNREACH|ENETUNREACH/.test(detail)) return `${server} cannot be reached from here.`;
  if (cause.timeoutType === "GREETING_TIMEOUT" || /Greeting never received/i.test(detail)) {
    return `${server} accepted the connection and then said nothing. The port may expect TLS from the start (usually 465).`;
  }
  if (cause.code === "ETIMEDOUT" || /ETIMEDOUT/.test(detail)) return `${server} did not answer in time.`;
  if (certificate.test(detail)) return `The certificate of ${server} is not valid: ${cause.message}`;
  if (/wrong version number|packet length|ssl|tls/i.test(detail)) {
    return `No encrypted connection to ${server} could be made. Check whether the port fits: 465 for TLS, 587 for STARTTLS.`;
  }
  if (/closed unexpectedly|ECONNRESET|EPIPE|socket/i.test(detail)) return `${server} closed the connection.`;
  if (cause.code === "EPROTOCOL") return `${server} does not speak SMTP on this port.`;
  return `The mail could not be sent: ${cause.message}`;
}

function problem(message: string, serverAnswer: string, isPermanent: boolean): SmtpProblem {
  return { message, server_answer: serverAnswer.trim(), is_permanent: isPermanent, is_uncertain: false };
}
