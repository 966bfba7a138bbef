import { Failure, invalidField, malformed, stale } from "../../errors.ts";
import type { Incoming } from "../route.ts";

/** JSON:API documents as they come in. */

type Row = Record<string, unknown>;

/** What a change has beside its attributes: the id stands in the address, the version in `If-Match`. */
const elsewhere = ["id", "version"];

/**
 * The attributes of a request document of a type, relationships read as their `_id` columns; a bad frame is a 400, a wrong type or id a 409,
 * as JSON:API says.
 *
 * @param typeOf what a relationship leads to, where that is known: a record of another type is a 409
 */
export function readDocument(
  body: unknown,
  type: string,
  id: string | null,
  typeOf: (relationship: string) => string | null = () => null,
): Row {
  if (!isObject(body) || !isObject(body["data"])) {
    throw malformed(`Send a JSON:API document: {"data": {"type": "${type}", "attributes": {…}}}.`, "bad_document");
  }
  const { data } = body;
  if (data["type"] !== type)
    throw new Failure(409, "wrong_type", `data.type must be "${type}".`, [
      { field: "/data/type", code: "wrong_type", message: `Must be "${type}".` },
    ]);
  if (id !== null && data["id"] !== undefined && data["id"] !== id)
    throw new Failure(409, "wrong_id", "data.id is not the id of this address.");
  if (id === null && data["id"] !== undefined)
    throw new Failure(403, "client_id", "Purser gives the id; leave data.id out.");
  const attributes = data["attributes"] ?? {};
  if (!isObject(attributes)) throw malformed("data.attributes must be an object.", "bad_document");
  for (const name of id === null ? [] : elsewhere)
    if (Object.hasOwn(attributes, name)) throw invalidField(name, `Unknown field "${name}".`, "unknown_field");
  const values: Row = { ...attributes };
  const relationships = data["relationships"] ?? {};
  if (!isObject(relationships)) throw malformed("data.relationships must be an object.", "bad_document");
  for (const [name, relationship] of Object.entries(relationships)) {
    if (!isObject(relationship) || !("data" in relationship))
      throw malformed(`data.relationships.${name} needs a data member.`, "bad_document");
    const linkage = relationship["data"];
    const value = linkage === null ? null : isObject(linkage) ? linkage["id"] : undefined;
    if (value !== null && typeof value !== "string")
      throw malformed(`data.relationships.${name}.data must be null or have an id.`, "bad_document");
    const wanted = typeOf(name);
    if (isObject(linkage) && wanted !== null && linkage["type"] !== wanted)
      throw new Failure(409, "wrong_type", `The type of ${name} must be "${wanted}".`, [
        { field: `/data/relationships/${name}/data/type`, code: "wrong_type", message: `Must be "${wanted}".` },
      ]);
    const column = `${name}_id`;
    if (column in values && values[column] !== value)
      throw invalidField(column, "The attribute and the relationship say different things.");
    values[column] = value;
  }
  return values;
}

/**
 * Runs what takes the attributes of a document. What is wrong with one that came as a relationship points to that; one of
 * `shown`, which answers have and nobody can set, is called so in place of unknown.
 */
export async function aboutDocument<T>(body: unknown, shown: ReadonlySet<string>, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const data = isObject(body) && isObject(body["data"]) ? body["data"] : {};
    const sent = isObject(data["relationships"]) ? data["relationships"] : {};
    if (error instanceof Failure)
      for (const problem of error.problems) {
        if (problem.code === "unknown_field" && shown.has(problem.field)) {
          problem.code = "read_only";
          problem.message = `"${problem.field}" cannot be set: Purser keeps it itself. Leave it out.`;
        }
        const name = problem.field.replace(/_id$/, "");
        if (name !== problem.field && Object.hasOwn(sent, name)) problem.field = `/data/relationships/${name}`;
      }
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The attributes for a verb on a record: its body may be left out, or be the `{}` of clients that always send one; anything
 * else has to be a document of the type.
 */
export async function readVerb(incoming: Incoming, type: string, id: string | null): Promise<Row> {
  if ((await incoming.text()).trim() === "") return {};
  const body = await incoming.json();
  return isObject(body) && Object.keys(body).length === 0 ? {} : readDocument(body, type, id);
}

/** For verbs that take nothing: any member is unknown (422). */
export function refuseMembers(input: Row): void {
  const [field] = Object.keys(input);
  if (field !== undefined) throw invalidField(field, `Unknown field "${field}".`, "unknown_field");
}

/** `If-Match: "3"` as the version that a change expects. */
export function ifMatch(incoming: Incoming): { version?: number } {
  const header = incoming.request.headers.get("if-match");
  if (header === null || header === "*") return {};
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header.trim());
  if (match === null) throw malformed('If-Match must be the ETag of the record, such as "3".', "bad_if_match");
  return { version: Number(match[1]) };
}

/** Refuses (412) what changes nothing in the record's own row, and so holds no version, when the record is not as it was shown. */
export function checkMatch(incoming: Incoming, row: object): void {
  const { version } = ifMatch(incoming);
  if (version !== undefined && "version" in row && row.version !== version) throw stale();
}
