import { declared, t } from "../language/index.ts";
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export type Decoded = { ok: true; text: string; encoding: TextEncoding } | { ok: false; code: string; reason: string };

const KNOWN_FORMATS: { starts: readonly number[]; name: string }[] = [
  { starts: [0x50, 0x4b, 0x03, 0x04], name: declared("an Excel workbook or a ZIP archive") },
  { starts: [0xd0, 0xcf, 0x11, 0xe0], name: declared("an old Excel workbook") },
  { starts: [0x25, 0x50, 0x44, 0x46], name: declared("a PDF document") },
];

const startsWith = (bytes: Uint8Array, prefix: readonly number[]): boolean =>
  prefix.every((byte, at) => bytes[at] === byte);

function decode(bytes: Uint8Array, encoding: TextEncoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Control characters that no text file needs; a form feed and the end mark of old DOS files are let through. */
const CONTROL = /[\u0000-\u0008\u000B\u000E-\u0019\u001B-\u001F]/;
/** The five bytes that Windows-1252 leaves undefined come out as these. */
const UNDEFINED_1252 = /[\u0081\u008D\u008F\u0090\u009D]/;

/**
 * Text from the bytes of a file: by its byte order mark, else strict UTF-8, else Windows-1252 (what older Windows
 * programs write). Anything with control characters is refused as binary, in one sentence.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  const known = KNOWN_FORMATS.find((format) => startsWith(bytes, format.starts));
  if (known) {
    return {
      ok: false,
      code: "not_text",
      reason: t("This is {name}, not a CSV file. Save the list as CSV and upload that.", { name: t(known.name) }),
    };
  }
  const text = readable(bytes);
  if (!text || CONTROL.test(text.text)) return { ok: false, code: "not_text", reason: notText() };
  return { ok: true, ...text };
}

const notText = (): string =>
  t("This is not a CSV file: it holds binary data. Export the list as CSV (text) and upload that.");

function readable(bytes: Uint8Array): { text: string; encoding: TextEncoding } | null {
  const marked: TextEncoding | null = startsWith(bytes, [0xff, 0xfe])
    ? "utf-16le"
    : startsWith(bytes, [0xfe, 0xff])
      ? "utf-16be"
      : startsWith(bytes, [0xef, 0xbb, 0xbf])
        ? "utf-8"
        : null;
  const encoding = marked ?? "utf-8";
  const text = decode(bytes, encoding);
  if (text !== null) return { text, encoding };
  if (marked) return null;
  const western = decode(bytes, "windows-1252");
  return western === null || UNDEFINED_1252.test(western) ? null : { text: western, encoding: "windows-1252" };
}
