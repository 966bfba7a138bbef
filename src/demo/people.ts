import { contactName } from "../modules/companies/index.ts";
import type { users } from "../platform/access/schema.ts";
import type { NewRow } from "../platform/database/columns.ts";
import { newId } from "../platform/ids.ts";
import { firstNames, jobs, lastNames } from "./cast/people.ts";
import type { Client, ContactRow } from "./clients.ts";
import type { Random } from "./random.ts";
import { slugOf } from "./slug.ts";

/** Gives everybody somebody, and the bigger clients more people. */
export function employ(random: Random, clients: readonly Client[], count: number): void {
  const weights = clients.map((client, index): [number, number] => [client.weight === 0 ? 0.04 : client.weight, index]);
  for (let made = 0; made < count; made += 1) {
    const at = made < clients.length ? made : random.weighted(weights);
    const client = clients[at];
    if (client !== undefined) client.contacts.push(contactRow(random, client));
  }
  for (const { company, contacts: people } of clients) {
    company.default_technical_contact_id = people[0]?.id ?? null;
    company.default_billing_contact_id =
      (people.find((person) => person.contact_type === "billing") ?? people[0])?.id ?? null;
  }
}

function contactRow(random: Random, { company, contacts: colleagues, sites: places }: Client): ContactRow {
  const first_name = random.pick(firstNames);
  const last_name = random.pick(lastNames);

  const [title, department] = jobOf(random, colleagues.length);
  const domain = (company.website ?? "").replace("https://", "");
  const local = slugOf(`${first_name} ${last_name}`, ".");
  const twins = colleagues.filter((one) => one.email?.startsWith(local) === true).length;
  return {
    id: newId(),
    company_id: company.id,
    first_name,
    last_name,
    email: `${local}${twins === 0 ? "" : twins + 1}@${domain}`,
    phone: random.chance(0.7) ? phone(random) : null,
    mobile: random.chance(0.4) ? phone(random) : null,
    title,
    department,
    contact_type:
      colleagues.length === 0
        ? "primary"
        : colleagues.length === 1
          ? "billing"
          : random.chance(0.1)
            ? "technical"
            : "other",
    site_id: random.pick(places).id,
    preferred_contact_method: random.weighted([
      [60, "email"],
      [30, "phone"],
      [10, "mobile"],
    ] as const),
    created_at: company.created_at,
    updated_at: company.updated_at,
  };
}

/** Who manages comes first, who pays second, then the rest of the house. */
function jobOf(random: Random, colleagues: number): readonly [string, string] {
  if (colleagues === 0) return jobs[0];
  return colleagues === 1 ? jobs[2] : random.pick(jobs.slice(3));
}

/** Numbers that are kept free for stories: 555-0100 to 555-0199. */
export function phone(random: Random): string {
  return `+1 ${random.pick(["207", "603", "978"])} 555 01${String(random.between(0, 99)).padStart(2, "0")}`;
}

/** The first people of the biggest clients may use the portal. */
export function portalUsers(
  random: Random,
  clients: readonly Client[],
  { count, now, passwordHash }: { count: number; now: number; passwordHash: string },
): NewRow<typeof users>[] {
  return clients.slice(0, count).flatMap(({ contacts: [contact] }) => {
    if (contact === undefined) return [];
    const id = newId();
    contact.is_portal_user = true;
    contact.preferred_contact_method = "portal";
    contact.portal_user_id = id;
    const { created_at, updated_at } = contact;
    const person = {
      name: contactName({ first_name: contact.first_name, last_name: contact.last_name ?? "" }),
      email: contact.email ?? "",
    };
    return [
      {
        id,
        user_type: "portal" as const,
        ...person,
        contact_id: contact.id,
        password_hash: passwordHash,
        password_changed_at: chosenAt(random, created_at, now),
        invited_at: created_at ?? null,
        created_at,
        updated_at,
      },
    ];
  });
}

const [hour, day] = [3_600_000, 86_400_000];

/** When somebody who has been here since then last chose a password: within the last quarter, or on the day they came. */
export function chosenAt(random: Random, since: string | undefined, now: number): string {
  const came = since === undefined ? now : Date.parse(since);
  const chosen = now - random.between(3, 85) * day - random.between(0, 9) * hour - random.between(0, 3_599) * 1000;
  return new Date(Math.min(now, Math.max(came + random.between(1, 7) * hour, chosen))).toISOString();
}
