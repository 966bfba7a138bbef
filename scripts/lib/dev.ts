/** Serves from source: `bun scripts/lib/dev.ts [--listen HOST:PORT]`. */
import { mkdirSync, watch } from "node:fs";

import { generate } from "./build.ts";

const folders = ["views", "public", "migrations"];

/** Writes the generated files again, once for a burst of changes; a mistake in a template is shown and waited out. */
function regenerateOnChange(): void {
  let pending: Timer | undefined;
  for (const folder of folders) {
    watch(folder, { recursive: true }, () => {
      clearTimeout(pending);
      pending = setTimeout(() => {
        generate().catch((error: unknown) => console.error(error instanceof Error ? error.message : error));
      }, 100);
    });
  }
}

function listenAddress(args: string[]): string {
  if (args.length === 0) return "127.0.0.1:8080";
  const [flag, address] = args;
  if (flag !== "--listen" || address === undefined || args.length > 2) {
    console.error("usage: scripts/dev [--listen HOST:PORT]");
    process.exit(2);
  }
  return address;
}

const listen = listenAddress(process.argv.slice(2));
mkdirSync("tmp/dev", { recursive: true });
await generate();
regenerateOnChange();
const server = Bun.spawn(
  [process.execPath, "--watch", "--no-clear-screen", "--define", "MULTI_TENANT=false", "src/main.ts", "serve"],
  {
    env: { ...process.env, PURSER_DATA_DIR: "tmp/dev", PURSER_LISTEN: listen },
    stdio: ["inherit", "inherit", "inherit"],
  },
);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => server.kill(signal));
process.exit(await server.exited);
