import { plus } from "../clock.ts";
import type { App, Tenant } from "../context.ts";
import { isOutage } from "../database/failures.ts";
import { newId } from "../ids.ts";
import { isResting } from "../jobs/due-work.ts";
import { changedBeside } from "../live/topics.ts";
import { log } from "../log.ts";
// States the tables that are read here: tenancy and decoding go by what is stated.
import "./queue.ts";
import { SmtpFailure } from "./smtp-errors.ts";
import { describeSmtpError, sendMail, type Sent, type SmtpSettings } from "./transport.ts";

/** Seconds to wait after each failed attempt: nine hours in all. A mail that fails after the last one is given up and shown. */
const waits = [30, 120, 600, 1800, ...Array.from({ length: 8 }, () => 3600)];
/** Seconds until a server that could not be talked to is tried again, by the times that this went wrong in a row. */
const rests = [10, 30, 60, 120, 300];
/** Seconds until a mail is tried again that our own database or disk was away for. */
const outageSeconds = 10;
/** A mail is held this long at a time; while it is being sent the hold is renewed. */
const leaseMilliseconds = 20_000;
const renewMilliseconds = 5_000;

interface Rest {
  /** How often in a row the server could not be talked to. */
  failures: number;
  until: string;
  /** Where it is and as whom: other settings are tried at once. */
  server: string;
}

/** Organizations whose server could not be talked to: the mails behind the one that found out wait, and use up no attempt. */
const resting = new WeakMap<App, Map<string, Rest>>();

/** Sends what is due of one tenant, one mail after the other. Returns how many were tried. */
export async function sendDueMails(app: App, tenant: Tenant, isStopping: () => boolean = () => false): Promise<number> {
  const settings = await mailSettingsOf(app, tenant.id);
  if (settings === null) return 0;
  await recoverInterrupted(app, tenant.id);
  const rests = restsOf(app);
  let tried = 0;
  while (!isStopping()) {
    if (isAtRest(rests.get(tenant.id), settings, app.clock.now())) return tried;
    const claimed = await claim(app, tenant.id);
    if (claimed === null) return tried;
    tried += 1;
    const isServerWell = await sendOne(app, tenant.id, claimed, settings);
    if (!isServerWell) rests.set(tenant.id, restAfter(rests.get(tenant.id), settings, app.clock.now()));
    else if (rests.delete(tenant.id)) await bringForward(app, tenant.id);
  }
  return tried;
}

function restsOf(app: App): Map<string, Rest> {
  const known = resting.get(app) ?? new Map<string, Rest>();
  resting.set(app, known);
  return known;
}

const serverOf = ({ host, port, security, username, password }: SmtpSettings): string =>
  [host, port, security, username, password].join(" ");

function isAtRest(rest: Rest | undefined, settings: SmtpSettings, now: string): boolean {
  return rest !== undefined && rest.until > now && rest.server === serverOf(settings);
}

function restAfter(rest: Rest | undefined, settings: SmtpSettings, now: string): Rest {
  const failures = (rest?.failures ?? 0) + 1;
  const seconds = rests[Math.min(failures, rests.length) - 1] ?? 0;
  return { failures, until: plus(now, seconds * 1000), server: serverOf(settings) };
}

/** The server is there again: what had failed only because it was not is due now. It has said nothing of those mails. */
async function bringForward(app: App, tenantId: string): Promise<void> {
  const now = app.clock.now();
  await app.database.write(tenantId, (db) =>
    db
      .updateTable("mails")
      .set({ next_attempt_at: now })
      .where("mail_status", "=", "queued")
      .where("next_attempt_at", ">", now)
      .where("attempts", ">", 0)
      .where("server_answer", "=", "")
      .execute(),
  );
}

