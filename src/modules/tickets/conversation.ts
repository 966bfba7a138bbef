import { can } from "../../platform/access/actor.ts";
import { reach, wholeShape } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import { escapeHtml } from "../../platform/html.ts";
import { formatAgo, formatBytes, formatInstant } from "../../platform/http/pages/cells.ts";
import type { NoteModel } from "../../platform/http/models/pages.ts";
import { hasMailServer } from "../../platform/http/pages/mail-sent.ts";
import { initialsOf } from "../../platform/http/pages/frame.ts";
import type { AttachmentModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import type { mailStatuses } from "../../platform/mail/queue.ts";
import { contactName } from "../companies/index.ts";
import type { TicketRow } from "./actions/open.ts";

export interface ConversationGiven {
  /** Where the pages of the reader begin: "/tickets" of the staff, "/portal/tickets" of a client. */
  base: string;
  /** The ticket's files by note, where the caller asks for them as well. */
  files?: ReturnType<typeof attachmentsOf>;
}

/** What an entry of a conversation shows of when it was written. */
export function writtenAt(ctx: Ctx, instant: string): Pick<NoteModel, "at" | "at_text" | "at_hint"> {
  return {
    at: instant,
    at_text: formatAgo(instant, ctx.tenant, ctx.app.clock.now()),
    at_hint: formatInstant(instant, ctx.tenant),
  };
}

/**
 * All that was written on a ticket, oldest first: the description, then the notes within the actor's reach. A portal user
 * gets no internal note and no file of one. The ticket was fetched through reach.
 */
export async function conversationOf(ctx: Ctx, ticket: TicketRow, given: ConversationGiven): Promise<NoteModel[]> {
  const shape = wholeShape(ctx, "conversation", "ticket_notes");
  const written = runOnceBuilt(ctx, shape, { id: ticket.id }, ({ id }) =>
    reach(ctx, "ticket_notes")
      .leftJoin("users as authors", "authors.id", "ticket_notes.created_by_id")
      .leftJoin("contacts as people", "people.id", "ticket_notes.contact_id")
      .leftJoin("mails", "mails.id", "ticket_notes.mail_id")
      .select([
        "ticket_notes.id",
        "ticket_notes.note_type",
        "ticket_notes.content",
        "ticket_notes.created_at",
        "ticket_notes.is_email_sent",
        "mails.mail_status",
        "ticket_notes.contact_id",
        "ticket_notes.author_name",
        "authors.name as author",
        "authors.user_type",
        "people.first_name",
        "people.last_name",
      ])
      .where("ticket_notes.ticket_id", "=", id)
      .orderBy("ticket_notes.created_at")
      .orderBy("ticket_notes.id"),
  );
  const [notes, files, opener] = await Promise.all([
    written,
    given.files ?? attachmentsOf(ctx, ticket.id, given.base),
    openedBy(ctx, ticket),
  ]);
  const isWaiting = notes.some(({ mail_status }) => mail_status === "queued" || mail_status === "sending");
  const hasServer = !isWaiting || (await hasMailServer(ctx));
  const opening = openingOf(ctx, ticket, opener, files.get(null) ?? []);
  return [
    opening,
    ...notes.map((note): NoteModel => {
      const isClient = note.user_type === "portal" || note.contact_id !== null;
      const person =
        note.first_name === null ? null : contactName({ first_name: note.first_name, last_name: note.last_name ?? "" });
      const author = note.author ?? person ?? note.author_name ?? ctx.tenant.name;
      const mailed =
        note.is_email_sent && ctx.actor.kind === "staff" ? mailedText(note.mail_status ?? "sent", hasServer) : "";
      const label = [note.note_type === "resolution" ? t("Resolution") : "", mailed].filter((text) => text !== "");
      return {
        id: note.id,
        author,
        initials: initialsOf(author),
        kind: note.note_type,
        is_client: isClient,
        label: label.join(" · "),
        ...writtenAt(ctx, note.created_at),
        content_html: note.content,
        time_text: "",
        attachments: files.get(note.id) ?? [],
      };
    }),
  ];
}

/** What became of the mail that a note went out with. One whose mail is not known came from another system, sent there. */
function mailedText(status: (typeof mailStatuses)[number], hasServer: boolean): string {
  const texts: Record<typeof status, string> = {
    queued: hasServer ? t("the mail waits") : t("not mailed: there is no mail server"),
    sending: t("the mail is on its way"),
    sent: t("sent by mail"),
    failed: t("the mail failed"),
    uncertain: t("perhaps sent by mail"),
  };
  return texts[status];
}

const sourceOf = (source: TicketRow["source"]): string => {
  const sources: Record<TicketRow["source"], string> = {
    portal: t("in the portal"),
    email: t("by mail"),
    phone: "",
    api: t("over the API"),
    chat: t("by chat"),
    rmm: t("by monitoring"),
  };
  return sources[source];
};

/** Whether the client wrote the description. */
const isOpenedByClient = ({ source }: TicketRow): boolean => source === "portal" || source === "email";

/** Whose name stands above the description: the client's when the client wrote it. */
async function openedBy(ctx: Ctx, ticket: TicketRow): Promise<string> {
  const [contact] =
    isOpenedByClient(ticket) && ticket.contact_id !== null
      ? await runOnceBuilt(ctx, "name of a contact", { id: ticket.contact_id }, ({ id }) =>
          ctx.db.selectFrom("contacts").select(["first_name", "last_name"]).where("id", "=", id),
        )
      : [];
  if (contact !== undefined) return contactName(contact);
  const [user] =
    ticket.created_by_id === null
      ? []
      : await runOnceBuilt(ctx, "name of a user", { id: ticket.created_by_id }, ({ id }) =>
          ctx.db.selectFrom("users").select("name").where("id", "=", id),
        );
  return user?.name ?? ctx.tenant.name;
}

/** The description as the first entry. */
function openingOf(ctx: Ctx, ticket: TicketRow, author: string, attachments: AttachmentModel[]): NoteModel {
  return {
    id: "opening",
    author,
    initials: initialsOf(author),
    kind: "public",
    is_client: isOpenedByClient(ticket),
    label: ctx.actor.kind === "staff" ? sourceOf(ticket.source) : "",
    ...writtenAt(ctx, ticket.created_at),
    content_html:
      ticket.description === "" ? `<p>${escapeHtml(t("Opened without a description."))}</p>` : ticket.description,
    time_text: "",
    attachments,
  };
}

/** The files of a ticket, by the note they hang on; null: on the ticket itself. */
export async function attachmentsOf(
  ctx: Ctx,
  ticketId: string,
  base: string,
): Promise<Map<string | null, AttachmentModel[]>> {
  const shape = wholeShape(ctx, "attachments of a ticket", "ticket_attachments");
  const rows = await runOnceBuilt(ctx, shape, { ticketId }, (given) =>
    reach(ctx, "ticket_attachments")
      .select(["ticket_attachments.id", "note_id", "file_name", "file_size"])
      .where("ticket_attachments.ticket_id", "=", given.ticketId)
      .orderBy("ticket_attachments.id"),
  );
  const mayRemove = ctx.actor.kind === "staff" && can(ctx.actor, "tickets.write");
  const files = new Map<string | null, AttachmentModel[]>();
  for (const row of rows) {
    const model = {
      name: row.file_name,
      href: `${base}/${ticketId}/attachments/${row.id}`,
      size: formatBytes(row.file_size),
      remove_url: mayRemove ? `${base}/${ticketId}/attachments/${row.id}/delete` : "",
    };
    files.set(row.note_id, [...(files.get(row.note_id) ?? []), model]);
  }
  return files;
}
