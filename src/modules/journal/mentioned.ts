import { maybeFind } from "../../platform/access/reach.ts";
import type { Work } from "../../platform/context.ts";
import { on } from "../../platform/events/event-type.ts";
import { notice } from "../../platform/events/notice.ts";
import { htmlToText } from "../../platform/html.ts";
import { t } from "../../platform/language/index.ts";
import { mailBody } from "../../platform/mail/compose.ts";
import { queueMail } from "../../platform/mail/queue.ts";
import { inLanguageOf } from "../../platform/mail/reader.ts";
import { contactName } from "../companies/index.ts";
import { wants } from "../notifications/index.ts";
import { noteMentioned } from "./events.ts";
import { noteAddress } from "./models.ts";
import { type SubjectIds, subjectOf } from "./subjects.ts";

/** Whoever is mentioned in a note about a client is told of it; those who may not see it were left out when it was written. */

/** What the note is about, by its name. */
async function nameOf(work: Work, note: SubjectIds): Promise<string> {
  const { subject, id } = subjectOf(note);
  if (subject.table === "contacts") {
    const contact = await maybeFind(work, "contacts", id);
    return contact === undefined ? "" : contactName(contact);
  }
  return (await maybeFind(work, subject.table, id))?.name ?? "";
}

const titleOf = (name: string, about: string): string => t("{name} mentions you on {record}", { name, record: about });

export const mentionNotice = notice(
  noteMentioned,
  { title: "Somebody mentions me in a note about a client", hasMail: true },
  async (work, { actor_name, payload }) => {
    const note = await maybeFind(work, "record_notes", payload.note_id);
    if (note === undefined) return null;
    const about = await nameOf(work, note);
    return {
      user_ids: [payload.user_id],
      text: () => ({ subject: titleOf(actor_name, about), body: "" }),
      href: noteAddress(note),
    };
  },
);

export const mentionMailed = on(noteMentioned, "journal.tell_mentioned", async (work, { id, actor_name, payload }) => {
  const { user_id, note_id } = payload;
  if (user_id === payload.by_user_id || !(await wants(work, user_id, noteMentioned.name, "email"))) return;
  const note = await maybeFind(work, "record_notes", note_id);
  const user = await maybeFind(work, "users", user_id);
  if (note === undefined || user === undefined || user.deactivated_at !== null) return;
  const about = await nameOf(work, note);
  const { subject, id: recordId } = subjectOf(note);
  await inLanguageOf(work, { user_id }, () =>
    queueMail(work, {
      to: { address: user.email, name: user.name },
      subject: titleOf(actor_name, about),
      ...mailBody(
        {
          heading: titleOf(actor_name, about),
          paragraphs: [],
          quoted: htmlToText(note.content).trim(),
          organization: work.tenant.name,
          footer: [
            work.tenant.name,
            t(
              "You get this mail because you were mentioned. Under Account → Notifications you choose what you are told.",
            ),
          ].join("\n"),
          action: {
            label: t("Open the note"),
            url: `${work.tenant.public_url}${noteAddress(note)}`,
          },
        },
        work.tenant.brand,
      ),
      about: { type: subject.table, id: recordId },
      dedupe_key: `journal.mentioned:${id}`,
    }),
  );
});
