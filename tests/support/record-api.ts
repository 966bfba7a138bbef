import type { ApiAnswer, TestProgram } from "./program.ts";

export type Attributes = Record<string, unknown>;

/** A JSON:API document without an id. */
export function document(type: string, attributes: object): unknown {
  return { data: { type, attributes } };
}

/** Where an answer's errors point to. */
export function pointers(answer: ApiAnswer): string[] {
  return answer.body.errors.map((error: { source: { pointer: string } }) => error.source.pointer);
}

/** What the records of a list answer are called. */
export function names(answer: ApiAnswer): string[] {
  return answer.body.data.map((one: { attributes: { name: string } }) => one.attributes.name);
}

export interface RecordApi {
  get(path: string, as?: string): Promise<ApiAnswer>;
  post(path: string, type: string, attributes?: Attributes, as?: string): Promise<ApiAnswer>;
  /** Makes a record that has to come about; answers its id. */
  made(path: string, type: string, attributes: Attributes): Promise<string>;
  patch(path: string, type: string, attributes: Attributes, as?: string): Promise<ApiAnswer>;
  remove(path: string, as?: string): Promise<ApiAnswer>;
}

/** Records over the API at addresses below `/api/v1/`, as whoever has the key unless another one is given. */
export function recordApi(t: TestProgram, key: string): RecordApi {
  const post: RecordApi["post"] = (path, type, attributes = {}, as = key) =>
    t.api("POST", `/api/v1/${path}`, { key: as, body: document(type, attributes) });
  return {
    get: (path, as = key) => t.api("GET", `/api/v1/${path}`, { key: as }),
    post,
    made: async (path, type, attributes) => {
      const answer = await post(path, type, attributes);
      if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body.data.id;
    },
    patch: (path, type, attributes, as = key) =>
      t.api("PATCH", `/api/v1/${path}`, { key: as, body: document(type, attributes) }),
    remove: (path, as = key) => t.api("DELETE", `/api/v1/${path}`, { key: as }),
  };
}
