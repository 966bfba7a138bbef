import type { Ctx } from "../context.ts";
import { forReader, speakToReader } from "../language/index.ts";

/** Whom a mail is written for: somebody who signs in, or a client's contact. */
export type Reader = { user_id: string } | { contact_id: string };

/**
 * Does some work in the language and time zone of a mail's reader: what they have chosen themselves, else what stands with the contact or
 * the company, else the organization's.
 */
export async function inLanguageOf<T>(ctx: Ctx, reader: Reader, run: () => T | Promise<T>): Promise<T> {
  const { languages, zone } = await likesOf(ctx, reader);
  return forReader(ctx.tenant, languages, run, zone);
}

/** Goes on in that language and time zone: for the page that a link in such a mail leads to. */
export async function speakLanguageOf(ctx: Ctx, reader: Reader): Promise<void> {
  const { languages, zone } = await likesOf(ctx, reader);
  speakToReader(ctx.tenant, languages, zone);
}

interface Likes {
  /** The closest first. */
  languages: (string | null)[];
  zone: string | null;
}

async function likesOf({ db }: Ctx, reader: Reader): Promise<Likes> {
  if ("user_id" in reader) {
    const user = await db
      .selectFrom("users")
      .leftJoin("contacts", "contacts.id", "users.contact_id")
      .leftJoin("companies", "companies.id", "contacts.company_id")
      .select(["users.language", "contacts.language as of_contact", "companies.language as of_company"])
      .select(["users.timezone", "contacts.timezone as contact_zone"])
      .where("users.id", "=", reader.user_id)
      .executeTakeFirst();
    return {
      languages: [user?.language ?? null, user?.of_contact ?? null, user?.of_company ?? null],
      zone: user?.timezone ?? user?.contact_zone ?? null,
    };
  }
  const contact = await db
    .selectFrom("contacts")
    .innerJoin("companies", "companies.id", "contacts.company_id")
    .leftJoin("users", "users.contact_id", "contacts.id")
    .select(["users.language as of_user", "contacts.language", "companies.language as of_company"])
    .select(["users.timezone as user_zone", "contacts.timezone"])
    .where("contacts.id", "=", reader.contact_id)
    .executeTakeFirst();
  return {
    languages: [contact?.of_user ?? null, contact?.language ?? null, contact?.of_company ?? null],
    zone: contact?.user_zone ?? contact?.timezone ?? null,
  };
}
