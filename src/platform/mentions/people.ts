import { can } from "../access/actor.ts";
import { actorOf } from "../access/identify.ts";
import { maybeFind } from "../access/reach.ts";
import type { Ctx } from "../context.ts";
import type { TableName } from "../database/tables.ts";
import { mentionedIn, type Person } from "./rules.ts";

/** The record that a note is about, with what one needs to see its kind. */
export interface Noted {
  table: TableName;
  id: string;
  read: string;
}

/** Everybody of the staff who works here, by name. */
export function staffNames(ctx: Ctx): Promise<Person[]> {
  return ctx.db
    .selectFrom("users")
    .select(["id", "name", "email"])
    .where("user_type", "=", "staff")
    .where("deactivated_at", "is", null)
    .orderBy("name")
    .orderBy("id")
    .execute();
}

/** Whether somebody may see a record, with what they may do and reach now. */
async function maySee(ctx: Ctx, person: Person, { table, id, read }: Noted): Promise<boolean> {
  const actor = await actorOf(ctx.db, person.id, null, null);
  if (actor === null || !can(actor, read)) return false;
  const { app, tenant, db, request } = ctx;
  const theirs: Ctx = { app, tenant, actor, request, db, isReader: true };
  return (await maybeFind(theirs, table, id)) !== undefined;
}

/** Who is mentioned in a note and may see what it is about: the others would be told of what they cannot open. */
export async function mentionedOn(ctx: Ctx, noted: Noted, html: string): Promise<Person[]> {
  if (!html.includes("@")) return [];
  const people: Person[] = [];
  for (const person of mentionedIn(html, await staffNames(ctx)))
    if (await maySee(ctx, person, noted)) people.push(person);
  return people;
}

/** Who can be mentioned on a record: those with the letters in their name or address, the first few. */
export async function mentionable(ctx: Ctx, noted: Noted, letters: string, most = 8): Promise<Person[]> {
  const wanted = letters.trim().toLowerCase();
  const fitting = (await staffNames(ctx)).filter(
    ({ id, name, email }) =>
      id !== ctx.actor.user_id &&
      (` ${name}`.toLowerCase().includes(` ${wanted}`) || email.toLowerCase().startsWith(wanted)),
  );
  const people: Person[] = [];
  for (const person of fitting) {
    if (people.length === most) break;
    if (await maySee(ctx, person, noted)) people.push(person);
  }
  return people;
}

/** What to write for somebody: the name, and the address where two have the same one. */
export function handleOf(person: Person, people: readonly Person[]): string {
  const isAlone = people.filter(({ name }) => name.toLowerCase() === person.name.toLowerCase()).length === 1;
  return isAlone ? person.name : person.email;
}
