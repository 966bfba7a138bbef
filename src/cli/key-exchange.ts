import { existsSync } from "node:fs";
import { exchangeMasterKey, type Exchanged } from "../platform/crypto/exchange.ts";
import {
  createMasterKey,
  earlierKeyFile,
  keyIdAt,
  nextKeyFile,
  readMasterKey,
  settleMasterKey,
} from "../platform/crypto/master-key.ts";
import type { Config } from "../platform/config/config.ts";
import { lockDataDir } from "../platform/lock.ts";
import { exit } from "./exit.ts";
import { openProgram, OtherMasterKey, publicUrlOf } from "./program.ts";
import { configOf, type Io, type Verb } from "./verb.ts";

export const exchange: Verb = {
  name: "exchange",
  summary: "Put everything under a new master key; the server has to be stopped",
  options: [
    {
      name: "new-key",
      value: "FILE",
      summary: "The new key, which you put in its place yourself; made there when there is none",
    },
  ],
  takesConfig: true,
  details: `
Without --new-key the key is made and put in the place of the present one, which is kept beside it as secret.key.ID:
backups from before need it. Cut off at any point, call it again: the data is under one key at every moment, and both
keys stay until it is done. Recovery codes and links to stop mails hang on the master key and end with it.`,
  run: async (args, io) => {
    const config = configOf(args, io);
    const own = args.value("new-key");
    const path = own ?? nextKeyFile(config.secretKeyFile);
    const waiting = keyIdAt(path);
    const opened = await openProgram(config, { isAlone: true, publicUrl: publicUrlOf(config) }).catch(
      (error: unknown) => {
        // Cut off after the data had gone over to the key that the operator puts in place.
        if (own !== null && error instanceof OtherMasterKey && error.needed === waiting) return null;
        throw error;
      },
    );
    if (opened === null) {
      io.err(`Everything is under the master key ${waiting} already.`);
      tellToPlace(config, path, io);
      return exit.ok;
    }
    // A backup made meanwhile would name the key of before.
    const backups = MULTI_TENANT ? null : lockDataDir(config.dataDir, "backup.lock");
    try {
      if (own === null && waiting !== null && !existsSync(path)) {
        io.err(`The exchange that was cut off is finished: everything is under the master key ${waiting}.`);
        return exit.ok;
      }
      const before = opened.program.app.keyring.keyId;
      if (waiting === null) createMasterKey(path);
      const done = await exchangeMasterKey(opened.program.app, readMasterKey(path));
      if (own === null) settleMasterKey(config.secretKeyFile, done.keyId);
      tell(done, io);
      if (own !== null) tellToPlace(config, path, io);
      else
        io.err(
          `The earlier one (${before}) is kept as ${earlierKeyFile(config.secretKeyFile, before)} for backups from before.`,
        );
      return exit.ok;
    } finally {
      backups?.release();
      await opened.close();
    }
  },
};

function tell({ keyId, organizations, recoveryCodes }: Exchanged, io: Io): void {
  io.err(
    MULTI_TENANT
      ? `Everything is under the new master key ${keyId} (${organizations} organizations).`
      : `Everything is under the new master key ${keyId}.`,
  );
  if (recoveryCodes > 0) io.err(`${recoveryCodes} recovery codes have ended: tell people to make new ones.`);
  if (MULTI_TENANT) io.err("Put the new key on every node before it starts.");
  io.err("Where the database may have gone astray too, give it new data keys: purser key rotate.");
}

function tellToPlace({ secretKeyFile }: Config, path: string, io: Io): void {
  io.err(`Put ${path} in the place of ${secretKeyFile} now, and keep the earlier one for backups from before.`);
}
