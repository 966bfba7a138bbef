import { loadTenant } from "../platform/tenants.ts";
import { exit } from "./exit.ts";
import { openProgram, publicUrlOf, tenantFor } from "./program.ts";
import { configOf, type Verb } from "./verb.ts";
import { writeExport } from "./write-export.ts";

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
      await writeExport(app, { id, name }, file);
      io.err(`Everything is in ${file}.`);
      return exit.ok;
    } finally {
      await opened.close();
    }
  },
};
