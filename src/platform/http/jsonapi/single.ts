import type { TObject, TSchema } from "@sinclair/typebox";
import { type Ctx, reading } from "../../context.ts";
import { type Answer, json, type Route } from "../route.ts";
import { ifMatch, readDocument } from "./document.ts";

/** A record that there is one of, so that its address carries no id: an organization's settings, what somebody has chosen. */
export interface Single {
  /** `/api/v1/organization`. */
  path: string;
  type: string;
  permission: string | null;
  /** What is shown. */
  attributes: TSchema;
  /** What may be sent. */
  input: TObject;
  summaries: { show: string; change: string };
  /** It may not be there yet: then `data` is null. */
  isNullable?: true;
  /** Nobody else changes it: it says no version and is held to none. */
  isUnversioned?: true;
  /** The record as it stands; without a version as long as nobody has changed what it is by itself. */
  load(ctx: Ctx): Promise<{ id: string; version?: number | undefined; attributes: object } | null>;
  /** Changes what was sent; `match` is the version that If-Match names. */
  change(ctx: Ctx, given: Record<string, unknown>, match: { version?: number }): Promise<unknown>;
}

/** GET shows it, PUT and PATCH change it; both leave as they are the members that are not sent. */
export function singleRoutes(single: Single): Route[] {
  const { path, type, permission, attributes, input, summaries, isNullable, isUnversioned } = single;
  const answer = { type, attributes, ...(isNullable === undefined ? {} : { isNullable }) };
  const show = async (ctx: Ctx): Promise<Answer> => {
    const found = await reading(ctx, single.load);
    const document = { jsonapi: { version: "1.1" }, links: { self: path } };
    if (found === null) return json({ ...document, data: null });
    const { id, version, attributes: shown } = found;
    const headers: Record<string, string> = version === undefined ? {} : { etag: `"${version}"` };
    return json({ ...document, data: { type, id, attributes: shown } }, 200, headers);
  };
  const write = (method: "PUT" | "PATCH"): Route => ({
    method,
    path,
    door: "api",
    permission,
    doc: {
      ...(isUnversioned === undefined ? { isHeldToVersion: true } : {}),
      summary: summaries.change,
      input: { type, attributes: input },
      answer,
    },
    handle: async (ctx, incoming) => {
      // Whoever is nobody hears that first, whatever they send.
      const present = await reading(ctx, single.load);
      const body = await incoming.json();
      const match = isUnversioned === undefined ? ifMatch(incoming) : {};
      await single.change(ctx, readDocument(body, type, present?.id ?? ""), match);
      return show(ctx);
    },
  });
  return [
    {
      method: "GET",
      path,
      door: "api",
      permission,
      doc: { ...(isUnversioned === undefined ? { hasVersion: true } : {}), summary: summaries.show, answer },
      handle: (ctx) => show(ctx),
    },
    write("PUT"),
    write("PATCH"),
  ];
}
