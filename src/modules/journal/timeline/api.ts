import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { malformed } from "../../../platform/errors.ts";
import { pageLinks, pagingParameters, readPaging } from "../../../platform/http/jsonapi/paged.ts";
import { json, type Route } from "../../../platform/http/route.ts";
import { sourcesFor, timelinePage } from "./load.ts";

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
        ...pagingParameters,
      },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await find(ctx, table, id);
      const { searchParams } = incoming.url;
      const asked = readPaging(incoming, 50);
      const kind = searchParams.get("filter[kind]");
      if (kind !== null && !ctx.app.registry.timeline.some((source) => source.kind === kind))
        throw malformed(
          `filter[kind] needs one of ${sourcesFor(ctx)
            .map((one) => one.kind)
            .join(", ")}.`,
          "bad_filter",
        );
      const found = await timelinePage(ctx, { table, id }, { kind, ...asked });
      return json({
        jsonapi: { version: "1.1" },
        links: pageLinks(incoming.url, found.next),
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
