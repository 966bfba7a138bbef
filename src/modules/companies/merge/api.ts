import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { reading } from "../../../platform/context.ts";
import { malformed } from "../../../platform/errors.ts";
import { showOne } from "../../../platform/http/jsonapi/routes.ts";
import { ifMatch, readDocument } from "../../../platform/http/jsonapi/document.ts";
import { json, type Route } from "../../../platform/http/route.ts";
import { isId } from "../../../platform/ids.ts";
import { companyResource, contactResource, siteResource } from "../resources.ts";
import { mergeActions } from "./actions.ts";
import { duplicatesOf } from "./duplicates.ts";
import { mergePreview, type MergeTable } from "./preview.ts";

const permission = "companies.merge";
const resources = { companies: companyResource, contacts: contactResource, sites: siteResource };
const singular = { companies: "company", contacts: "contact" } as const;
const difference = Type.Object({
  name: Type.String({ description: "A column, or custom_fields.key." }),
  label: Type.String(),
  kept: Type.Unknown(),
  gone: Type.Unknown(),
  is_taken: Type.Boolean(),
});

function mergeRoutes(table: MergeTable): Route[] {
  return [
    {
      method: "POST",
      path: `/api/v1/${table}/:id/merge`,
      door: "api",
      permission,
      doc: {
        summary:
          "Makes another record and this one the same: everything that refers to the other one refers to this one.",
        input: {
          type: table,
          attributes: Type.Object({
            merged_id: Type.String({ format: "uuid" }),
            take: Type.Optional(Type.Array(Type.String())),
          }),
        },
        answer: { one: table },
      },
      handle: async (ctx, incoming) => {
        const id = incoming.params["id"] ?? "";
        await reading(ctx, (reader) => find(reader, table, id));
        const attributes = readDocument(await incoming.json(), table, id);
        await perform(ctx, mergeActions[table], { ...attributes, id, ...ifMatch(incoming) });
        return showOne(ctx, resources[table], id);
      },
    },
    {
      method: "GET",
      path: `/api/v1/${table}/:id/merge`,
      door: "api",
      permission,
      doc: {
        summary: "What merging the record named by `with` into this one would do.",
        answer: {
          type: "merge_previews",
          attributes: Type.Object({
            differences: Type.Array(difference),
            held: Type.Array(Type.Object({ table: Type.String(), count: Type.Integer() })),
            conflicts: Type.Array(Type.String()),
          }),
        },
        parameters: { with: Type.String({ format: "uuid" }) },
      },
      handle: async (ctx, incoming) => {
        const id = incoming.params["id"] ?? "";
        await find(ctx, table, id);
        const other = incoming.url.searchParams.get("with") ?? "";
        if (!isId(other)) throw malformed("The parameter with needs the id of the other record.", "bad_filter");
        const { differences, held, conflicts } = await mergePreview(ctx, table, id, other);
        return json({
          jsonapi: { version: "1.1" },
          links: { self: incoming.url.pathname + incoming.url.search },
          data: {
            type: "merge_previews",
            id: other,
            attributes: {
              differences: differences.map(({ isTaken, ...one }) => ({ ...one, is_taken: isTaken })),
              held,
              conflicts,
            },
          },
        });
      },
    },
  ];
}

/** Duplicates and merging over the API. */
export const mergeApi: Route[] = [
  ...mergeRoutes("companies"),
  ...mergeRoutes("contacts"),
  ...mergeRoutes("sites"),
  ...(["companies", "contacts"] as const).map((table): Route => ({
    method: "GET",
    path: `/api/v1/${singular[table]}-duplicates`,
    door: "api",
    permission,
    isOutsideRead: true,
    doc: {
      summary: "Pairs of records that are probably the same, the surest first.",
      answer: {
        type: "duplicates",
        isList: true,
        attributes: Type.Object({ score: Type.Integer(), reasons: Type.Array(Type.String()) }),
      },
    },
    handle: async (ctx, incoming) => {
      const { pairs, compared, total } = await duplicatesOf(ctx, table);
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        meta: { compared_count: compared, total_count: total },
        data: pairs.map(({ score, reasons, first, second }) => ({
          type: "duplicates",
          id: `${first.id}~${second.id}`,
          attributes: { score, reasons },
          relationships: {
            first: { data: { type: table, id: first.id } },
            second: { data: { type: table, id: second.id } },
          },
        })),
      });
    },
  })),
];
