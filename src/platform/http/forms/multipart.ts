import { malformed } from "../../errors.ts";
import { t } from "../../language/index.ts";

/** One part of a `multipart/form-data` body. */
export interface Part {
  name: string;
  /** The file's name as the browser gave it, or null for a plain field. */
  file_name: string | null;
  /** The declared media type, lower case; empty when there is none. Nobody has checked it. */
  type: string;
  bytes: Uint8Array;
}

const mostParts = 2000;
const longestHead = 16 * 1024;
const unreadable = () => malformed(t("The form could not be read: its parts are not put together correctly."));

/**
 * The parts of a body (RFC 7578), strictly: a body that ends before its closing boundary, or a part without a name, is a
 * 400. The bytes of files are views of `body`, not copies.
 */
export function parseMultipart(body: Uint8Array, contentType: string): Part[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`);
  const parts: Part[] = [];
  // The first boundary has no line break of its own before it when nothing stands there.
  const opening = delimiter.subarray(2);
  let at = bytes.subarray(0, opening.length).equals(opening)
    ? opening.length
    : after(bytes.indexOf(delimiter), delimiter);
  for (;;) {
    if (bytes.subarray(at, at + 2).toString("latin1") === "--") return parts;
    const start = endOfLine(bytes, at);
    const end = bytes.indexOf(delimiter, start - 2);
    if (end === -1 || parts.length === mostParts) throw unreadable();
    parts.push(partOf(bytes, start, end));
    at = end + delimiter.length;
  }
}

function after(found: number, delimiter: Buffer): number {
  if (found === -1) throw unreadable();
  return found + delimiter.length;
}

/** Where the line after a boundary begins; blanks may stand behind the boundary. */
function endOfLine(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at += 1;
  if (bytes[at] !== 0x0d || bytes[at + 1] !== 0x0a) throw unreadable();
  return at + 2;
}

function partOf(bytes: Buffer, start: number, end: number): Part {
  const blank = bytes.subarray(start, start + longestHead).indexOf("\r\n\r\n");
  if (blank === -1 || start + blank + 4 > end) throw unreadable();
  const head = headersOf(decodeUtf8(bytes.subarray(start, start + blank)));
  const disposition = head.get("content-disposition") ?? "";
  const name = parameter(disposition, "name");
  if (!/^form-data\s*;/i.test(disposition) || name === null) throw unreadable();
  const fileName = parameter(disposition, "filename");
  return {
    name,
    file_name: fileName,
    type: (head.get("content-type") ?? "").toLowerCase(),
    bytes: bytes.subarray(start + blank + 4, end),
  };
}

function headersOf(head: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.split("\r\n")) {
    const at = line.indexOf(":");
    if (at < 1) throw unreadable();
    headers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  return headers;
}

/** A parameter of a header, quoted or not. Browsers escape quotes and line breaks as `%22`, `%0D` and `%0A`. */
function parameter(header: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]*))`, "i").exec(header);
  if (match === null) return null;
  const value = match[1] === undefined ? (match[2] ?? "") : match[1].replace(/\\(["\\])/g, "$1");
  return value.replace(/%22/g, '"').replace(/%0D/gi, "\r").replace(/%0A/gi, "\n");
}

function boundaryOf(contentType: string): string {
  const boundary = parameter(contentType, "boundary") ?? "";
  if (boundary === "" || boundary.length > 70)
    throw malformed(t("The form does not say where its parts begin and end."));
  return boundary;
}

/** Text of a form; 400 unless it is valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(t("The form is not valid UTF-8."));
  }
}
