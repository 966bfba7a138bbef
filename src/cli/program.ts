import { resolveTxt } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { migrations } from "#generated/migrations.ts";
import { createProgram, type Program } from "../app.ts";
import { systemClock } from "../platform/clock.ts";
import type { Config } from "../platform/config/config.ts";
import { dataPaths, prepareDataDir } from "../platform/config/data-dir.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { DataKeyMissing } from "../platform/crypto/data-keys.ts";
import { keyring } from "../platform/crypto/keyring.ts";
import { loadMasterKey, settleMasterKey } from "../platform/crypto/master-key.ts";
import type { Database } from "../platform/database/database.ts";
import { type MigrationStatus, NewerSchema } from "../platform/database/migrator.ts";
import { assertServingRole } from "../platform/database/serving-role.ts";
import { fileStore } from "../platform/files/store.ts";
import { type Lock, lockDataDir } from "../platform/lock.ts";
import { isId } from "../platform/ids.ts";
import { log } from "../platform/log.ts";
import { provisionOnly, refreshTenant } from "../platform/provision.ts";
import type { Option } from "./verb.ts";

/** What differs between the editions: where the database is and how it is brought up to date. */
export interface Storage {
  status(): Promise<MigrationStatus>;
  /** Applies what is pending, after a snapshot where that is possible. Returns the names. */
  migrate(): Promise<string[]>;
  open(): Promise<Database>;
}

/** The storage of this edition; the other half is not part of the program. */
export async function storageOf(config: Config): Promise<Storage> {
  return MULTI_TENANT
    ? (await import("./storage-postgres.ts")).postgresStorage(config, migrations)
    : (await import("./storage-sqlite.ts")).sqliteStorage(config, migrations);
}

export interface Opened {
  program: Program;
  database: Database;
  close(): Promise<void>;
}

/**
 * Opens the program over its data: directory, lock, migration, key, organizations. `isAlone` takes the data directory for
 * this process (the server); other commands work beside it.
 */
