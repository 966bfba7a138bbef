import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { fragment, json, type Route } from "../../../platform/http/route.ts";
import { handleOf, mentionable, staffNames } from "./people.ts";

/** Who can be mentioned on a ticket: as the composer offers them, and over the API. */
export const mentionRoutes: Route[] = [
  {
    method: "GET",
    path: "/tickets/:id/mentions",
    door: "staff",
    permission: "tickets.write",
    handle: async (ctx, incoming) => {
      const { id } = await find(ctx, "tickets", incoming.params["id"] ?? "");
      const people = await mentionable(ctx, id, incoming.url.searchParams.get("q") ?? "");
      const everybody = await staffNames(ctx);
      return fragment("tickets/_mentions", {
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
    path: "/api/v1/tickets/:id/mentionable-users",
    door: "api",
    permission: "tickets.write",
    doc: {
      summary: "Who can be mentioned on a ticket: those of the staff who may see it, by name; the first 50.",
      description:
        "An @ before the name or the mail address in a note tells them, by what they have chosen to be told of.",
      parameters: { q: Type.String({ maxLength: 100, description: "How a part of the name or the address begins." }) },
      answer: {
        type: "users",
        attributes: Type.Object({ name: Type.String(), email: Type.String() }),
        isList: true,
      },
    },
    handle: async (ctx, incoming) => {
      const { id } = await find(ctx, "tickets", incoming.params["id"] ?? "");
      const people = await mentionable(ctx, id, incoming.url.searchParams.get("q") ?? "", 50);
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname + incoming.url.search },
        data: people.map(({ id: user, name, email }) => ({ type: "users", id: user, attributes: { name, email } })),
      });
    },
  },
];
