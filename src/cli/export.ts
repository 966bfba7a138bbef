import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import { exportTenant } from "../platform/export/archive.ts";
import { loadTenant } from "../platform/tenants.ts";
import { exit } from "./exit.ts";
import { openProgram, publicUrlOf, tenantFor } from "./program.ts";
import { configOf, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "export",
  summary: "Write all data into one archive that other programs can read (.tar.zst)",
  operands: ["FILE"],
  takesConfig: true,
  details:
    "Rows as NDJSON by table, files as they were uploaded. Secrets (passwords, tokens, keys of other services) are left\nout. It is no backup: `purser backup create` makes one.",
  run: async (args, io) => {
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    try {
      const { app } = opened.program;
      const id = await tenantFor(opened.database, null);
      const { name } = await app.database.read(id, (db) => loadTenant(app, db, id));
      const file = args.operands[0] ?? "";
      await pipeline(
        Readable.from(exportTenant(app, { id, name })),
        createZstdCompress(),
        createWriteStream(file, { flags: "wx", mode: 0o600 }),
      );
      io.err(`Everything is in ${file}.`);
      return exit.ok;
    } finally {
      await opened.close();
    }
  },
};
