import { Type } from "@sinclair/typebox";
import { isOfFormat } from "../../../platform/access/formats.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { aboutParameter, malformed } from "../../../platform/errors.ts";
import { type Answer, type Incoming, json, type Route } from "../../../platform/http/route.ts";
import { measureNow, usageOf } from "../usage.ts";
import { exists, route } from "./route.ts";

/** The days of `filter[from]` to `filter[to]`, the last thirty unless told; CSV when that is asked for. */
async function usage(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = await exists(ctx, incoming);
  const { searchParams } = incoming.url;
  const day = (name: string, fallback: string): string =>
    aboutParameter(name, () => {
      const given = searchParams.get(name) ?? fallback;
      if (!isOfFormat("date", given)) throw malformed(`${name} must be a date such as 2026-11-21.`, "bad_filter");
      return given;
    });
  const today = ctx.app.clock.now().slice(0, 10);
  const monthAgo = Temporal.PlainDate.from(today).subtract({ days: 29 }).toString();
  const [from, to] = [day("filter[from]", monthAgo), day("filter[to]", today)];
  await measureNow(ctx.app, id);
  const rows = await reading(ctx, ({ db }) => usageOf(db, id, from, to));
  return json({
    jsonapi: { version: "1.1" },
    links: { self: incoming.url.pathname + incoming.url.search },
    data: rows.map((attributes) => ({ type: "tenant_usage", id: `${id}:${attributes.used_on}`, attributes })),
  });
}

const usageAttributes = Type.Object({
  used_on: Type.String({ format: "date" }),
  staff_count: Type.Integer(),
  portal_user_count: Type.Integer(),
  ticket_count: Type.Integer({ description: "Opened on the day." }),
  storage_kb: Type.Integer(),
  request_count: Type.Integer(),
  mail_count: Type.Integer({ description: "Sent on the day." }),
});

export const usageApi: Route[] = [
  route(
    "GET",
    "/:id/usage",
    {
      summary: "What an organization has used, a day each",
      answer: {
        type: "tenant_usage",
        attributes: usageAttributes,
        isList: true,
      },
      parameters: { "filter[from]": Type.String({ format: "date" }), "filter[to]": Type.String({ format: "date" }) },
    },
    usage,
  ),
];
