import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { personWith } from "./access/actors.ts";
import { makeApiKey } from "../src/modules/staff/index.ts";
import { inUnit } from "../src/platform/context.ts";
import { noId } from "../src/platform/ids.ts";
import { makeClient } from "./support/desk.ts";
import { type Json, type ServedDocument, servedDocument } from "./support/document.ts";
import {
  addressOf,
  browserHeaders,
  type Everything,
  type Headers,
  keyHeaders,
  makeEverything,
} from "./support/everything.ts";
import {
  dice,
  hostileBodies,
  hostileDocuments,
  hostileHeaders,
  hostileIds,
  hostileQueries,
  some,
} from "./support/hostile.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/**
 * Every operation of the OpenAPI document, as each kind of actor, with something hostile in body, query, headers or
 * address: what comes back is what the document says of that operation, and never a defect.
 */

setDefaultTimeout(180_000);

interface Operation {
  method: string;
  /** As the document has it, `/api/v1/companies/{id}`. */
  path: string;
  described: Json;
}

let t: TestProgram;
let e: Everything;
let served: ServedDocument;
let operations: Operation[];
let actors: Record<string, Headers>;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  served = await servedDocument(t);
  operations = Object.entries<Json>(served.document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, described]) => ({ method: method.toUpperCase(), path, described })),
  );
  const narrow = await personWith(t.harbor, ["tickets.read"]);
  const { key } = await inUnit(t.harbor.system, (work) =>
    makeApiKey(work, narrow.actor.user_id ?? "", { name: "narrow", scopes: ["tickets.read"] }),
  );
  actors = {
    nobody: {},
    "portal administrator": await browserHeaders(t, (await makeClient(t, "Client A")).portal),
    "portal user": await browserHeaders(t, (await makeClient(t, "Client B", t.harbor, "client_user")).portal),
    "staff by session": await browserHeaders(t, await t.harbor.as("manager")),
    administrator: await keyHeaders(t.harbor, "administrator"),
    technician: await keyHeaders(t.harbor, "technician"),
    dispatcher: await keyHeaders(t.harbor, "dispatcher"),
    sales: await keyHeaders(t.harbor, "sales"),
    finance: await keyHeaders(t.harbor, "finance"),
    "key of one scope": await keyHeaders(t.harbor, "administrator", ["companies.read"]),
    "narrow person's key": { authorization: `Bearer ${key}` },
    "another organization's administrator": await keyHeaders(t.mill, "administrator"),
    "no token": { authorization: "Bearer \u00ff", cookie: "purser=x; purser_portal=%00" },
  };
});
afterAll(() => t.close());

const takesBody = (method: string): boolean => method === "POST" || method === "PUT" || method === "PATCH";
/** Ends access that the others need. */
const endsAccess = ({ method, path }: Operation): boolean =>
  /auth\/(logout|sessions|password|mfa)|reset-mfa/.test(path) ||
  (method === "DELETE" && /users|api-keys|roles/.test(path));

/** A request with one thing wrong, chosen by the dice. */
function hostileRequest(
  roll: () => number,
  { method, path }: Operation,
): { address: string; init: RequestInit; what: string } {
  const colons = path.replaceAll(/\{(\w+)\}/g, ":$1");
  const real =
    method === "GET" ? addressOf(colons, e.ids) : colons.replaceAll(/:(\w+_)?id\b/g, noId).replaceAll(/:\w+/g, "up");
  const kinds = [
    "query",
    "headers",
    ...(path.includes("{") ? ["id"] : []),
    ...(takesBody(method) ? ["body", "document", "body"] : []),
  ];
  const [kind = ""] = some(roll, kinds, 1);
  const json = { "content-type": "application/vnd.api+json" };
  const body = takesBody(method) ? { headers: json, body: "{}" } : {};
  if (kind === "query") {
    const [query = ""] = some(roll, hostileQueries, 1);
    return { address: real + query, init: body, what: query.slice(0, 80) };
  }
  if (kind === "headers") {
    const [headers = {}] = some(roll, hostileHeaders, 1);
    return {
      address: real,
      init: { ...body, headers: { ...body.headers, ...headers } },
      what: JSON.stringify(headers).slice(0, 80),
    };
  }
  if (kind === "id") {
    const [id = ""] = some(roll, hostileIds, 1);
    return { address: path.replaceAll(/\{\w+\}/g, id), init: body, what: `id ${id.slice(0, 80)}` };
  }
  if (kind === "document") {
    const type = path.split("/")[3]?.replaceAll("-", "_") ?? "x";
    const [document = ""] = some(roll, hostileDocuments(type), 1);
    return { address: real, init: { headers: json, body: document }, what: document.slice(0, 80) };
  }
  const [chosen] = some(roll, hostileBodies, 1);
  const type = chosen?.type ?? json["content-type"];
  return {
    address: real,
    init: { headers: { "content-type": type }, body: chosen?.body ?? "" },
    what: chosen?.name ?? "",
  };
}

/** What is wrong with an answer by the document, or null. */
function problemWith(
  { path, method, described }: Operation,
  status: number,
  type: string,
  text: string,
): string | null {
  if (status >= 500) return `a defect: ${text.slice(0, 200)}`;
  const said = described.responses[String(status)];
  const response = said?.$ref === undefined ? said : served.document.components.responses[said.$ref.split("/").at(-1)];
  // Addresses that are none at all are nobody's operation.
  if (response === undefined) return `${status} is not in the document of ${method} ${path}`;
  if (status === 204 || status === 304) return text === "" ? null : "a body where there is none";
  const media = type.split(";")[0] ?? "";
  const content = response.content?.[media];
  if (content === undefined) return `${media} is not in the document`;
  if (!media.endsWith("json")) return null;
  const check = served.compiled(content.schema ?? {});
  return check(JSON.parse(text)) ? null : JSON.stringify(check.errors?.slice(0, 2));
}

test("whatever anybody sends to any operation, the answer is one that the document describes", async () => {
  const wrong: Record<string, string[]> = {};
  const left = operations
    .filter((operation) => !endsAccess(operation))
    .flatMap((operation, at) =>
      Object.entries(actors).map(([name, headers], of) => ({ operation, name, headers, roll: dice(at * 100 + of) })),
    );
  const sent = left.length;
  const lane = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const { operation, name, headers, roll } = one;
      const { address, init, what } = hostileRequest(roll, operation);
      const own = new Headers(init.headers);
      for (const [header, value] of Object.entries(headers)) own.set(header, value);
      const answer = await t.fetch(
        address,
        { ...init, method: operation.method, headers: own },
        name.startsWith("another") ? t.mill : t.harbor,
      );
      const text = await answer.text();
      const problem = problemWith(operation, answer.status, answer.headers.get("content-type") ?? "", text);
      if (problem !== null) (wrong[problem] ??= []).push(`${operation.method} ${operation.path} by ${name}: ${what}`);
    }
  };
  await Promise.all(Array.from({ length: 6 }, lane));
  expect(Object.fromEntries(Object.entries(wrong).map(([problem, all]) => [problem, all.slice(0, 4)]))).toEqual({});
  expect(sent).toBeGreaterThan(3000);
});
