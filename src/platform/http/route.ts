import type { TObject, TSchema } from "@sinclair/typebox";
import type { Ctx } from "../context.ts";
import type { Failure } from "../errors.ts";
import type { Resource } from "../resource.ts";
import type { Flash } from "./models/layouts.ts";
import type { UploadedForm } from "./forms/form.ts";

/**
 * Which door a route belongs to, and so who may come in:
 * `staff` and `portal` pages need a session of that kind, `open` pages none, `api` takes a bearer token, an API key or a
 * session, `hook` is called by other services and proves itself. `operator` pages exist only at the operators' own host.
 */
export type Door = "staff" | "portal" | "open" | "api" | "hook" | "operator";

/** The largest body of a route that says nothing of it. */
export const defaultMaxBytes = 1024 * 1024;

/** The largest request that any route takes: a file of the largest size (50 MB) in base64 with its frame, or several smaller ones. */
export const mostUploadBytes = 70 * 1024 * 1024;

export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with `:parameters`. */
  path: string;
  door: Door;
  /** What the actor needs; null: being let in by the door is enough. */
  permission: string | null;
  /** A GET gets a context that reads; anything else changes through `perform`. */
  handle(ctx: Ctx, incoming: Incoming): Promise<Answer>;
  /** Open as well to a session that lacks the second step which a role requires: for setting one up, and for leaving. */
  isOpenWithoutSecondStep?: boolean;
  /** True for a GET that asks other services, or works long on a file: it must not hold a read open meanwhile, and opens its own. */
  isOutsideRead?: boolean;
  /** Of a POST that may be done again at any time, for it goes on where it was broken off: no part of it uses up an Idempotency-Key. */
  isRepeatable?: boolean;
  /** What a failure says at a door for programs, where another standard than JSON:API has words for it. */
  failureBody?: (failure: Failure) => object;
  /** Largest body, in bytes; `defaultMaxBytes` unless told. */
  maxBytes?: number;
  /** The module it belongs to; the registry says it. */
  module?: string | undefined;
  /** Another module that it shows the records of: when that is switched off, it is gone as well. */
  needs?: string;
  /** Of an API route written by hand: what the OpenAPI document says. Routes of resources describe themselves. */
  doc?: ApiDoc;
}

/** Whether a path is one of the API: its root, or below it. */
export function isApi(path: string): boolean {
  return path === "/api/v1" || path.startsWith("/api/v1/");
}

/** What the OpenAPI document says of a route beside its path, permission and errors. */
export interface ApiDoc {
  /** What it does, in a sentence. */
  summary: string;
  /** More than a sentence, where there is more to know. */
  description?: string;
  /** The request document: its type and attributes, or a body of another media type; several: any of them; absent: none. */
  input?: ApiInput | readonly ApiInput[];
  /** Of a verb whose body may be left out. */
  isInputOptional?: boolean;
  /** What is answered: records of a resource, a document of its own, another media type, or nothing (204). */
  answer: ApiAnswer;
  /** Another form in which the same is answered to whoever accepts it: `text/csv`. */
  file?: "text/csv";
  /** That there may be nothing (404) although no id stands in the address. */
  mayBeMissing?: boolean;
  /** 200 unless told; 204 for nothing. */
  status?: number;
  /** Whether what was made is found at `Location`; unless told, records of resources are. */
  hasLocation?: boolean;
  /** Of what makes something once: that 200 is answered, with the same, when it was there already. */
  isOnce?: boolean;
  /** Whether it is held to `If-Match`; unless told, what changes a record that has an address of its own. */
  isHeldToVersion?: boolean;
  /** Whether the answer says its version as `ETag`; unless told, what changes one does, and a record that has a version. */
  hasVersion?: boolean;
  /** Which of the grammar's query parameters it takes: a list's, or those of a single record; absent: none. */
  grammar?: "list" | "record";
  /** Query parameters beside those of the grammar. */
  parameters?: Readonly<Record<string, TSchema>>;
  /** That it is for those on the way in as well, who bring the challenge of a step in its input. */
  isForChallenge?: boolean;
  /** Set once another route does it better: the answer's headers, the document and the reference page say so. */
  deprecated?: Deprecation;
}

export type ApiInput = { type: string; attributes: TObject } | { media: string; schema: TSchema };

export type ApiAnswer =
  // Resources by their type, or themselves where it is not the staff's own.
  | { one: string | Resource; isNullable?: boolean; meta?: TSchema }
  | { many: string | Resource }
  | {
      type: string;
      attributes: TSchema;
      /** The types that its relationships point to, by name. */
      relationships?: Readonly<Record<string, string>>;
      isList?: boolean;
      isNullable?: boolean;
      meta?: TSchema;
    }
  | { meta: TSchema; links?: TSchema }
  | { media: string }
  | "nothing";

/** Something that goes away: since when it is not to be used, when it stops to work, and what stands in for it. */
export interface Deprecation {
  /** `YYYY-MM-DD`: the header `Deprecation` (RFC 9745). */
  since: string;
  /** `YYYY-MM-DD`: the header `Sunset` (RFC 8594). */
  sunset: string;
  /** The path that does it now, `/api/v1/…`; for an attribute, the name of another. */
  instead: string;
}

/** A request as a handler sees it. Bodies are read once, within the route's limit; what cannot be read is a 400. */
export interface Incoming {
  readonly request: Request;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  /** True for a request that htmx makes to swap a part of the page. */
  readonly isFragment: boolean;
  /** The id of the element htmx will swap, or empty. */
  readonly fragmentTarget: string;
  form(): Promise<UploadedForm>;
  json(): Promise<unknown>;
  text(): Promise<string>;
}

export type Answer =
  | { kind: "page"; view: string; title: string; model: object; status: number; headers?: Record<string, string> }
  | { kind: "fragment"; view: string; model: object; status: number }
  | { kind: "redirect"; to: string; flash: Flash | null; cookies: string[] }
  | { kind: "json"; body: unknown; status: number; headers: Record<string, string> }
  | { kind: "response"; response: Response };

/** A whole page inside the layout of its door. */
export function page(view: string, title: string, model: object, status = 200): Extract<Answer, { kind: "page" }> {
  return { kind: "page", view, title, model, status };
}

/** A part of a page, for htmx. */
export function fragment(view: string, model: object, status = 200): Answer {
  return { kind: "fragment", view, model, status };
}

/** Elsewhere (303), with a sentence to show there. */
export function redirect(to: string, text = "", kind: Flash["kind"] = "success", cookies: string[] = []): Answer {
  return { kind: "redirect", to, flash: text === "" ? null : { kind, text }, cookies };
}

/** A JSON:API document. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return { kind: "json", body, status, headers };
}

/** An answer that is made already: a file, a stream. */
export function response(raw: Response): Answer {
  return { kind: "response", response: raw };
}
