import { Failure, malformed, tooLarge } from "../errors.ts";
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

const patienceMilliseconds = 30_000;
/** 16 KiB a second: slower than any line that people work on. */
const slowestPerMillisecond = 16;

/**
 * A request's body as bytes; stops reading as soon as there are too many, or when it takes longer than so large a one may
 * (408): whoever sends a byte now and then would hold a connection for as long as they like.
 */
export async function readBytes(
  request: Request,
  maxBytes: number,
  patience = patienceMilliseconds,
): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  const tooMany = tooLarge(t("The request is larger than {size} KiB.", { size: Math.floor(maxBytes / 1024) }));
  if (!/^(identity)?$/i.test(request.headers.get("content-encoding") ?? ""))
    throw new Failure(415, "unsupported_media_type", t("Send the body as it is, without Content-Encoding."));
  if (Number(length ?? 0) > maxBytes) throw tooMany;
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Failure(408, "too_slow", t("The request took too long to arrive. Send it again."))),
    patience + Number(length ?? maxBytes) / slowestPerMillisecond,
  );
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { value, done } = await Promise.race([reader.read(), late.promise]);
      if (done) return Buffer.concat(chunks);
      size += value.byteLength;
      if (size > maxBytes) throw tooMany;
      chunks.push(value);
    }
  } catch (error) {
    // Whoever is still sending is not waited for.
    void reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
