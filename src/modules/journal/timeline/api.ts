import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { malformed } from "../../../platform/errors.ts";
import { json, type Route } from "../../../platform/http/route.ts";
import { sourcesFor, timelinePage } from "./load.ts";

const largestSize = 200;

/** `GET …/{id}/activity`: all that happened with a company or a contact, newest first (PRD 3.3.3); the page shows the same. */
export function timelineRoute(table: "companies" | "contacts"): Route {
  return {
    method: "GET",
    path: `/api/v1/${table}/:id/activity`,
    door: "api",
    permission: "companies.read",
    doc: {
      summary: "What happened: changes, tickets, notes, calls, mails, invoices; newest first.",
      answer: {
        type: "activities",
        isList: true,
        attributes: Type.Object({
          kind: Type.String(),
          timestamp: Type.String({ format: "date-time" }),
          actor_name: Type.String(),
          text: Type.String(),
          html: Type.String(),
          action: Type.Union([Type.String(), Type.Null()]),
          changes: Type.Array(Type.String()),
        }),
      },
      parameters: {
        "filter[kind]": Type.String(),
        "page[size]": Type.Integer({ minimum: 1, maximum: largestSize }),
        "page[after]": Type.String(),
      },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await find(ctx, table, id);
      const { searchParams } = incoming.url;
      for (const name of searchParams.keys()) {
        if (!["filter[kind]", "page[size]", "page[after]"].includes(name))
          throw malformed(`The parameter ${name} is not known here.`, "unknown_parameter");
        if (searchParams.getAll(name).length > 1)
          throw malformed(`The parameter ${name} is given twice.`, "repeated_parameter");
      }
      const size = Number(searchParams.get("page[size]") ?? "50");
      if (!Number.isInteger(size) || size < 1 || size > largestSize)
        throw malformed(`page[size] must be a whole number from 1 to ${largestSize}.`, "bad_page_size");
      const kind = searchParams.get("filter[kind]");
      if (kind !== null && !ctx.app.registry.timeline.some((source) => source.kind === kind))
        throw malformed(
          `filter[kind] needs one of ${sourcesFor(ctx)
            .map((one) => one.kind)
            .join(", ")}.`,
          "bad_filter",
        );
      const found = await timelinePage(ctx, { table, id }, { kind, after: searchParams.get("page[after]"), size });
      const next = new URL(incoming.url);
      if (found.next !== null) next.searchParams.set("page[after]", found.next);
      return json({
        jsonapi: { version: "1.1" },
        links: {
          self: incoming.url.pathname + incoming.url.search,
          next: found.next === null ? null : next.pathname + next.search,
        },
        data: found.entries.map((entry) => ({
          type: "activities",
          id: entry.id,
          attributes: {
            kind: entry.kind,
            timestamp: entry.at,
            actor_name: entry.actor_name,
            text: entry.text,
            html: entry.html,
            action: entry.action ?? null,
            changes: entry.changes ?? [],
          },
        })),
      });
    },
  };
}
