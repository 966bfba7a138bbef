import { Type } from "@sinclair/typebox";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { readDocument } from "../../platform/http/jsonapi/document.ts";
import { type Answer, json, type Route } from "../../platform/http/route.ts";
import { offeredItems, type ReferenceSet } from "../../platform/reference.ts";
import { chosenItems, importStandardData, setNamed } from "./standard-data.ts";

const path = "/api/v1/standard-data";
const permission = "settings.manage";
const nullable = Type.Union([Type.String(), Type.Null()]);
const attributes = Type.Object({
  label: Type.String(),
  description: Type.String(),
  items: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Type.String(),
      depth: Type.Integer(),
      sort_order: Type.Integer(),
      present: nullable,
      place_taken_by: nullable,
    }),
  ),
});

async function objectOf(ctx: Ctx, set: ReferenceSet): Promise<object> {
  const { key, label, description } = set;
  return {
    type: "standard_data",
    id: key,
    attributes: { label, description, items: await offeredItems(ctx, set) },
    links: { self: `${path}/${key}` },
  };
}

function show(ctx: Ctx, key: string): Promise<Answer> {
  return reading(ctx, async (reader) => {
    const set = setNamed(reader, key);
    return json({ jsonapi: { version: "1.1" }, links: { self: `${path}/${key}` }, data: await objectOf(reader, set) });
  });
}

export const standardDataApi: Route[] = [
  {
    method: "GET",
    path,
    door: "api",
    permission,
    doc: {
      summary: "The standard lists, entry by entry, with what has the same name or the same place already.",
      answer: { type: "standard_data", attributes, isList: true },
    },
    handle: async (ctx) => {
      const data = [];
      for (const set of ctx.app.registry.reference) data.push(await objectOf(ctx, set));
      return json({ jsonapi: { version: "1.1" }, links: { self: path }, data });
    },
  },
  {
    method: "GET",
    path: `${path}/:list`,
    door: "api",
    permission,
    doc: { summary: "One standard list.", answer: { type: "standard_data", attributes } },
    handle: async (ctx, incoming) => {
      return show(ctx, incoming.params["list"] ?? "");
    },
  },
  {
    method: "POST",
    path: `${path}/:list/import`,
    door: "api",
    permission,
    doc: {
      summary: "Take entries of a standard list, each under the name and in the place that is sent.",
      input: {
        type: "standard_data",
        attributes: Type.Object({ items: chosenItems }, { additionalProperties: false }),
      },
      answer: { type: "standard_data", attributes },
    },
    handle: async (ctx, incoming) => {
      const { key } = setNamed(ctx, incoming.params["list"] ?? "");
      const input = readDocument(await incoming.json(), "standard_data", key);
      await perform(ctx, importStandardData, { ...input, set: key });
      return show(ctx, key);
    },
  },
];