/** The organization's SMTP settings with the password opened, or null while there are none. */
export async function mailSettingsOf(app: App, tenantId: string): Promise<SmtpSettings | null> {
  const row = await app.database.read(tenantId, (db) => db.selectFrom("mail_settings").selectAll().executeTakeFirst());
  if (row === undefined) return null;
  return {
    host: row.host,
    port: row.port,
    security: row.security,
    username: row.username ?? "",
    password: row.password_sealed === null ? "" : app.keyring.open("mail-settings", tenantId, row.password_sealed),
    from_name: row.from_name,
    from_address: row.from_address,
    allow_invalid_certificate: !row.is_certificate_checked,
    allowed_networks: app.options.serverNetworks ?? null,
  };
}

/** For a program that has its data for itself: whatever is marked as being sent was interrupted, so nothing is held any more. */
export async function releaseMails(app: App, tenantId: string): Promise<void> {
  await app.database.write(tenantId, (db) =>
    db
      .updateTable("mails")
      .set({ lease_until: plus(app.clock.now(), -1) })
      .where("mail_status", "=", "sending")
      .execute(),
  );
}

/**
 * After a crash: a mail that the server cannot have had as a whole is tried again; one that it may have had may have been
 * sent, so a person decides.
 */
async function recoverInterrupted(app: App, tenantId: string): Promise<void> {
  const now = app.clock.now();
  const isInterrupted = await app.database.read(tenantId, (db) =>
    db
      .selectFrom("mails")
      .select("id")
      .where("mail_status", "=", "sending")
      .where("lease_until", "<", now)
      .limit(1)
      .executeTakeFirst(),
  );
  if (isInterrupted === undefined) return;
  await app.database.write(tenantId, async (db) => {
    const interrupted = db.updateTable("mails").where("mail_status", "=", "sending").where("lease_until", "<", now);
    await interrupted
      .where("handed_over_at", "is", null)
      .set({ mail_status: "queued", next_attempt_at: now, lease_until: null, updated_at: now })
      .execute();
    await interrupted
      .where("handed_over_at", "is not", null)
      .set({
        mail_status: "uncertain",
        lease_until: null,
        last_error: "Purser was interrupted just when the server had this mail; it may have been sent.",
        updated_at: now,
      })
      .execute();
  });
}

interface Claim {
  id: string;
  /** What tells our claim from a later one. */
  token: string;
}

async function claim(app: App, tenantId: string): Promise<Claim | null> {
  const now = app.clock.now();
  const due = await app.database.read(tenantId, (db) =>
    db
      .selectFrom("mails")
      .select("id")
      .where("mail_status", "=", "queued")
      .where("next_attempt_at", "<=", now)
      .orderBy("next_attempt_at")
      .orderBy("id")
      .limit(1)
      .executeTakeFirst(),
  );
  if (due === undefined) return null;
  const token = newId();
  const claimed = await app.database.write(tenantId, async (db) => {
    if (await isResting(app, db, tenantId)) return null;
    return db
      .updateTable("mails")
      .set({
        mail_status: "sending",
        claim_token: token,
        lease_until: plus(now, leaseMilliseconds),
        handed_over_at: null,
        updated_at: now,
      })
      .where("id", "=", due.id)
      .where("mail_status", "=", "queued")
      .executeTakeFirst();
  });
  // Another node was quicker: leave the rest to it.
  return claimed === null || claimed.numUpdatedRows === 0n ? null : { id: due.id, token };
}

