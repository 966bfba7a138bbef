import { createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import { OperatorProblem } from "../platform/config/problem.ts";
import type { App } from "../platform/context.ts";
import { exportTenant } from "../platform/export/archive.ts";

/**
 * Writes everything of an organization into a new file that only its owner may read. What cannot be written to its end is
 * taken away again: half an archive is none, and would be in the way of the next try.
 *
 * @throws OperatorProblem `cannot_create` where the file is there already, or cannot be made there
 */
export async function writeExport(app: App, organization: { id: string; name: string }, file: string): Promise<void> {
  const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new OperatorProblem(
      "cannot_create",
      error.code === "EEXIST"
        ? `${file} is already there, and is not overwritten`
        : `${file} cannot be written: ${error.message}`,
    );
  });
  await handle.close();
  try {
    await pipeline(
      Readable.from(exportTenant(app, organization)),
      createZstdCompress(),
      createWriteStream(file, { flags: "r+" }),
    );
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
