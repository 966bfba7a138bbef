import { join, normalize } from "node:path";

/** Where the build put the browser's files: beside the program in the binary, in `dist/public` when run from source. */
const root = Bun.isStandaloneExecutable
  ? join(import.meta.dir, "public")
  : join(import.meta.dir, "../../../../dist/public");

const types: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  woff2: "font/woff2",
  webmanifest: "application/manifest+json",
};

/** Texts as they are sent to browsers that take gzip: made once, a few files for the life of the program. */
const packed = new Map<string, Uint8Array<ArrayBuffer>>();

/**
 * A file of `dist/public`. Pages refer to it with its version, so browsers may keep it for ever. Texts go packed; pages do
 * not, because a secret in a page that also repeats what was asked could be guessed from its packed length (BREACH).
 */
export async function assetAnswer(path: string, acceptEncoding = ""): Promise<Response> {
  const clean = normalize(`/${path}`);
  const file = Bun.file(join(root, clean));
  const type = types[clean.split(".").at(-1) ?? ""];
  if (type === undefined || !(await file.exists())) return new Response("Not found", { status: 404 });
  const headers = { "content-type": type, "cache-control": "public, max-age=31536000, immutable" };
  if (!type.startsWith("text/")) return new Response(file, { headers });
  if (!/\bgzip\b/.test(acceptEncoding)) return new Response(file, { headers: { ...headers, vary: "accept-encoding" } });
  let bytes = packed.get(clean);
  if (bytes === undefined) packed.set(clean, (bytes = Bun.gzipSync(await file.bytes(), { level: 9 })));
  return new Response(bytes, { headers: { ...headers, "content-encoding": "gzip", vary: "accept-encoding" } });
}
