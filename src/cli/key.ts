import { OperatorProblem } from "../platform/config/problem.ts";
import { type RotationWatch, rotateDataKey } from "../platform/crypto/rotate.ts";
import { lockDataDir } from "../platform/lock.ts";
import type { Config } from "../platform/config/config.ts";
import { exit } from "./exit.ts";
import { exchange } from "./key-exchange.ts";
import { openProgram, publicUrlOf, tenantFor, tenantOption } from "./program.ts";
import { configOf, jsonOption, type Verb, type VerbGroup } from "./verb.ts";

const options = MULTI_TENANT ? [tenantOption] : [];

const list: Verb = {
  name: "list",
  summary: "The data keys of the organization, and whether a rotation is under way",
  options: [...options, jsonOption],
  takesConfig: true,
  run: async (args, io) => {
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    try {
      const id = await tenantFor(opened.database, args.value("tenant"));
      const rows = await opened.database.platform((db) =>
        db
          .selectFrom("tenant_keys")
          .innerJoin("tenants", "tenants.id", "tenant_keys.for_tenant_id")
          .select(["tenant_keys.key_id", "tenant_keys.created_at", "tenants.key_id as current"])
          .where("for_tenant_id", "=", id)
          .orderBy("tenant_keys.created_at", "desc")
          .execute(),
      );
      const keys = rows.map(({ key_id, created_at, current }) => ({
        key_id,
        created_at,
        is_current: key_id === current,
      }));
      if (args.has("json")) io.out(JSON.stringify(keys));
      else
        for (const { key_id, created_at, is_current } of keys)
          io.out(`${key_id}  ${created_at}  ${is_current ? "seals" : "only opens: a rotation is under way"}`);
      return exit.ok;
    } finally {
      await opened.close();
    }
  },
};

/** Takes the data for this process when no server has it; null while one runs. */
function lockIfFree(config: Config): ReturnType<typeof lockDataDir> | null {
  if (MULTI_TENANT) return null;
  try {
    return lockDataDir(config.dataDir);
  } catch (error) {
    if (error instanceof OperatorProblem && error.kind === "try_later") return null;
    throw error;
  }
}

const rotate: Verb = {
  name: "rotate",
  summary: "Seal files and stored secrets with a new data key, and throw the earlier key away",
  options,
  takesConfig: true,
  details:
    "Works while the server runs; then it waits two minutes before the earlier key goes, for what was being written\nmeanwhile. Broken off at any point, nothing is lost: call it again, and it goes on where it was. Archives that lie there\nto be fetched are thrown away. The master key stays as it is: `purser key exchange`.",
  run: async (args, io) => {
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    const lock = lockIfFree(config);
    // A backup that begins before and packs afterwards would hold files sealed with a key that its database does not know.
    let backups: ReturnType<typeof lockDataDir> | null = null;
    try {
      backups = MULTI_TENANT ? null : lockDataDir(config.dataDir, "backup.lock");
      const { app } = opened.program;
      const id = await tenantFor(opened.database, args.value("tenant"));
      let looked = 0;
      let files = 0;
      const watch: RotationWatch = {
        total: (count) => {
          [files, looked] = [count, 0];
        },
        file: () => {
          looked += 1;
          if (looked % 1000 === 0) io.err(`${looked} of ${files} files`);
        },
        isAlone: lock !== null,
      };
      for (
        let again = await rotateDataKey(app, id, watch);
        again !== null;
        again = await rotateDataKey(app, id, watch)
      ) {
        const wait = Math.max(0, Date.parse(again) - Date.parse(app.clock.now()));
        io.err(`Everything is sealed with the new key. One more look in ${Math.ceil(wait / 1000)} seconds …`);
        await Bun.sleep(wait);
      }
      io.err(`The new key seals everything (${files} ${files === 1 ? "file" : "files"}); the earlier one is gone.`);
      return exit.ok;
    } finally {
      backups?.release();
      lock?.release();
      await opened.close();
    }
  },
};

export const verb: VerbGroup = {
  name: "key",
  summary: "The data key that files and stored secrets are sealed with, and the master key above it",
  verbs: [list, rotate, exchange],
};
