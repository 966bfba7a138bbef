import { prepareDataDir } from "../platform/config/data-dir.ts";
import { lockDataDir } from "../platform/lock.ts";
import { exit } from "./exit.ts";
import { storageOf } from "./program.ts";
import { configOf, jsonOption, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "migrate",
  summary: "Bring the database up to date, which the server also does when it starts",
  options: [
    { name: "plan", summary: "Only say what would be done" },
    { name: "status", summary: "Only say what has been done and what is pending" },
    jsonOption,
  ],
  takesConfig: true,
  run: async (args, io) => {
    const config = configOf(args, io);
    prepareDataDir(config.dataDir);
    const storage = await storageOf(config);
    if (args.has("plan") || args.has("status")) {
      const status = await storage.status();
      if (args.has("json")) io.out(JSON.stringify(status));
      else {
        if (args.has("status")) for (const name of status.applied) io.out(`applied  ${name}`);
        for (const name of status.pending) io.out(`pending  ${name}`);
        if (status.pending.length === 0) io.err("The database is up to date.");
      }
      return exit.ok;
    }
    const lock = MULTI_TENANT ? null : lockDataDir(config.dataDir);
    try {
      const done = await storage.migrate();
      if (args.has("json")) io.out(JSON.stringify({ applied: done }));
      else for (const name of done) io.out(`applied  ${name}`);
      return exit.ok;
    } finally {
      lock?.release();
    }
  },
};
