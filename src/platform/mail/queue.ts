import { col, defaulted, link, readOnly, record, table, texts } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";
import type { Work } from "../context.ts";
import { hintWork } from "../jobs/due-work.ts";
import { newId } from "../ids.ts";

export const mailStatuses = ["queued", "sending", "sent", "failed", "uncertain"] as const;

/** Outgoing mail. It is written with what it tells about, and sent after the commit. */
export const mails = table(
  "mails",
  {
    ...record,
    message_id: readOnly(col.text()),
    in_reply_to: readOnly(col.maybe.text()),
    mail_references: readOnly(col.text({ maxLength: 4000 })),
    to_address: readOnly(col.text()),
    to_name: readOnly(col.text()),
    cc_addresses: defaulted(col.json<string[]>({ shape: texts }), []),
    reply_to: readOnly(col.maybe.text()),
    /** Where the recipient says that they want no more of its kind; null: mails of its kind always come. */
    unsubscribe_url: readOnly(col.maybe.text({ maxLength: 500, label: "Unsubscribe link" })),
    subject: readOnly(col.text()),
    text_body: readOnly(col.text({ maxLength: 1_000_000 })),
    html_body: readOnly(col.maybe.text({ maxLength: 1_000_000 })),
    mail_status: readOnly(col.enum(mailStatuses)),
    attempts: defaulted(col.integer(), 0),
    next_attempt_at: col.maybe.instant(),
    /** Which claim of a process holds the mail while it is being sent, and until when. */
    claim_token: col.maybe.text(),
    lease_until: col.maybe.instant(),
    /** When the server was about to have the whole message. After that a crash leaves open whether it was sent. */
    handed_over_at: col.maybe.instant(),
    sent_at: col.maybe.instant(),
    server_answer: defaulted(col.text({ maxLength: 2000 }), ""),
    last_error: defaulted(col.text({ maxLength: 2000 }), ""),
    /** What the mail is about. */
    entity_type: col.maybe.text(),
    entity_id: col.maybe.id(),
    /** The same mail is queued once: the reason for it, as a text. */
    dedupe_key: readOnly(col.text()),
  },
  { isAudited: false, isSensitive: true, noun: "mail", readPermission: "settings.manage" },
);

export const mailAttachments = table(
  "mail_attachments",
  { ...link, mail_id: col.ref("mails"), file_id: col.ref("files") },
  { isAudited: false, readPermission: "settings.manage" },
);

declare module "../database/tables.ts" {
  interface Tables {
    mails: TableType<typeof mails>;
    mail_attachments: TableType<typeof mailAttachments>;
  }
}

export interface MailToQueue {
  to: { address: string; name: string };
  cc?: string[];
  subject: string;
  text: string;
  html: string | null;
  reply_to?: string;
  /** Where the recipient ends mails of this kind: one click in a mail program. */
  unsubscribe_url?: string;
  /** Message-ID of the mail this one answers, and the thread before it. */
  in_reply_to?: string | null;
  references?: string[];
  about: { type: string; id: string };
  /** Names the reason; a second mail for the same reason is not queued. */
  dedupe_key: string;
  attachments?: { file_id: string }[];
}

/** A Message-ID at the organization's own host. It is stored before anything is sent, so that replies can be matched. */
function newMessageId(publicUrl: string): string {
  return `<${newId()}@${new URL(publicUrl).hostname}>`;
}

/**
 * Queues a mail in the caller's unit of work. Returns its id and Message-ID, or null when the same reason has already
 * queued one.
 */
export async function queueMail(work: Work, mail: MailToQueue): Promise<{ id: string; message_id: string } | null> {
  const now = work.app.clock.now();
  const id = newId();
  const message_id = newMessageId(work.tenant.public_url);
  const made = await work.db
    .insertInto("mails")
    .values({
      id,
      message_id,
      in_reply_to: mail.in_reply_to ?? null,
      mail_references: (mail.references ?? []).join(" "),
      to_address: mail.to.address,
      to_name: mail.to.name,
      cc_addresses: mail.cc ?? [],
      reply_to: mail.reply_to ?? null,
      unsubscribe_url: mail.unsubscribe_url ?? null,
      subject: mail.subject.replace(/[\r\n]+/g, " "),
      text_body: mail.text,
      html_body: mail.html,
      mail_status: "queued",
      next_attempt_at: now,
      entity_type: mail.about.type,
      entity_id: mail.about.id,
      dedupe_key: mail.dedupe_key,
      created_at: now,
      updated_at: now,
    })
    .onConflict((oc) => oc.columns(["tenant_id", "dedupe_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  if (made === undefined) return null;
  for (const { file_id } of mail.attachments ?? []) {
    await work.db.insertInto("mail_attachments").values({ mail_id: id, file_id }).execute();
  }
  hintWork(work);
  return { id, message_id };
}
