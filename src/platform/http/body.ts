import { malformed, tooLarge } from "../errors.ts";
import { t } from "../language/index.ts";

/** A request's body as text: at most `maxBytes` (413), valid UTF-8 (400). */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed(t("The body is not valid UTF-8."));
  }
}

/** A request's body as bytes; stops reading as soon as there are too many. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooMany = tooLarge(t("The request is larger than {size} KiB.", { size: Math.floor(maxBytes / 1024) }));
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooMany;
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooMany;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