export async function openProgram(
  config: Config,
  { isAlone, publicUrl }: { isAlone: boolean; publicUrl: string },
): Promise<Opened> {
  prepareDataDir(config.dataDir);
  const lock: Lock | null = isAlone && !MULTI_TENANT ? lockDataDir(config.dataDir) : null;
  try {
    const storage = await storageOf(config);
    await migrateStorage(storage, isAlone);
    const database = await storage.open();
    try {
      if (MULTI_TENANT) await assertServingRole(database);
      // A server that could not write would look well until somebody presses a button.
      if (isAlone) await database.probe();
      const program = await assemble(config, database, publicUrl);
      return {
        program,
        database,
        close: async () => {
          await database.close();
          lock?.release();
        },
      };
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/**
 * Brings the schema up to date, or says that a running server has to do it first. A database that has nothing yet, perhaps
 * because the very first start was cut off, anybody may begin.
 */
async function migrateStorage(storage: Storage, isAlone: boolean): Promise<void> {
  try {
    const { applied, pending } = await storage.status();
    if (pending.length === 0) return;
    if (!isAlone && !MULTI_TENANT && applied.length > 0) {
      throw new OperatorProblem(
        "try_later",
        "the database is older than this program; start the server or run `purser migrate` first",
      );
    }
    const done = await storage.migrate();
    if (done.length > 0)
      log.info("the database was brought up to date", { steps: done.length, last: done.at(-1) ?? "" });
  } catch (error) {
    if (error instanceof NewerSchema)
      throw new OperatorProblem("configuration", error.message, [
        "Install the newer Purser again, or restore a backup of this version.",
      ]);
    throw error;
  }
}

async function assemble(config: Config, database: Database, publicUrl: string): Promise<Program> {
  const { tenants, keyId } = await database.platform(async (db) => ({
    tenants: await db.selectFrom("tenants").select(["id", "deleting_at"]).execute(),
    keyId: await db.selectFrom("installation").select("fact_value").where("fact", "=", "key_id").executeTakeFirst(),
  }));
  if (keyId !== undefined && settleMasterKey(config.secretKeyFile, keyId.fact_value))
    log.warn("the exchange of the master key that was cut off is finished", { key_id: keyId.fact_value });
  const keys = keyring(loadMasterKey(config, { mayCreate: tenants.length === 0 && keyId === undefined }));
  if (keyId !== undefined && keyId.fact_value !== keys.keyId) {
    throw new OtherMasterKey(
      keyId.fact_value,
      `this data was sealed with the master key ${keyId.fact_value}, but ${config.secretKeyFile} holds ${keys.keyId}`,
      ["Put the right key file in its place; without it stored passwords and files cannot be read."],
    );
  }
  if (keyId === undefined) {
    await database.platform((db) =>
      db.insertInto("installation").values({ fact: "key_id", fact_value: keys.keyId }).execute(),
    );
  }
  const program = createProgram({
    edition: MULTI_TENANT ? "multi" : "single",
    clock: systemClock,
    database,
    keyring: keys,
    files: fileStore(dataPaths(config.dataDir).files, keys),
    options: {
      publicUrl,
      stripeApiBase: config.stripeApiBase,
      dataDir: config.dataDir,
      adminUrl: config.adminUrl,
      isOperatorMfaRequired: config.isOperatorMfaRequired,
      allowedNetworks: config.allowedNetworks,
      // Who has the installation alone has a mail server beside it; of many organizations none calls the others' neighbours.
      serverNetworks: MULTI_TENANT ? config.allowedNetworks : null,
      resolveTxt,
      requestsPerMinute: config.requestsPerMinute,
    },
  });
  if (!MULTI_TENANT) await provisionOnly(program.app);
  // One that is being deleted has lost its key already, and only a running program brings the deletion to its end.
  for (const { id, deleting_at } of tenants) if (deleting_at === null) await openTenant(program.app, id);
  return program;
}

/** The data is under another master key than the one that is configured. */
export class OtherMasterKey extends OperatorProblem {
  constructor(
    readonly needed: string,
    message: string,
    hints: readonly string[],
  ) {
    super("configuration", message, hints);
  }
}

/** What of an organization has to be right before anything is served. */
async function openTenant(app: Program["app"], id: string): Promise<void> {
  try {
    await refreshTenant(app, id);
  } catch (error) {
    if (!(error instanceof DataKeyMissing)) throw error;
    throw new OperatorProblem("configuration", `${error.message}, so what it keeps encrypted cannot be read`, [
      "Restore the table tenant_keys from a backup, or put the master key back that had wrapped the key.",
    ]);
  }
}

/** The tenant that a command is meant for: the only one, or the one that `--tenant` names by its domain. */
export async function tenantFor(database: Database, domain: string | null): Promise<string> {
  // As it is typed on the pages too: capitals, letters beyond ASCII, a dot at the end.
  const { normalHost } = MULTI_TENANT ? await import("../modules/tenants/index.ts") : { normalHost: () => null };
  const found = await database.platform((db) =>
    domain === null
      ? db.selectFrom("tenants").select("id").limit(2).execute()
      : db
          .selectFrom("tenant_domains")
          .select("domain_tenant_id as id")
          .where((eb) =>
            eb.or([
              eb("domain", "=", normalHost(domain) ?? domain),
              ...(isId(domain) ? [eb("domain_tenant_id", "=", domain)] : []),
            ]),
          )
          .limit(1)
          .execute(),
  );
  const [first, second] = found;
  if (first === undefined)
    throw new OperatorProblem(
      "failed",
      domain === null ? "there is no organization yet" : `no organization has the domain ${domain}`,
    );
  if (second !== undefined)
    throw new OperatorProblem("usage", "there are several organizations; name one with --tenant DOMAIN");
  return first.id;
}

export const tenantOption: Option = { name: "tenant", value: "DOMAIN", summary: "The organization, by its host name" };

/**
 * What links begin with as long as an organization's settings say nothing: the listening address, or where that means
 * every address, one by which other machines reach this one. `port` is the real one where the settings let the system
 * choose.
 */
export function publicUrlOf({ publicUrl, listen }: Config, port = listen.port): string {
  if (publicUrl !== null) return publicUrl;
  const host = isEveryAddress(listen.host) ? outsideAddress() : listen.host;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

const isEveryAddress = (host: string): boolean => host === "0.0.0.0" || host === "::";

function outsideAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((known) => known ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
