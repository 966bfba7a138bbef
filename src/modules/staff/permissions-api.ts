import { Type } from "@sinclair/typebox";
import { json, type Route } from "../../platform/http/route.ts";

/** `GET /api/v1/permissions`: what roles can grant, for staff and for the portal. */
export const permissionsApi: Route[] = [
  {
    method: "GET",
    path: "/api/v1/permissions",
    door: "api",
    permission: "staff.manage",
    doc: {
      summary: "The permissions that roles can grant.",
      answer: {
        type: "permissions",
        isList: true,
        attributes: Type.Object({
          description: Type.String(),
          module: Type.String(),
          user_type: Type.String(),
          is_scoped: Type.Boolean(),
        }),
      },
    },
    handle: async (ctx, incoming) => {
      const { modules, scoped } = ctx.app.registry;
      const list = (module: string, given: Readonly<Record<string, string>> | undefined, user_type: string): object[] =>
        Object.entries(given ?? {}).map(([id, description]) => ({
          type: "permissions",
          id,
          attributes: { description, module, user_type, is_scoped: scoped.has(id) },
        }));
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        data: modules.flatMap(({ name, permissions, portalPermissions }) => [
          ...list(name, permissions, "staff"),
          ...list(name, portalPermissions, "portal"),
        ]),
      });
    },
  },
];
