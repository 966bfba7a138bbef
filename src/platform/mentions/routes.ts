import { Type } from "@sinclair/typebox";
import { find } from "../access/reach.ts";
import type { Ctx } from "../context.ts";
import { fragment, type Incoming, json, type Route } from "../http/route.ts";
import { handleOf, mentionable, type Noted, staffNames } from "./people.ts";

/** A kind of record that notes are written on. */
export interface NotedKind extends Pick<Noted, "table" | "read"> {
  write: string;
  /** In words, as the reference says it: "a ticket". */
  in_words: string;
}

/** Who can be mentioned in the notes of a record: as its page offers them, and over the API. */
export function mentionRoutes({ table, read, write, in_words }: NotedKind): Route[] {
  const notedOf = async (ctx: Ctx, incoming: Incoming): Promise<Noted> => {
    const id = incoming.params["id"] ?? "";
    await find(ctx, table, id);
    return { table, id, read };
  };
  const lettersOf = ({ url }: Incoming): string => url.searchParams.get("q") ?? "";
  return [
    {
      method: "GET",
      path: `/${table}/:id/mentions`,
      door: "staff",
      permission: write,
      handle: async (ctx, incoming) => {
        const people = await mentionable(ctx, await notedOf(ctx, incoming), lettersOf(incoming));
        const everybody = await staffNames(ctx);
        return fragment("partials/_mentions", {
          people: people.map((person) => ({
            name: person.name,
            email: person.email,
            handle: handleOf(person, everybody),
          })),
        });
      },
    },
    {
      method: "GET",
      path: `/api/v1/${table}/:id/mentionable-users`,
      door: "api",
      permission: write,
      doc: {
        summary: `Who can be mentioned on ${in_words}: those of the staff who may see it, by name; the first 50.`,
        description:
          "An @ before the name or the mail address in a note tells them, by what they have chosen to be told of.",
        parameters: {
          q: Type.String({ maxLength: 100, description: "How a part of the name or the address begins." }),
        },
        answer: {
          type: "users",
          attributes: Type.Object({ name: Type.String(), email: Type.String() }),
          isList: true,
        },
      },
      handle: async (ctx, incoming) => {
        const people = await mentionable(ctx, await notedOf(ctx, incoming), lettersOf(incoming), 50);
        return json({
          jsonapi: { version: "1.1" },
          links: { self: incoming.url.pathname + incoming.url.search },
          data: people.map(({ id: user, name, email }) => ({ type: "users", id: user, attributes: { name, email } })),
        });
      },
    },
  ];
}
