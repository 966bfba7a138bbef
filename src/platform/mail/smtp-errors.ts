import type { NodemailerError } from "nodemailer/lib/errors.js";
import { t } from "../language/index.ts";
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
  /** The server could not be talked to, or not to the end: no other mail has to be tried just now. */
  is_server_away: boolean;
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
    return problem(
      t("The mail could not be sent: {message}", { message: error instanceof Error ? error.message : String(error) }),
      "",
      false,
    );
  }
  const { cause, server, isMessageComplete } = error;
  const answer = cause.response ?? "";
  if (cause.responseCode !== undefined) return refusal(cause, server, answer, cause.responseCode);
  if (/size larger than allowed/i.test(cause.message))
    return problem(t("The mail is larger than {server} takes.", { server }), answer, true);
  if (isMessageComplete) {
    const message = t("The connection to {server} was lost before it had confirmed the mail; it may have been sent.", {
      server,
    });
    return { ...problem(message, answer, false), is_uncertain: true, is_server_away: true };
  }
  return { ...problem(unanswered(cause, server), answer, false), is_server_away: true };
}

function refusal(cause: NodemailerError, server: string, answer: string, status: number): SmtpProblem {
  const isPermanent = status >= 500 && status !== 503;
  if (cause.code === "EAUTH" || [530, 534, 535, 538].includes(status)) {
    return {
      ...problem(t("{server} did not accept the user name and password.", { server }), answer, false),
      is_server_away: true,
    };
  }
  if (cause.command === "STARTTLS" || cause.code === "ETLS")
    return problem(t("{server} does not offer STARTTLS.", { server }), answer, false);
  if (cause.command === "MAIL FROM")
    return problem(t("{server} did not accept the sender address.", { server }), answer, isPermanent);
  if (cause.command === "RCPT TO") {
    const to = (cause.rejected ?? [cause.recipient ?? ""]).filter((address) => address !== "").join(", ");
    const whom = to === "" ? t("the recipient") : t("the recipient {to}", { to });
    return problem(
      `${server} ${isPermanent ? "refused" : t("does not take mail at present for")} ${whom}.`,
      answer,
      isPermanent,
    );
  }
  if (cause.command === "DATA") {
    return problem(
      `${server} ${isPermanent ? t("refused the mail") : t("could not take the mail at present")}.`,
      answer,
      isPermanent,
    );
  }
  return problem(t("{server} did not want to talk to us.", { server }), answer, false);
}

/** Certificate problems by OpenSSL's names, as Node and Bun report them. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|certificate/i;

function unanswered(cause: NodemailerError, server: string): string {
  const detail = `${cause.originalCode ?? ""} ${cause.message}`;
  if (cause.code === "EAUTH")
    return t("{server} offers no sign-in. Leave the user name empty, or use an encrypted connection.", { server });
  if (cause.code === "EPRIVATE")
    return t("{server} is inside a private network, where this installation sends no mail.", { server });
  if (cause.code === "EDNS" || /ENOTFOUND|EAI_AGAIN|ENODATA/.test(detail))
    return t("The name of {server} is not known. Check the server name.", { server });
  if (/ECONNREFUSED/.test(detail))
    return t("{server} refused the connection. Check the server name and the port.", { server });
  if (/EHOSTUNREACH|ENETUNREACH/.test(detail)) return t("{server} cannot be reached from here.", { server });
  if (cause.timeoutType === "GREETING_TIMEOUT" || /Greeting never received/i.test(detail)) {
    return t(
      "{server} accepted the connection and then said nothing. The port may expect TLS from the start (usually 465).",
      { server },
    );
  }
  if (cause.code === "ETIMEDOUT" || /ETIMEDOUT/.test(detail)) return t("{server} did not answer in time.", { server });
  if (certificate.test(detail))
    return t("The certificate of {server} is not valid: {message}", { server, message: cause.message });
  if (/wrong version number|packet length|ssl|tls/i.test(detail)) {
    return t(
      "No encrypted connection to {server} could be made. Check whether the port fits: 465 for TLS, 587 for STARTTLS.",
      { server },
    );
  }
  if (/closed unexpectedly|ECONNRESET|EPIPE|socket/i.test(detail))
    return t("{server} closed the connection.", { server });
  if (cause.code === "EPROTOCOL") return t("{server} does not speak SMTP on this port.", { server });
  return t("The mail could not be sent: {message}", { message: cause.message });
}

function problem(message: string, serverAnswer: string, isPermanent: boolean): SmtpProblem {
  return {
    message,
    server_answer: serverAnswer.trim(),
    is_permanent: isPermanent,
    is_uncertain: false,
    is_server_away: false,
  };
}
