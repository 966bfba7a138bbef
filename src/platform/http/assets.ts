import { join, normalize } from "node:path";

/** Where the build put the browser's files: beside the program in the binary, in `dist/public` when run from source. */
const root = Bun.isStandaloneExecutable
  ? join(import.meta.dir, "public")
  : join(import.meta.dir, "../../../dist/public");

const types: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  woff2: "font/woff2",
  webmanifest: "application/manifest+json",
};

/** A file of `dist/public`. Pages refer to it with its version, so browsers may keep it for ever. */
export async function assetAnswer(path: string): Promise<Response> {
  const clean = normalize(`/${path}`);
  const file = Bun.file(join(root, clean));
  const type = types[clean.split(".").at(-1) ?? ""];
  if (type === undefined || !(await file.exists())) return new Response("Not found", { status: 404 });
  return new Response(file, {
    headers: { "content-type": type, "cache-control": "public, max-age=31536000, immutable" },
  });
}
