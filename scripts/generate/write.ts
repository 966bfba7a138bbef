import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a file only when its content differs, and by renaming into place: a server or a watcher that reads it in the
 * same moment never sees half of it.
 */
export async function writeChanged(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const file = Bun.file(path);
  if ((await file.exists()) && Bun.hash(await file.bytes()) === Bun.hash(bytes)) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await Bun.write(temporary, bytes);
  await rename(temporary, path);
}
