import type { Registry } from "../registry.ts";
import { ref, type Schema } from "./schemas.ts";
import { filterSchemas } from "./parameters.ts";

/** What is the same for every resource: errors, links, headers, ways to prove who one is. */

export const commonSchemas: Readonly<Record<string, Schema>> = {
  ...filterSchemas,
  jsonapi: { type: "object", properties: { version: { const: "1.1" } }, required: ["version"] },
  self_link: { type: "object", properties: { self: { type: "string" } }, required: ["self"] },
  relationship_links: {
    type: "object",
    properties: { self: { type: "string" }, related: { type: "string" } },
  },
  list_links: {
    type: "object",
    properties: {
      self: { type: "string" },
      first: { type: "string", description: "The first page of the same list." },
      next: { type: ["string", "null"], description: "The next page, or null on the last one." },
    },
    required: ["self"],
  },
  resource_object: {
    type: "object",
    description: "A record of any type.",
    properties: { type: { type: "string" }, id: { type: "string" }, attributes: { type: "object" } },
    required: ["type", "id"],
  },
  error_document: {
    type: "object",
    properties: { jsonapi: ref("jsonapi"), errors: { type: "array", items: ref("error"), minItems: 1 } },
    required: ["jsonapi", "errors"],
  },
  error: {
    type: "object",
    properties: {
      id: { type: "string", description: "The request's number: it stands in `X-Request-Id` and in the log." },
      status: { type: "string", pattern: "^[45]\\d\\d$" },
      code: { type: "string", description: "Stable; programs go by it." },
      title: { type: "string" },
      detail: { type: "string", description: "A sentence for people." },
      source: {
        type: "object",
        properties: {
          pointer: { type: "string", description: "The member of the request document." },
          parameter: { type: "string", description: "The query parameter." },
        },
      },
    },
    required: ["id", "status", "code", "title", "detail"],
  },
};

export const commonParameters: Readonly<Record<string, Schema>> = {
  page: {
    name: "page",
    in: "query",
    description:
      "`page[size]`: 1 to 200, 25 unless told. `page[after]`: where `links.next` of the page before continues.",
    style: "deepObject",
    explode: true,
    schema: {
      type: "object",
      properties: { size: { type: "integer", minimum: 1, maximum: 200, default: 25 }, after: { type: "string" } },
      additionalProperties: false,
    },
  },
  if_match: {
    name: "If-Match",
    in: "header",
    description: "The `ETag` that was shown: if the record has changed meanwhile, the answer is 412.",
    schema: { type: "string", example: '"3"' },
  },
  idempotency_key: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "1 to 255 printable characters: the same key and request within a day get the first answer, the work is done once.",
    schema: { type: "string", minLength: 1, maxLength: 255 },
  },
};

export const commonHeaders: Readonly<Record<string, Schema>> = {
  etag: { description: "The version of the record, for `If-Match`.", schema: { type: "string" } },
  location: { description: "The address of the new record.", schema: { type: "string" } },
  replayed: { description: "`true` when this answer was given before under the same key.", schema: { type: "string" } },
  retry_after: { description: "Seconds after which it is worth trying again.", schema: { type: "integer" } },
  rate_limit: {
    description: "How many requests a minute the nearer limit allows. Left out where there is no limit.",
    schema: { type: "integer" },
  },
  rate_remaining: { description: "How many of them are left.", schema: { type: "integer" } },
  rate_reset: { description: "Seconds until all of them are free again.", schema: { type: "integer" } },
  request_id: { description: "The request's number, for questions about it.", schema: { type: "string" } },
  deprecation: { description: "Since when this is deprecated (RFC 9745).", schema: { type: "string" } },
  link: { description: 'What to use instead, with `rel="successor-version"` (RFC 8288).', schema: { type: "string" } },
  sunset: { description: "When it stops to work (RFC 8594).", schema: { type: "string" } },
};

/** What every answer of the API says of the limits that the asking key or person has. */
export const rateHeaders: Schema = {
  "RateLimit-Limit": { $ref: "#/components/headers/rate_limit" },
  "RateLimit-Remaining": { $ref: "#/components/headers/rate_remaining" },
  "RateLimit-Reset": { $ref: "#/components/headers/rate_reset" },
};

const failures: Readonly<Record<string, string>> = {
  400: "The request cannot be read. Codes: `malformed`, `bad_document`, `unknown_parameter`, `repeated_parameter`, `unknown_filter`, `unknown_operator`, `bad_filter`, `bad_sort`, `bad_include`, `bad_fields`, `bad_page_size`, `bad_cursor`, `bad_if_match`, `bad_idempotency_key`.",
  401: "Nobody is signed in, or the credentials are wrong. Code: `unauthorized`.",
  403: "Signed in, but without the permission. Codes: `forbidden`, `client_id`.",
  404: "Not there, or out of reach: nobody can tell which. Code: `not_found`.",
  405: "The address takes other methods; `Allow` names them. Code: `method_not_allowed`.",
  406: "`Accept` takes only forms that Purser does not have. Code: `not_acceptable`.",
  408: "The body took too long to arrive. Code: `too_slow`.",
  409: "The present state does not allow it, the detail names what holds it; or the document's type or id is another one. Codes: `conflict`, `wrong_type`, `wrong_id`, `request_in_progress`, and those of the action.",
  412: "Somebody else has changed the record. Code: `stale`.",
  413: "Too large. Code: `too_large`.",
  415: "A media type that this address does not take. Code: `unsupported_media_type`.",
  422: "Understood, and wrong: one error a field, each with `source.pointer`. Codes: `required`, `unknown_field`, `read_only`, `invalid_choice`, `invalid_format`, `invalid_type`, `too_short`, `too_long`, `too_small`, `too_large`, `not_unique`, `invalid`, `idempotency_key_reused`.",
  429: "More requests than the key or the organization has a minute, or too many attempts; `Retry-After` says when to go on. Code: `too_many`.",
  500: "A defect on our side; the log has it under the error's `id`. Code: `defect`.",
  503: "Not available now: restarting, not set up, suspended, or the database does not answer.",
};

export const commonResponses: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries(failures).map(([status, description]) => [
    `error_${status}`,
    {
      description,
      headers: {
        "X-Request-Id": { $ref: "#/components/headers/request_id" },
        ...(status === "429" ? rateHeaders : {}),
        ...(status === "429" || status === "503" || status === "409"
          ? { "Retry-After": { $ref: "#/components/headers/retry_after" } }
          : {}),
      },
      content: { "application/vnd.api+json": { schema: ref("error_document") } },
    },
  ]),
);

/** The ways to prove who one is; the scopes of apps are the permissions that staff can have. */
export function securitySchemes(permissions: Registry["permissions"]): Readonly<Record<string, Schema>> {
  const scopes = Object.fromEntries(permissions);
  const tokenUrl = "/oauth/token";
  return {
    bearer: {
      type: "http",
      scheme: "bearer",
      description: "An access token of `POST /api/v1/auth/login` (a JWT), or an API key.",
    },
    api_key: { type: "apiKey", in: "header", name: "X-API-Key", description: "An API key: Account, API keys." },
    oauth2: {
      type: "oauth2",
      description:
        "An app of somebody else: Settings, Connected apps. PKCE (S256) is required; `/.well-known/oauth-authorization-server` tells the same.",
      flows: {
        authorizationCode: { authorizationUrl: "/oauth/authorize", tokenUrl, refreshUrl: tokenUrl, scopes },
        clientCredentials: { tokenUrl, scopes },
      },
    },
  };
}
