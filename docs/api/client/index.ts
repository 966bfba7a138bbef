import type { Operations, Schemas } from "./types.ts";

export type { Operations, Schemas } from "./types.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** The addresses that take a method: `PathOf<"GET">` is `"/companies" | "/companies/{id}" | …`. */
export type PathOf<M extends Method> = keyof Operations extends infer K
  ? K extends `${M} ${infer P}`
    ? P
    : never
  : never;
type Operation<M extends Method, P extends string> = `${M} ${P}` extends keyof Operations
  ? Operations[`${M} ${P}`]
  : never;

/** Members whose type is `undefined` may be left out, and so may what may be undefined. */
type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: T[K];
};
export type Options<O> = O extends { path: infer P; query: infer Q; body: infer B }
  ? Given<{ path: P; query: Q | undefined; body: B }> & { headers?: Record<string, string> }
  : never;
type Answer<O> = O extends { answer: infer A } ? A : never;
/** One of the records of a list: what `data` holds. */
type Item<O> = Answer<O> extends { data: (infer R)[] } ? R : never;

/** The rest of a call: options may be left out when nothing in them is required. */
type Rest<O> = {} extends Options<O> ? [options?: Options<O>] : [options: Options<O>];

/** What the API refused: each error with its stable `code`. */
export class PurserError extends Error {
  constructor(
    readonly status: number,
    readonly errors: Schemas["error"][],
  ) {
    super(errors[0]?.detail ?? `The API answered ${status}.`);
    this.name = "PurserError";
  }
}

export interface ClientOptions {
  /** Where Purser is: `https://desk.example.com`. */
  url: string;
  /** An API key or an access token; none for signing in. */
  key?: string;
  /** Something that works as `fetch`, for tests. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * Purser's API, typed. It needs nothing but `fetch`.
 *
 * ```ts
 * const purser = new Purser({ url: "https://desk.example.com", key: "pk_…" });
 * const { data } = await purser.get("/tickets", { query: { filter: { source: "email" }, sort: ["-created_at"] } });
 * ```
 */
export class Purser {
  constructor(private readonly options: ClientOptions) {}

  get<P extends PathOf<"GET">>(path: P, ...rest: Rest<Operation<"GET", P>>): Promise<Answer<Operation<"GET", P>>> {
    return this.#send("GET", path, rest[0]);
  }

  post<P extends PathOf<"POST">>(path: P, ...rest: Rest<Operation<"POST", P>>): Promise<Answer<Operation<"POST", P>>> {
    return this.#send("POST", path, rest[0]);
  }

  put<P extends PathOf<"PUT">>(path: P, ...rest: Rest<Operation<"PUT", P>>): Promise<Answer<Operation<"PUT", P>>> {
    return this.#send("PUT", path, rest[0]);
  }

  patch<P extends PathOf<"PATCH">>(
    path: P,
    ...rest: Rest<Operation<"PATCH", P>>
  ): Promise<Answer<Operation<"PATCH", P>>> {
    return this.#send("PATCH", path, rest[0]);
  }

  delete<P extends PathOf<"DELETE">>(
    path: P,
    ...rest: Rest<Operation<"DELETE", P>>
  ): Promise<Answer<Operation<"DELETE", P>>> {
    return this.#send("DELETE", path, rest[0]);
  }

  /** Every record of a list, page after page. */
  async *each<P extends PathOf<"GET">>(
    path: P,
    ...rest: Rest<Operation<"GET", P>>
  ): AsyncGenerator<Item<Operation<"GET", P>>> {
    interface Page {
      data: Item<Operation<"GET", P>>[];
      links?: { next?: string | null };
    }
    let page: Page = await this.#send("GET", path, rest[0]);
    for (;;) {
      yield* page.data;
      const next = page.links?.next;
      if (next === undefined || next === null) return;
      page = await this.#fetch("GET", next, undefined, {});
    }
  }

  #send<T>(method: Method, path: string, options: unknown): Promise<T> {
    const given = (options ?? {}) as {
      path?: Record<string, string>;
      query?: Record<string, unknown>;
      body?: unknown;
      headers?: Record<string, string>;
    };
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given.path?.[name] ?? ""));
    const query = queryString(given.query ?? {});
    return this.#fetch(method, `/api/v1${filled}${query === "" ? "" : `?${query}`}`, given.body, given.headers ?? {});
  }

  async #fetch<T>(method: Method, address: string, body: unknown, headers: Record<string, string>): Promise<T> {
    const isDocument = typeof body === "object" && !(body instanceof FormData);
    const { url, key, fetch: send = fetch } = this.options;
    const answer = await send(url.replace(/\/$/, "") + address, {
      method,
      headers: {
        accept: "application/vnd.api+json, */*;q=0.5",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(isDocument ? { "content-type": "application/vnd.api+json" } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isDocument ? JSON.stringify(body) : (body as FormData | string) }),
    });
    if (answer.status === 204) return undefined as T;
    const isJson = answer.headers.get("content-type")?.includes("json") === true;
    if (!answer.ok) {
      const document = isJson ? ((await answer.json()) as { errors?: Schemas["error"][] }) : {};
      throw new PurserError(answer.status, document.errors ?? []);
    }
    return (isJson ? await answer.json() : await answer.blob()) as T;
  }
}

/** `{ filter: { total: { gte: "1" } }, sort: ["-name"] }` → `filter[total][gte]=1&sort=-name`. */
function queryString(query: Record<string, unknown>): string {
  const parts: string[] = [];
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return;
    if (Array.isArray(value)) parts.push(`${name}=${encodeURIComponent(value.join(","))}`);
    else if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) add(`${name}[${encodeURIComponent(key)}]`, inner);
    else parts.push(`${name}=${encodeURIComponent(String(value))}`);
  };
  for (const [name, value] of Object.entries(query)) add(name, value);
  return parts.join("&");
}
