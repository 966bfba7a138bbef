import { isModuleOn } from "../../platform/switches.ts";
import { find, maybeFind } from "../../platform/access/reach.ts";
import type { Work } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { on } from "../../platform/events/event-type.ts";
import { htmlToText } from "../../platform/html.ts";
import { t } from "../../platform/language/index.ts";
import { mailBody, type MailContent } from "../../platform/mail/compose.ts";
import { queueMail } from "../../platform/mail/queue.ts";
import { inLanguageOf, type Reader } from "../../platform/mail/reader.ts";
import { contactName } from "../companies/index.ts";
import { wants } from "../notifications/index.ts";
import type { TicketRow } from "./actions/open.ts";
import { canDoWithout, type MailKind, unsubscribeUrl, wantsMail } from "./client-mails/kinds.ts";
import { noteAdded, ticketAssigned, ticketMentioned, ticketOpened } from "./events.ts";
import { mailSubject } from "./rules.ts";
import { ticketNotes } from "./schema.ts";

/** Mails that follow from what happens on tickets. All of one ticket to one person are one thread in their mail program. */

interface Person {
  reader: Reader;
  name: string;
  email: string;
  /** Where they read the ticket: the portal or the desk; null: nowhere but in their mailbox. */
  url: string | null;
  /** Where they end mails of this kind; null: they cannot, or choose on a page of their own. */
  unsubscribe_url: string | null;
}

const longestThread = 20;
/** Files up to this size together travel with the mail; larger ones are fetched from the portal. */
const mostMailedBytes = 10 * 1024 * 1024;

type About = Pick<MailContent, "heading" | "written" | "paragraphs" | "quoted"> & {
  why: string;
  dedupe_key: string;
  file_ids?: string[];
};

/** `about` makes the texts, in the reader's language. */
function tell(work: Work, ticket: TicketRow, to: Person, about: () => About): Promise<string | null> {
  return inLanguageOf(work, to.reader, () => write(work, ticket, to, about()));
}

async function write(work: Work, ticket: TicketRow, to: Person, about: About): Promise<string | null> {
  const before = await work.db
    .selectFrom("mails")
    .select("message_id")
    .where("entity_type", "=", "tickets")
    .where("entity_id", "=", ticket.id)
    .where("to_address", "=", to.email)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(longestThread)
    .execute();
  const { why, dedupe_key, file_ids = [], ...content } = about;
  const { unsubscribe_url } = to;
  // What the team calls a ticket is a request to whoever asked.
  const isClient = "contact_id" in to.reader;
  const queued = await queueMail(work, {
    to: { address: to.email, name: to.name },
    subject: mailSubject(ticket),
    ...mailBody(
      {
        ...content,
        organization: work.tenant.name,
        footer: [
          isClient
            ? t("{name} · request #{number}", { name: work.tenant.name, number: ticket.ticket_number })
            : t("{name} · ticket #{number}", { name: work.tenant.name, number: ticket.ticket_number }),
          why,
        ].join("\n"),
        ...(unsubscribe_url === null ? {} : { ending: { label: t("Stop mails of this kind"), url: unsubscribe_url } }),
        ...(to.url === null
          ? {}
          : { action: { label: isClient ? t("Open the request") : t("Open the ticket"), url: to.url } }),
      },
      work.tenant.brand,
    ),
    in_reply_to: before[0]?.message_id ?? null,
    ...(unsubscribe_url === null ? {} : { unsubscribe_url }),
    references: before.map((mail) => mail.message_id).toReversed(),
    about: { type: "tickets", id: ticket.id },
    dedupe_key,
    attachments: file_ids.map((file_id) => ({ file_id })),
  });
  return queued?.id ?? null;
}

/** The contact of a ticket, when they can be written to and want mails of this kind. */
async function clientOf(work: Work, ticket: TicketRow, kind: MailKind): Promise<Person | null> {
  const contact = await maybeFind(work, "contacts", ticket.contact_id);
  if (contact === undefined || contact.email === null || contact.archived_at !== null) return null;
  if (!wantsMail(work, kind, contact)) return null;
  const hasPortal = contact.is_portal_user && isModuleOn(work.app, work.tenant, "portal");
  const url = hasPortal ? `${work.tenant.public_url}/portal/tickets/${ticket.id}` : null;
  return {
    reader: { contact_id: contact.id },
    name: contactName(contact),
    email: contact.email,
    url,
    unsubscribe_url: canDoWithout(work, kind, contact) ? unsubscribeUrl(work, contact.id, kind) : null,
  };
}

/** Somebody of the staff, when they still work here. */
async function colleagueOf(work: Work, ticket: TicketRow, userId: string | null): Promise<Person | null> {
  const user = await maybeFind(work, "users", userId);
  if (user === undefined || user.deactivated_at !== null) return null;
  return {
    reader: { user_id: user.id },
    name: user.name,
    email: user.email,
    url: `${work.tenant.public_url}/tickets/${ticket.id}`,
    unsubscribe_url: null,
  };
}

const ticketOf = async (work: Work, { ticket_id }: { ticket_id: string }): Promise<TicketRow | undefined> =>
  (await maybeFind(work, "tickets", ticket_id)) as TicketRow | undefined;

