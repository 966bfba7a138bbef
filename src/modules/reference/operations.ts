import type { BadgeModel } from "../../platform/http/models/partials.ts";
import type { OpenApiDocument } from "../../platform/openapi/document.ts";
import type { Schema } from "../../platform/openapi/schemas.ts";

/** One operation of the OpenAPI document. */
export interface Operation {
  method: string;
  path: string;
  id: string;
  /** What it belongs to: "companies", "ticket queues". */
  tag: string;
  summary: string;
  described: Schema;
}

export const operationsOf = (document: OpenApiDocument): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      id: String(described["operationId"]),
      tag: (described["tags"] as string[])[0] ?? "",
      summary: String(described["summary"]),
      described,
    })),
  );

const tones: Readonly<Record<string, BadgeModel["tone"]>> = { GET: "info", DELETE: "error", POST: "success" };

export const toneOf = (method: string): BadgeModel["tone"] => tones[method] ?? "warning";

/** "ticket queues" as a heading. */
export const titleOf = (tag: string): string =>
  (tag.charAt(0).toUpperCase() + tag.slice(1)).replace(/^Api /, "API ").replace(/^Oauth /, "OAuth ");

/** The place of a tag on the index page. */
export const anchorOf = (tag: string): string => `api-${tag.replaceAll(/[^a-z0-9]+/g, "-")}`;

/** A path without what all of them begin with. */
export const shortPath = (path: string): string => path.replace(/^\/api\/v1(?=\/)/, "");
