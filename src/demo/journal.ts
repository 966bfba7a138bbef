import { nameKey } from "../modules/companies/index.ts";
import { createCustomField } from "../modules/custom_fields/index.ts";
import { interactionParticipants, interactions, recordNotes } from "../modules/journal/index.ts";
import { perform } from "../platform/action.ts";
import type { Work } from "../platform/context.ts";
import type { NewRow } from "../platform/database/columns.ts";
import { newId } from "../platform/ids.ts";
import { tags } from "../platform/tags.ts";
import type { Bulk } from "./bulk.ts";
import { type Calendar, millisecondsAt } from "./calendar.ts";
import type { Client } from "./clients.ts";
import { type Random, randomOf } from "./random.ts";
import type { Staff } from "./setup.ts";

/** What a provider knows of its clients beside what the program asks for, and what was talked about with them. */

const fields = [
  { label: "Customer number", field_type: "text", section: "Support", help_text: "As it stands in the accounts." },
  {
    label: "Support level",
    field_type: "choice",
    section: "Support",
    choices: [
      { label: "Gold", color: "#b7791f" },
      { label: "Silver", color: "#64748b" },
      { label: "Basic", color: "" },
    ],
  },
  {
    label: "Security products",
    field_type: "choices",
    section: "Technology",
    choices: [{ label: "Defender" }, { label: "SentinelOne" }, { label: "Huntress" }, { label: "Mail filter" }],
  },
  { label: "Workplaces", field_type: "integer", section: "Technology" },
  {
    label: "Last restore test",
    field_type: "date",
    section: "Technology",
    help_text: "When a backup was last brought back.",
  },
] as const;

const ticketFields = [
  { label: "Device", field_type: "text", is_portal_visible: true, help_text: "Its name, as on the sticker." },
  { label: "Needs a visit", field_type: "boolean" },
] as const;

/** Adds the fields, and fills them in: part of the cast, before it is written. */
export async function inventFields(work: Work, clients: readonly Client[], seed: number): Promise<void> {
  for (const given of fields) await perform(work, createCustomField, { entity_type: "companies", ...given });
  for (const given of ticketFields) await perform(work, createCustomField, { entity_type: "tickets", ...given });
  const random = randomOf(seed, "custom fields");
  const today = Temporal.Instant.from(work.app.clock.now()).toZonedDateTimeISO(work.tenant.timezone).toPlainDate();
  for (const [at, { company, weight }] of clients.entries()) {
    if (weight === 0) continue;
    company.custom_fields = {
      customer_number: `C-${1001 + at}`,
      support_level: at < 3 ? "gold" : random.pick(["silver", "silver", "basic"] as const),
      security_products: random.pick([["defender"], ["defender", "mail_filter"], ["sentinelone", "huntress"]] as const),
      workplaces: random.between(4, 60),
      ...(random.chance(0.7) ? { last_restore_test: today.subtract({ days: random.between(5, 200) }).toString() } : {}),
    };
  }
}

/** A group of companies, and one company that somebody has added twice. */
export function relate(clients: readonly Client[]): void {
  const [top, , twice, second, , third] = clients;
  if (top !== undefined && second !== undefined) second.company.parent_company_id = top.company.id;
  if (second !== undefined && third !== undefined) third.company.parent_company_id = second.company.id;
  const prospect = clients.find(({ company }) => company.status === "prospect");
  if (prospect === undefined || twice === undefined) return;
  const { company } = prospect;
  company.name = `${twice.company.name} LLC`;
  company.name_key = nameKey(company.name);
  company.website = twice.company.website ?? null;
}