const whyClient = (work: Work): string =>
  t("You get this mail because you asked {name} for help. Answers keep the number in the subject.", {
    name: work.tenant.name,
  });

const received = on(ticketOpened, "tickets.confirm_to_contact", async (work, { payload }) => {
  const ticket = await ticketOf(work, payload);
  const to = ticket === undefined ? null : await clientOf(work, ticket, "is_receipt_mailed");
  if (ticket === undefined || to === null) return;
  const description = htmlToText(ticket.description).trim();
  await tell(work, ticket, to, () => ({
    heading: t("We have received your request"),
    paragraphs: [
      t("Hello {name},", { name: to.name }),
      t("Your request “{title}” has the number #{number}. We will get back to you.", {
        title: ticket.title,
        number: ticket.ticket_number,
      }),
    ],
    ...(description === "" ? {} : { quoted: description }),
    why: whyClient(work),
    dedupe_key: `tickets.received:${ticket.id}`,
  }));
});

const assigned = on(ticketAssigned, "tickets.tell_assignee", async (work, { id, payload }) => {
  const ticket = await ticketOf(work, payload);
  const userId = payload.assigned_to_id;
  if (ticket === undefined || payload.by_user_id === userId) return;
  if (!(await wants(work, userId, ticketAssigned.name, "email"))) return;
  const to = await colleagueOf(work, ticket, userId);
  if (to === null) return;
  const company = await find(work, "companies", ticket.company_id);
  const description = htmlToText(ticket.description).trim();
  await tell(work, ticket, to, () => ({
    heading: t("Ticket #{number} is yours", { number: ticket.ticket_number }),
    paragraphs: [`${company.name}: ${ticket.title}`],
    ...(description === "" ? {} : { quoted: description }),
    why: t("You get this mail because the ticket was assigned to you."),
    dedupe_key: `tickets.assigned:${id}`,
  }));
});

/** Replies of the staff go to the contact, replies of the client to the assignee; internal notes go nowhere. */
const noteMailed = on(noteAdded, "tickets.send_note", async (work, { payload }) => {
  if (payload.note_type === "internal") return;
  const ticket = await ticketOf(work, payload);
  const note = await maybeFind(work, "ticket_notes", payload.note_id);
  if (ticket === undefined || note === undefined) return;
  const isByClient = payload.is_client;
  if (
    isByClient &&
    ticket.assigned_to_id !== null &&
    !(await wants(work, ticket.assigned_to_id, noteAdded.name, "email"))
  )
    return;
  const to = isByClient
    ? await colleagueOf(work, ticket, ticket.assigned_to_id)
    : await clientOf(work, ticket, "is_reply_mailed");
  if (to === null) return;
  const writer = await maybeFind(work, "users", note.created_by_id);
  const files = await work.db
    .selectFrom("ticket_attachments")
    .select(["file_id", "file_name", "file_size"])
    .where("note_id", "=", note.id)
    .execute();
  const isMailed = !isByClient && files.reduce((sum, file) => sum + file.file_size, 0) <= mostMailedBytes;
  const mailId = await tell(work, ticket, to, () => {
    const author = writer?.name ?? (isByClient ? t("The client") : work.tenant.name);
    const names = { files: files.map((file) => file.file_name).join(", ") };
    const named =
      files.length === 0 || isMailed
        ? []
        : [isByClient ? t("Files on the ticket: {files}", names) : t("Files on your request: {files}", names)];
    return {
      ...(isByClient
        ? {
            heading: t("{author} answered on #{number}", { author, number: ticket.ticket_number }),
            paragraphs: [ticket.title, ...named],
            quoted: htmlToText(note.content),
          }
        : { heading: ticket.title, written: note.content, paragraphs: [author, ...named] }),
      why: isByClient ? t("You get this mail because the ticket is assigned to you.") : whyClient(work),
      dedupe_key: `tickets.note:${note.id}`,
      file_ids: isMailed ? files.map((file) => file.file_id) : [],
    };
  });
  if (!isByClient && mailId !== null)
    await update(work, ticketNotes, note.id, { mail_id: mailId, is_email_sent: true });
});

/** Whoever is mentioned reads the note where they are told of it, internal or not: they may see the ticket. */
const mentioned = on(ticketMentioned, "tickets.tell_mentioned", async (work, { actor_name, payload }) => {
  const { user_id, note_id } = payload;
  if (user_id === payload.by_user_id || !(await wants(work, user_id, ticketMentioned.name, "email"))) return;
  const ticket = await ticketOf(work, payload);
  const note = await maybeFind(work, "ticket_notes", note_id);
  if (ticket === undefined || note === undefined) return;
  const to = await colleagueOf(work, ticket, user_id);
  if (to === null) return;
  const text = htmlToText(note.content).trim();
  await tell(work, ticket, to, () => ({
    heading: t("{name} mentions you on #{number}", { name: actor_name, number: ticket.ticket_number }),
    paragraphs: [ticket.title],
    quoted: text,
    why: t("You get this mail because you were mentioned. Under Account → Notifications you choose what you are told."),
    dedupe_key: `tickets.mentioned:${note_id}:${user_id}`,
  }));
});

export const ticketMails = [received, assigned, noteMailed, mentioned];
