import { Kind, OptionalKind, type TObject, type TSchema } from "@sinclair/typebox";
import { withoutNull } from "../../access/emptied.ts";
import { Failure, malformed } from "../../errors.ts";
import { t } from "../../language/index.ts";
import { changeKey } from "../../database/edge.ts";
import { readBytes } from "../body.ts";
import { decodeUtf8, parseMultipart } from "./multipart.ts";

export interface UploadedFile {
  /** The input's name. */
  field: string;
  /** The file's name as the browser gave it: shown, never used as a path. */
  name: string;
  /** The media type that the browser says it has; empty when it says none. */
  type: string;
  bytes: Uint8Array;
}

/** A form as it was sent. A name that came more than once has an array. */
export interface UploadedForm {
  fields: Record<string, string | string[]>;
  files: UploadedFile[];
}

const mostFields = 2000;

/**
 * Reads the body of a form, urlencoded or multipart.
 * @throws Failure 413 for more than `maxBytes`, 400 for what cannot be read, 415 for what is no form
 */
export async function readForm(request: Request, { maxBytes }: { maxBytes: number }): Promise<UploadedForm> {
  const contentType = request.headers.get("content-type") ?? "";
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  const body = await bodyOf(request, maxBytes);
  if (type === "multipart/form-data") return multipartForm(body, contentType);
  if (type === "application/x-www-form-urlencoded")
    return { fields: gathered(urlencodedPairs(decodeUtf8(body))), files: [] };
  // A button that posts without any field may come without a type.
  if (body.length === 0) return { fields: {}, files: [] };
  throw new Failure(
    415,
    "unsupported_media_type",
    t("Send the form as multipart/form-data or application/x-www-form-urlencoded."),
  );
}

async function bodyOf(request: Request, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readBytes(request, maxBytes);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw malformed(t("The form did not arrive completely."));
  }
}

function multipartForm(body: Uint8Array, contentType: string): UploadedForm {
  const pairs: [string, string][] = [];
  const files: UploadedFile[] = [];
  for (const part of parseMultipart(body, contentType)) {
    if (part.file_name === null) {
      pairs.push([part.name, decodeUtf8(part.bytes)]);
    } else if (part.file_name !== "" || part.bytes.length > 0) {
      // A file input without a file sends an empty part without a name.
      files.push({ field: part.name, name: part.file_name, type: part.type, bytes: part.bytes });
    }
  }
  return { fields: gathered(pairs), files };
}

function urlencodedPairs(text: string): [string, string][] {
  const pairs = text.split("&").filter((pair) => pair !== "");
  if (pairs.length > mostFields) throw malformed(t("The form has too many fields."));
  return pairs.map((pair) => {
    const at = pair.indexOf("=");
    return at === -1 ? [decoded(pair), ""] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw malformed(t("The form is not valid UTF-8."));
  }
}

/** Pairs by name. Browsers send line breaks as CR LF; inside the program a line ends with LF. */
function gathered(pairs: readonly [string, string][]): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, raw] of pairs) {
    const value = raw.replaceAll("\r\n", "\n");
    const known = fields.get(name);
    if (known === undefined) fields.set(name, value);
    else if (Array.isArray(known)) known.push(value);
    else fields.set(name, [known, value]);
  }
  return Object.fromEntries(fields);
}

type Typed = string | string[];

/**
 * Typed fields as the input of a schema: check boxes as booleans, numbers as numbers, an emptied field as null where the
 * schema allows it, left out where something is made that has a value of its own for it, and otherwise an empty text, which
 * validation refuses where there has to be something; `address.city` as a nested object, repeated names and `name[]` as arrays. What cannot be read stays as it was typed, and unknown names stay in, so that validation
 * reports both. Names that begin with `_` are the form's own.
 *
 * A box that is not ticked sends nothing, so an absent boolean is false and an absent array empty; a form that shows only
 * some of the schema's members names those as `shown`, and the others stay absent.
 */
export function coerceForm(
  schema: TObject,
  fields: Readonly<Record<string, Typed>>,
  shown?: readonly string[],
): Record<string, unknown> {
  const input = new Map<string, unknown>();
  const nested = new Map<string, Record<string, Typed>>();
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith("_")) continue;
    const dot = name.indexOf(".");
    const first = dot === -1 ? name.replace(/\[\]$/, "") : name.slice(0, dot);
    const property = Object.hasOwn(schema.properties, first) ? schema.properties[first] : undefined;
    if (property === undefined) input.set(name, value);
    else if (dot === -1) input.set(first, coerced(property, value));
    else nested.set(first, { ...nested.get(first), [name.slice(dot + 1)]: value });
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    const inner = withoutNull(property);
    const parts = nested.get(name);
    if (parts !== undefined) input.set(name, isObject(inner) ? coerceForm(inner, parts) : parts);
    else if (!input.has(name) && (shown?.includes(name) ?? true)) {
      if (inner[Kind] === "Boolean") input.set(name, false);
      if (inner[Kind] === "Array" && (shown !== undefined || property[OptionalKind] === undefined)) input.set(name, []);
    }
  }
  return Object.fromEntries([...input].filter(([, value]) => value !== undefined));
}

function coerced(schema: TSchema, typed: Typed): unknown {
  const inner = withoutNull(schema);
  if (inner[Kind] === "Array") {
    const items = (Array.isArray(typed) ? typed : [typed]).filter((item) => item !== "");
    return items.map((item) => coerced(inner["items"] as TSchema, item));
  }
  // A check box may have a hidden "false" before it; the last one counts.
  if (inner[Kind] === "Boolean") return asBoolean(Array.isArray(typed) ? (typed.at(-1) ?? "") : typed);
  if (Array.isArray(typed)) return typed;
  const text = inner[Kind] === "String" && inner["format"] === undefined ? typed : typed.trim();
  if (text === "") return emptied(schema, inner);
  if (inner[Kind] === "Integer" || inner[Kind] === "Number") return asNumber(text, inner[Kind] === "Integer");
  const literal = literalsOf(inner).find((value) => String(value) === text);
  return literal ?? text;
}

function emptied(schema: TSchema, inner: TSchema): unknown {
  if (inner !== schema) return null;
  if (Object.hasOwn(schema, changeKey)) return "";
  const takesBlank =
    inner[Kind] === "String" && inner["format"] === undefined && inner["pattern"] === undefined && !inner["minLength"];
  return takesBlank || schema[OptionalKind] === undefined ? "" : undefined;
}

function asBoolean(text: string): boolean | string {
  if (["on", "true", "1"].includes(text)) return true;
  return ["", "off", "false", "0"].includes(text) ? false : text;
}

function asNumber(text: string, isInteger: boolean): number | string {
  const isPlain = isInteger ? /^[+-]?\d{1,15}$/.test(text) : /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text);
  return isPlain ? Number(text) : text;
}

function literalsOf(schema: TSchema): unknown[] {
  if (schema[Kind] === "Literal") return [schema["const"]];
  return schema[Kind] === "Union" ? (schema["anyOf"] as TSchema[]).flatMap(literalsOf) : [];
}

function isObject(schema: TSchema): schema is TObject {
  return schema[Kind] === "Object";
}