const alerts = [
  "No remote access without a call first: they handle patient files.",
  "Invoice is overdue. Ask the office before you start anything that takes longer than an hour.",
];
const pinned = [
  "Server cupboard is behind the kitchen; the key hangs in the office manager's desk.",
  "Their line-of-business program must not be updated before the vendor has agreed.",
  "The owner reads every mail. Keep answers short and without jargon.",
];
const noted = [
  "Moves to the new building in spring; wants a quote for the cabling.",
  "Happy with the last project. Would be a reference.",
  "Asked for a second line at the warehouse.",
];
const talks = [
  ["call", "Quarterly check: nothing is missing, backup report was read", "inbound", 12],
  ["call", "Asked when the new laptops arrive", "inbound", 5],
  ["call", "Told them about the window for updates on Sunday", "outbound", 8],
  ["meeting", "Review of the year: renewals, two machines to be replaced", null, 60],
  ["meeting", "Walk through the new office with the builder", null, 90],
  ["mail", "Offer for the mail filter, with prices for a year", "outbound", null],
  ["call", "Complaint about the telephone system, passed to the vendor", "inbound", 15],
] as const;

/** Notes and calls over the calendar, and the colours of tags. */
export async function writeJournal(
  work: Work,
  bulk: Bulk,
  given: { clients: readonly Client[]; calendar: Calendar; staff: Staff; seed: number },
): Promise<void> {
  const { clients, calendar, staff, seed } = given;
  const random = randomOf(seed, "journal");
  const notes: NewRow<typeof recordNotes>[] = [];
  const held: (NewRow<typeof interactions> & { id: string })[] = [];
  const people: NewRow<typeof interactionParticipants>[] = [];
  const when = (client: Client): string => momentOf(random, calendar, client);
  for (const [at, client] of clients.entries()) {
    if (client.weight === 0) continue;
    const company_id = client.company.id;
    const note = (content: string, more: Partial<NewRow<typeof recordNotes>> = {}): void => {
      const created_at = when(client);
      const created_by_id = random.pick(staff.technicians).id;
      notes.push({
        id: newId(),
        company_id,
        content: `<p>${content}</p>`,
        created_by_id,
        created_at,
        updated_at: created_at,
        ...more,
      });
    };
    if (at < alerts.length) note(alerts[at] ?? "", { is_alert: true });
    if (at < pinned.length || random.chance(0.2)) note(pinned[at] ?? random.pick(pinned), { is_pinned: true });
    if (random.chance(0.5)) note(random.pick(noted));
    for (let count = at < 5 ? 7 : random.between(1, 4); count > 0; count -= 1) {
      const [interaction_type, subject, direction, duration_minutes] = random.pick(talks);
      const occurred_at = when(client);
      const person = random.pick(staff.technicians);
      const id = newId();
      held.push({
        id,
        company_id,
        contact_id: client.contacts.length === 0 ? null : random.pick(client.contacts).id,
        interaction_type,
        direction,
        subject,
        occurred_at,
        duration_minutes,
        created_by_id: person.id,
        created_at: occurred_at,
        updated_at: occurred_at,
      });
      people.push({ id: newId(), interaction_id: id, user_id: person.id });
    }
  }
  await bulk.rows(recordNotes, notes);
  await bulk.rows(interactions, held);
  await bulk.rows(interactionParticipants, people);
  await writeTags(work, bulk);
}

/** Some time on a working day of the client's, up to yesterday. */
function momentOf(random: Random, calendar: Calendar, client: Client): string {
  const day = random.between(client.from, Math.max(client.from, Math.min(client.to, calendar.today) - 1));
  return new Date(millisecondsAt(calendar, { day, minute: random.between(8 * 60, 17 * 60) })).toISOString();
}

const colors: Readonly<Record<string, string>> = { vip: "#b7791f", "no remote access without a call": "#b91c1c" };

async function writeTags(work: Work, bulk: Bulk): Promise<void> {
  const used = await work.db.selectFrom("record_tags").select("tag").distinct().orderBy("tag").execute();
  const now = work.app.clock.now();
  await bulk.rows(
    tags,
    used.map(({ tag }) => ({ id: newId(), name: tag, color: colors[tag] ?? null, created_at: now, updated_at: now })),
  );
}
