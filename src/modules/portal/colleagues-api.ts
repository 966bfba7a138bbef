import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { forbidden, unauthorized } from "../../platform/errors.ts";
import { readDocument } from "../../platform/http/jsonapi/document.ts";
import { type Answer, type ApiAnswer, json, type Route } from "../../platform/http/route.ts";
import { colleagues, manageColleagues, rolesToGive, saveColleague } from "./colleagues.ts";

const path = "/api/v1/portal/company/contacts";
const uuid = Type.String({ format: "uuid" });
const maybe = Type.Union([Type.String(), Type.Null()]);

const attributes = Type.Object({
  first_name: Type.String(),
  last_name: Type.String(),
  email: maybe,
  phone: maybe,
  title: maybe,
  is_portal_user: Type.Boolean(),
  role_id: Type.Union([uuid, Type.Null()]),
});

const answer: ApiAnswer = {
  type: "contacts",
  attributes,
  isList: true,
  meta: Type.Object({ roles: Type.Array(Type.Object({ id: uuid, name: Type.String() })) }),
};

function forManagers(handle: Route["handle"]): Route["handle"] {
  return async (ctx, incoming) => {
    if (ctx.actor.kind !== "portal") throw unauthorized();
    if (!can(ctx.actor, manageColleagues)) throw forbidden();
    return handle(ctx, incoming);
  };
}

async function list(ctx: Ctx): Promise<Answer> {
  const people = await colleagues(ctx);
  return json({
    jsonapi: { version: "1.1" },
    links: { self: path },
    data: people.map(({ id, first_name, last_name, email, phone, title, is_portal_user, role_id }) => ({
      type: "contacts",
      id,
      attributes: { first_name, last_name, email, phone, title, is_portal_user, role_id },
    })),
    meta: { roles: (await rolesToGive(ctx)).map(({ id, name }) => ({ id, name })) },
  });
}

/** The company's own people (PRD 3.15.2). */
export const colleaguesApi: Route[] = [
  {
    method: "GET",
    path,
    door: "api",
    permission: null,
    doc: { summary: "One's company's people, with the roles that one can give them.", answer },
    handle: forManagers(list),
  },
  {
    method: "PUT",
    path,
    door: "api",
    permission: null,
    doc: {
      summary: "Add one of the company's people or change one; give access to the portal, or take it.",
      description:
        "With the attribute `id` it changes that person, without it adds one. `role_id` gives access by that role, null takes it, left out it stays.",
      input: { type: "contacts", attributes: saveColleague.input },
      answer,
    },
    handle: forManagers(async (ctx, incoming) => {
      await perform(ctx, saveColleague, readDocument(await incoming.json(), "contacts", null));
      return reading(ctx, list);
    }),
  },
];
