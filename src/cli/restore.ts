import { migrations } from "#generated/migrations.ts";
import { rehearseRestore, restoreBackup } from "../platform/backup/restore.ts";
import { describe, refuseOnPostgres, summaryOf } from "./backup.ts";
import { exit } from "./exit.ts";
import { configOf, jsonOption, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "restore",
  summary: "Put a backup in the place of the present data; the server has to be stopped",
  operands: ["FILE"],
  options: [{ name: "dry-run", summary: "Check the backup, its schema and its key, and change nothing" }, jsonOption],
  takesConfig: true,
  details: `
The backup is unpacked and checked beside the present data, then exchanged by renames. What was there is kept in the
data directory as before-restore-…: delete it when you do not need it any more.
Afterwards \`purser serve\` brings an older backup up to the present schema.`,
  run: async (args, io) => {
    refuseOnPostgres();
    const config = configOf(args, io);
    const archive = args.operands[0] ?? "";
    const wish = { place: config, archive, known: Object.keys(migrations), now: new Date() };
    if (args.has("dry-run")) {
      const manifest = await rehearseRestore(wish);
      io.out(
        args.has("json")
          ? JSON.stringify({ restored: false, ...summaryOf(manifest) })
          : `${archive} can be restored: ${describe(manifest)}`,
      );
      return exit.ok;
    }
    const { manifest, replaced, isEarlierKey } = await restoreBackup(wish);
    if (args.has("json")) io.out(JSON.stringify({ restored: true, replaced, ...summaryOf(manifest) }));
    else {
      io.out(`Restored to ${config.dataDir}: ${describe(manifest)}`);
      if (replaced !== null) io.out(`What was there before is in ${replaced}`);
      if (isEarlierKey)
        io.err(
          `It is under the earlier master key ${manifest.key_id}: \`purser key exchange\` puts it under a new one.`,
        );
    }
    return exit.ok;
  },
};
