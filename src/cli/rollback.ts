import { migrations } from "#generated/migrations.ts";
import { listSnapshots, rollBack, type Snapshot } from "../platform/backup/rollback.ts";
import { refuseOnPostgres } from "./backup.ts";
import { exit } from "./exit.ts";
import { configOf, jsonOption, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "rollback",
  summary: "Take an upgrade back: the database as it was before it; the server has to be stopped",
  operands: ["[FILE]"],
  options: [{ name: "list", summary: "Only list the copies that upgrades have left" }, jsonOption],
  takesConfig: true,
  details: `
Before it changes the schema, Purser leaves a copy of the database in backups/. This puts the newest one, or FILE, in its
place. Files stay: no upgrade changes them. What was there is kept in the data directory as before-restore-….
Put the earlier executable back before you start again: this one would bring the data up to date anew.`,
  run: async (args, io) => {
    refuseOnPostgres();
    const config = configOf(args, io);
    const now = new Date();
    if (args.has("list")) {
      const snapshots = listSnapshots(config.dataDir);
      if (args.has("json")) io.out(JSON.stringify(snapshots));
      else for (const one of snapshots) io.out(`${one.path}  ${describe(one, now)}`);
      if (snapshots.length === 0) io.err("No upgrade has left a copy.");
      return exit.ok;
    }
    const file = args.operands[0] ?? null;
    const { snapshot, replaced } = await rollBack({ place: config, file, known: Object.keys(migrations), now });
    if (args.has("json")) io.out(JSON.stringify({ ...snapshot, replaced }));
    else {
      io.out(`${config.dataDir} is as it was ${describe(snapshot, now)}`);
      io.err(`What was written since is given up. It is kept in ${replaced ?? "no place, for there was none"}.`);
      io.err("Start the earlier Purser now: this one would bring the data up to date again.");
    }
    return exit.ok;
  },
};

function describe({ version, made_at }: Snapshot, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - made_at.getTime()) / 60_000));
  return `${made_at.toISOString()}, ${minutes} minutes ago, with schema ${version}`;
}