/** How a mail program offers to end mails of this kind (RFC 2369); by one click where the address is secure (RFC 8058). */
function headersOf(unsubscribe: string | null): Record<string, string> {
  return {
    "Auto-Submitted": "auto-generated",
    ...(unsubscribe === null ? {} : { "List-Unsubscribe": `<${unsubscribe}>` }),
    ...(unsubscribe?.startsWith("https://") === true ? { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" } : {}),
  };
}

/** Sends a claimed mail and writes down what became of it. Returns whether the server could be talked to. */
async function sendOne(app: App, tenantId: string, { id, token }: Claim, settings: SmtpSettings): Promise<boolean> {
  const { mail, attached } = await app.database.read(tenantId, async (db) => ({
    mail: await db.selectFrom("mails").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
    attached: await db
      .selectFrom("mail_attachments")
      .innerJoin("files", "files.id", "mail_attachments.file_id")
      .select(["files.sha256", "files.file_name", "files.mime_type"])
      .where("mail_attachments.mail_id", "=", id)
      .execute(),
  }));
  // Only while the claim is still ours: a process that stood still for minutes must not speak for the one that took over.
  const mark = async (
    values: { mail_status?: "sent" | "queued" | "failed" | "uncertain" } & Record<string, unknown>,
  ): Promise<boolean> => {
    const { isOurs, tell } = await app.database.write(tenantId, async (db) => {
      const { numUpdatedRows } = await db
        .updateTable("mails")
        .set({ ...values, updated_at: app.clock.now() })
        .where("id", "=", id)
        .where("mail_status", "=", "sending")
        .where("claim_token", "=", token)
        .executeTakeFirst();
      // What the mail is about says what became of it.
      const topics = values.mail_status === undefined ? [] : [`${tenantId}/${mail.entity_type}/${mail.entity_id}`];
      return { isOurs: numUpdatedRows > 0n, tell: await changedBeside(app, db, topics) };
    });
    tell();
    return isOurs;
  };
  const renewal = setInterval(
    () => void mark({ lease_until: plus(app.clock.now(), leaseMilliseconds) }).catch(() => undefined),
    renewMilliseconds,
  );
  let sent: Sent;
  try {
    const attachments = [];
    for (const file of attached) {
      attachments.push({
        filename: file.file_name,
        content_type: file.mime_type,
        content: await app.files.get(tenantId, file.sha256),
      });
    }
    sent = await sendMail(
      settings,
      {
        message_id: mail.message_id,
        date: mail.created_at,
        in_reply_to: mail.in_reply_to ?? undefined,
        references: mail.mail_references === "" ? [] : mail.mail_references.split(" "),
        to: [{ address: mail.to_address, name: mail.to_name }],
        cc: mail.cc_addresses.map((address) => ({ address, name: "" })),
        reply_to: mail.reply_to ?? undefined,
        subject: mail.subject,
        text: mail.text_body,
        html: mail.html_body ?? undefined,
        attachments,
        headers: headersOf(mail.unsubscribe_url),
      },
      {
        onHandOver: async () => {
          if (!(await mark({ handed_over_at: app.clock.now() })))
            throw new Error("another process has taken this mail over");
        },
      },
    );
  } catch (error) {
    // Our database or disk, and not the mail's server: nothing of it is the mail's failure, and the server cannot have it.
    if (!(error instanceof SmtpFailure) && isOutage(error)) {
      const next_attempt_at = plus(app.clock.now(), outageSeconds * 1000);
      await mark({ mail_status: "queued", next_attempt_at, lease_until: null, handed_over_at: null });
      return true;
    }
    const { message, server_answer, is_permanent, is_uncertain, is_server_away } = describeSmtpError(error);
    const wait = is_permanent || is_uncertain ? undefined : waits[mail.attempts];
    log.warn("a mail could not be sent", { mail: id, tenant: tenantId, error: message });
    await mark({
      mail_status: is_uncertain ? "uncertain" : wait === undefined ? "failed" : "queued",
      attempts: mail.attempts + 1,
      next_attempt_at: wait === undefined ? null : plus(app.clock.now(), wait * 1000),
      lease_until: null,
      last_error: message.slice(0, 2000),
      server_answer: server_answer.slice(0, 2000),
    });
    return !is_server_away;
  } finally {
    clearInterval(renewal);
  }
  // Outside of the try: when this fails the mail is out all the same, and its lease ends as "uncertain", never as a second mail.
  const refused = sent.rejected.map((one) => `${one.address}: ${one.server_answer}`).join("; ");
  await mark({
    mail_status: "sent",
    sent_at: app.clock.now(),
    server_answer: sent.response.slice(0, 2000),
    last_error: refused.slice(0, 2000),
    lease_until: null,
  });
  return true;
}
