import { Type } from "@sinclair/typebox";
import { find, maybeFind } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import { checkBusinessDay } from "../../platform/business-day.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow, Patch, RowOf } from "../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { indexRow } from "../../platform/database/search.ts";
import { invalidField } from "../../platform/errors.ts";
import { emit } from "../../platform/events/outbox.ts";
import { addFile, type StoredBytes, storedBytes } from "../../platform/files/files.ts";
import { htmlToText, sanitizeHtml } from "../../platform/html.ts";
import { newId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import { mentionedOn } from "../../platform/mentions/people.ts";
import { mentionedIn, type Person, withMentions } from "../../platform/mentions/rules.ts";
import {
  interactionDeleted,
  interactionLogged,
  interactionUpdated,
  noteMentioned,
  recordNoteAdded,
  recordNoteDeleted,
  recordNoteUpdated,
} from "./events.ts";
import { interactions, recordAttachments, recordNotes } from "./schema.ts";
import { type SubjectIds, subjectOf, writableSubject } from "./subjects.ts";

export type Note = RowOf<typeof recordNotes>;
export type Attachment = RowOf<typeof recordAttachments>;
export type Interaction = RowOf<typeof interactions>;

// What is written hangs on records of several kinds, each with a permission of its own: the actions look it up.
const permission = "companies.write";
const id = Type.String({ format: "uuid" });
const target = Type.Object({ id, version: Type.Optional(Type.Integer()) }, { additionalProperties: false });
const ofWhat = {
  company_id: Type.Optional(Type.Union([id, Type.Null()])),
  contact_id: Type.Optional(Type.Union([id, Type.Null()])),
  site_id: Type.Optional(Type.Union([id, Type.Null()])),
};

/** A record's words include its notes. */
async function indexSubject(work: Work, row: SubjectIds): Promise<void> {
  const { subject, id: subjectId } = subjectOf(row);
  indexRow(work, subject.table, (await find(work, subject.table, subjectId)) as Record<string, unknown>);
}

function cleaned(html: string): string {
  const clean = sanitizeHtml(html);
  if (htmlToText(clean).trim() === "") throw invalidField("content", t("Write something first."), "required");
  return clean;
}

/** What events say of a note. */
const told = ({ id: note_id, company_id, contact_id, site_id }: Note) => ({ note_id, company_id, contact_id, site_id });

/** What events say of an interaction. */
const toldOf = ({ id: interaction_id, company_id, contact_id, interaction_type }: Interaction) => ({
  interaction_id,
  company_id,
  contact_id,
  interaction_type,
});

/** Tells those whom a note mentions. */
async function tellMentioned(work: Work, note: Note, people: readonly Person[]): Promise<void> {
  const by_user_id = work.actor.user_id;
  for (const { id: user_id } of people) await emit(work, noteMentioned, { ...told(note), user_id, by_user_id });
}

/**
 * Writes a note on a company, a contact or a site. The content is HTML and sanitized; an @ before a colleague's name tells
 * them, if they may see what it is about. Emits `journal.note_added` and `journal.mentioned`.
 */
export const addRecordNote = action({
  name: "journal.add_note",
  permission,
  input: newInput(recordNotes),
  run: async (work: Work, input: Record<string, unknown>): Promise<Note> => {
    const values = fromEdge(recordNotes, input, work.tenant.currency) as NewRow<typeof recordNotes>;
    const { subject, id: subjectId } = await writableSubject(work, values);
    const content = cleaned(values.content);
    const mentioned = await mentionedOn(work, { ...subject, id: subjectId }, content);
    const row = await insert(work, recordNotes, {
      ...values,
      content: withMentions(content, mentioned),
      created_by_id: work.actor.user_id,
    });
    await indexSubject(work, row);
    await emit(work, recordNoteAdded, { ...told(row), is_alert: row.is_alert });
    await tellMentioned(work, row, mentioned);
    return row;
  },
});

/**
 * Changes what a note says, or whether it is pinned or an alert; what it hangs on stays. Whoever was not mentioned before is
 * told now.
 */
export const updateRecordNote = action({
  name: "journal.update_note",
  permission,
  input: patchInput(recordNotes, ["content", "is_pinned", "is_alert"]),
  run: async (work: Work, input: PatchInput): Promise<Note> => {
    const before = await find(work, "record_notes", input.id);
    const { subject, id: subjectId } = await writableSubject(work, before);
    const values = fromEdge(recordNotes, input, work.tenant.currency);
    let mentioned: Person[] = [];
    if (values.content !== undefined) {
      const content = cleaned(values.content);
      mentioned = await mentionedOn(work, { ...subject, id: subjectId }, content);
      values.content = withMentions(content, mentioned);
    }
    const isEdited = values.content !== undefined && values.content !== before.content;
    const edited = isEdited ? { edited_at: work.app.clock.now(), edited_by_id: work.actor.user_id } : {};
    const row = await update(work, recordNotes, input.id, { ...values, ...edited }, input.version);
    await indexSubject(work, row);
    if (row.version !== before.version) await emit(work, recordNoteUpdated, told(row));
    const known = mentionedIn(before.content, mentioned);
    await tellMentioned(
      work,
      row,
      mentioned.filter((person) => !known.includes(person)),
    );
    return row;
  },
});

export const deleteRecordNote = action({
  name: "journal.delete_note",
  permission,
  input: target,
  run: async (work: Work, input: PatchInput): Promise<Note> => {
    const before = await find(work, "record_notes", input.id);
    await writableSubject(work, before);
    await remove(work, recordNotes, input.id, input.version);
    await indexSubject(work, before);
    await emit(work, recordNoteDeleted, told(before));
    return before;
  },
});

/** Hangs a stored file on a record. */
export const addRecordAttachment = action({
  name: "journal.add_attachment",
  permission,
  input: Type.Object({ ...ofWhat, file: storedBytes }, { additionalProperties: false }),
  run: async (work: Work, { file, ...ids }: SubjectIds & { file: StoredBytes }): Promise<Attachment> => {
    await writableSubject(work, ids);
    return insert(work, recordAttachments, {
      ...ids,
      file_id: await addFile(work, file),
      file_name: file.name,
      file_size: file.size,
      mime_type: file.type,
      storage_path: file.sha256,
      uploaded_by_id: work.actor.user_id,
    });
  },
});

export const deleteRecordAttachment = action({
  name: "journal.delete_attachment",
  permission,
  input: target,
  run: async (work: Work, input: PatchInput): Promise<Attachment> => {
    const before = await find(work, "record_attachments", input.id);
    await writableSubject(work, before);
    await remove(work, recordAttachments, input.id, input.version);
    return before;
  },
});

const people = {
  contact_ids: Type.Optional(Type.Array(id, { maxItems: 50, uniqueItems: true })),
  user_ids: Type.Optional(Type.Array(id, { maxItems: 50, uniqueItems: true })),
};

type People = { contact_ids?: string[]; user_ids?: string[] };

function logInput(): ReturnType<typeof Type.Object> {
  const { company_id, occurred_at, ...others } = newInput(interactions).properties;
  if (company_id === undefined || occurred_at === undefined) throw new Error("an interaction has a company and a time");
  return Type.Object(
    { ...others, company_id: Type.Optional(company_id), occurred_at: Type.Optional(occurred_at), ...people },
    { additionalProperties: false },
  );
}

/**
 * Writes down a call, a meeting or a mail: now unless told otherwise, with whoever writes it down as the one of the team.
 * The company follows from the contact when only that is given.
 */
export const logInteraction = action({
  name: "journal.log",
  permission,
  input: logInput(),
  run: async (work: Work, input: Record<string, unknown> & People): Promise<Interaction> => {
    const values = fromEdge(interactions, input, work.tenant.currency);
    const company_id = values.company_id ?? (await companyOf(work, values.contact_id ?? null));
    checkMeasures(values);
    const row = await insert(work, interactions, {
      ...values,
      company_id,
      occurred_at: values.occurred_at ?? work.app.clock.now(),
      content: sanitizeHtml(values.content ?? ""),
      created_by_id: work.actor.user_id,
    } as NewRow<typeof interactions>);
    await checkContact(work, row);
    const mine = work.actor.user_id === null || work.actor.kind !== "staff" ? [] : [work.actor.user_id];
    await setPeople(work, row, { contact_ids: input.contact_ids ?? [], user_ids: input.user_ids ?? mine });
    await emit(work, interactionLogged, toldOf(row));
    return row;
  },
});

export const updateInteraction = action({
  name: "journal.update_interaction",
  permission,
  input: patchInput(interactions, undefined, people),
  run: async (work: Work, input: PatchInput & People): Promise<Interaction> => {
    const values = fromEdge(interactions, input, work.tenant.currency);
    if (values.content !== undefined) values.content = sanitizeHtml(values.content);
    checkMeasures(values);
    const before = await find(work, "interactions", input.id);
    const row = await update(work, interactions, input.id, values, input.version);
    // Who moved to another company since then keeps having been there.
    if (row.contact_id !== before.contact_id || row.company_id !== before.company_id) await checkContact(work, row);
    await setPeople(work, row, input);
    const isPeopled = input.contact_ids !== undefined || input.user_ids !== undefined;
    if (isPeopled || row.version !== before.version) await emit(work, interactionUpdated, toldOf(row));
    return row;
  },
});

export const deleteInteraction = action({
  name: "journal.delete_interaction",
  permission,
  input: target,
  run: async (work: Work, input: PatchInput): Promise<Interaction> => {
    const before = await find(work, "interactions", input.id);
    await work.db.deleteFrom("interaction_participants").where("interaction_id", "=", input.id).execute();
    await remove(work, interactions, input.id, input.version);
    await emit(work, interactionDeleted, toldOf(before));
    return before;
  },
});

async function companyOf(work: Work, contactId: string | null): Promise<string> {
  if (contactId === null) throw invalidField("company_id", t("Choose a company or a contact."), "required");
  const contact = await maybeFind(work, "contacts", contactId);
  if (contact === undefined) throw invalidField("contact_id", t("This contact does not exist."), "not_found");
  return contact.company_id;
}

function checkMeasures({ occurred_at, duration_minutes: minutes }: Patch<typeof interactions>): void {
  checkBusinessDay(interactions, "occurred_at", occurred_at);
  if (minutes != null && (minutes < 0 || minutes > 24 * 60))
    throw invalidField("duration_minutes", t("Minutes must be from 0 to 1440."), "too_large");
}

async function checkContact(work: Work, row: Interaction): Promise<void> {
  if (row.contact_id === null) return;
  const contact = await find(work, "contacts", row.contact_id);
  if (contact.company_id !== row.company_id)
    throw invalidField("contact_id", t("This contact belongs to another company."));
}

/** Participants may be of any company: a vendor's technician takes part in a client's meeting. */
async function setPeople(work: Work, { id: interaction_id }: Interaction, given: People): Promise<void> {
  for (const [name, column, table] of [
    ["contact_ids", "contact_id", "contacts"],
    ["user_ids", "user_id", "users"],
  ] as const) {
    const ids = given[name];
    if (ids === undefined) continue;
    for (const one of ids) {
      const found = await maybeFind(work, table, one);
      if (found === undefined) throw invalidField(name, t("Somebody of these people does not exist."), "not_found");
    }
    await work.db
      .deleteFrom("interaction_participants")
      .where("interaction_id", "=", interaction_id)
      .where(column, "is not", null)
      .execute();
    if (ids.length === 0) continue;
    await work.db
      .insertInto("interaction_participants")
      .values(ids.map((one) => ({ id: newId(), interaction_id, contact_id: null, user_id: null, [column]: one })))
      .execute();
  }
}
