import { Database } from "bun:sqlite";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrations } from "#generated/migrations.ts";
import { newDataDir } from "../binary.ts";
import { type Installation, newInstallation } from "../installation.ts";
import { person } from "../started.ts";
import type { Chance } from "./chance.ts";
import { olderInstallation } from "./older-installation.ts";
import { openRows } from "./rows.ts";
import { ask, documentOf } from "./stage.ts";

/** Kills with -9 where nothing is served yet: while it starts, upgrades, backs up and restores. Then it has to work, whole. */

export interface Moments {
  rounds: number;
  /** How often the kill came before the command had ended by itself. */
  killed: number;
  broken: string[];
}

type Round = (luck: Chance) => Promise<{ killed: number; broken: string[] }>;

/** Does a round again and again, and says of each which one it was. */
export async function repeated(rounds: number, luck: Chance, round: Round): Promise<Moments> {
  const all: Moments = { rounds, killed: 0, broken: [] };
  for (let number = 1; number <= rounds; number += 1) {
    const { killed, broken } = await round(luck);
    all.killed += killed;
    all.broken.push(...broken.map((what) => `round ${number}: ${what}`));
  }
  return all;
}

/** Up to three starts in a row are killed, each after a random part of the time that one takes. */
async function killStarts(one: Installation, luck: Chance, mostMs: number): Promise<number> {
  let killed = 0;
  for (let count = luck.between(1, 3); count > 0; count -= 1)
    if ((await one.killed(["serve"], luck.between(5, mostMs))) === null) killed += 1;
  return killed;
}

/** A new installation whose very first starts are killed: it comes up, once, with a link for the first administrator. */
export const firstStarts: Round = async (luck) => {
  const one = await newInstallation();
  const broken: string[] = [];
  try {
    let killed = await killStarts(one, luck, 700);
    if (MULTI_TENANT) {
      const create = ["tenant", "create", "--name", "Harbor IT", "--domain", "127.0.0.1", "--url", one.url];
      if ((await one.killed(create, luck.between(100, 900))) === null) killed += 1;
    }
    const key = await one.firstKey(person);
    broken.push(...(await seeded(one, key)));
    return { killed, broken };
  } catch (error) {
    return { killed: 0, broken: [String(error)] };
  } finally {
    await clear(one);
  }
};

/** What an installation has to be like that was just made: one organization, its standard data once, ready for work. */
async function seeded(one: Installation, key: string): Promise<string[]> {
  const broken = await works(one, key);
  const rows = await openRows(one);
  try {
    const expected = { tenants: 1, organizations: 1, "users where user_type = 'staff'": 1, migrations: names.length };
    for (const [what, count] of Object.entries(expected)) {
      const found = await rows.number(`select count(*) from ${what}`);
      if (found !== count) broken.push(`${found} of ${what} in place of ${count}`);
    }
    const twice = await rows.all(
      "select role_key from roles where role_key is not null group by role_key having count(*) > 1",
    );
    if (twice.length > 0) broken.push(`roles are there twice: ${JSON.stringify(twice)}`);
  } finally {
    await rows.close();
  }
  return broken;
}

const names = Object.keys(migrations);

/** Starts it, and asks for something to be written. */
async function works(one: Installation, key: string): Promise<string[]> {
  const broken: string[] = [];
  const server = await one.start();
  const written = await ask(one.url, key, "POST", "/companies", documentOf("companies", { name: "After the kill" }));
  if (written.status !== 201) broken.push(`a company could not be made: ${written.status} ${await written.text()}`);
  if ((await fetch(`${one.url}/sign-in`)).status !== 200) broken.push("the sign-in page does not come");
  const { code, stdout, stderr } = await one.cli(["doctor"]);
  if (code !== 0) broken.push(`doctor: ${stdout}${stderr}`);
  if ((await server.stop()) !== 0) broken.push("it does not end well");
  if (/"level":"error"/.test(server.output()))
    broken.push(`the log tells of errors: ${server.output().slice(0, 2000)}`);
  return [...broken, ...leftovers(one.dataDir)];
}

/** What a command that was killed has begun, and no later one has cleared away. */
function leftovers(dataDir: string): string[] {
  const folders = [dataDir, join(dataDir, "backups")].filter((folder) => existsSync(folder));
  return folders
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => /\.partial$|\/\.(work|restore|verify)-|restore-unfinished/.test(path))
    .map((path) => `${path} has been left behind`);
}

/** An older version's data whose upgrade is killed: it is whole and of this version at the next start, with all that was in it. */
export const upgrades: Round = async (luck) => {
  const one = await olderInstallation();
  try {
    const killed = await killStarts(one, luck, 1200);
    const broken: string[] = [];
    const server = await one.start();
    if ((await server.stop()) !== 0) broken.push("it does not end well");
    const rows = await openRows(one);
    try {
      const found = await rows.number("select count(*) from companies");
      if (found !== one.companies) broken.push(`${found} companies in place of ${one.companies}`);
      if ((await rows.number("select count(*) from migrations")) !== names.length) broken.push("steps are missing");
    } finally {
      await rows.close();
    }
    const { code, stdout, stderr } = await one.cli(["doctor"]);
    if (code !== 0) broken.push(`doctor: ${stdout}${stderr}`);
    if (!MULTI_TENANT) broken.push(...snapshots(one.dataDir));
    return { killed, broken: [...broken, ...leftovers(one.dataDir)] };
  } catch (error) {
    return { killed: 0, broken: [String(error)] };
  } finally {
    await clear(one);
  }
};

/** The copy from before the upgrade is there once, however many starts it took, and is whole. */
function snapshots(dataDir: string): string[] {
  const folder = join(dataDir, "backups");
  const found = readdirSync(folder).filter((name) => /^before-upgrade-.*\.sqlite$/.test(name));
  if (found.length !== 1) return [`${found.length} copies from before the upgrade: ${found.join(", ")}`];
  const copy = new Database(join(folder, String(found[0])), { readonly: true });
  try {
    const said = copy.query<{ integrity_check: string }, []>("pragma integrity_check").get()?.integrity_check;
    const steps = copy.query<{ count: number }, []>("select count(*) as count from migrations").get()?.count ?? 0;
    return [
      ...(said === "ok" ? [] : [`the copy from before the upgrade is damaged: ${said}`]),
      ...(steps < names.length ? [] : ["the copy from before the upgrade is from after it"]),
    ];
  } finally {
    copy.close();
  }
}

/** An installation with data and a backup of an earlier moment; SQLite, whose backup and restore are Purser's own. */
export interface Copied {
  one: Installation;
  key: string;
  backup: string;
  /** How many companies the present data has, and the backup. */
  companies: { now: number; earlier: number };
  clear(): Promise<void>;
}

export async function copied(): Promise<Copied> {
  const one = await newInstallation();
  const key = await one.firstKey(person);
  const server = await one.start();
  const company = async (name: string): Promise<string> => {
    const answer = await ask(one.url, key, "POST", "/companies", documentOf("companies", { name }));
    return ((await answer.json()) as { data: { id: string } }).data.id;
  };
  const attach = async (companyId: string, index: number): Promise<void> => {
    const ticket = await ask(
      one.url,
      key,
      "POST",
      "/tickets",
      documentOf("tickets", { title: `T ${index}`, company_id: companyId }),
    );
    const { data } = (await ticket.json()) as { data: { id: string } };
    const content = Buffer.from(crypto.getRandomValues(new Uint8Array(40_000))).toString("base64");
    const file = documentOf("ticket_attachments", { file_name: "a.bin", content });
    await ask(one.url, key, "POST", `/tickets/${data.id}/attachments`, file);
  };
  for (let index = 0; index < 40; index += 1) await attach(await company(`Then ${index}`), index);
  const folder = mkdtempSync(join(tmpdir(), "purser-copied-"));
  const backup = join(folder, "then.tar.zst");
  const made = await one.cli(["backup", "create", "--to", backup]);
  if (made.code !== 0) throw new Error(made.stderr);
  for (let index = 0; index < 3; index += 1) await company(`Now ${index}`);
  await server.stop();
  return {
    one,
    key,
    backup,
    companies: { now: 43, earlier: 40 },
    clear: async () => {
      await clear(one);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A backup that is killed: the next one works and clears up, and what is listed is whole. */
export const backupsOf =
  ({ one }: Copied): Round =>
  async (luck) => {
    const isKilled = (await one.killed(["backup", "create"], luck.between(5, 900))) === null;
    const broken: string[] = [];
    // A name holds the second.
    await Bun.sleep(1000);
    const made = await one.cli(["backup", "create"]);
    if (made.code !== 0) broken.push(`the next backup: ${made.code} ${made.stderr}`);
    const listed = await one.cli(["backup", "list", "--json"]);
    for (const { path, problem } of JSON.parse(listed.stdout) as { path: string; problem: string | null }[]) {
      if (problem !== null) broken.push(`${path}: ${problem}`);
      const verified = await one.cli(["backup", "verify", path]);
      if (verified.code !== 0) broken.push(verified.stderr);
      rmSync(path, { force: true });
    }
    return { killed: isKilled ? 1 : 0, broken: [...broken, ...leftovers(one.dataDir)] };
  };

/**
 * A restore that is killed, of a copy of the installation: either the data is as it was, or all of the backup, or the server
 * refuses to start and says what to do; and doing that brings the backup.
 */
export const restoresOf =
  ({ one, key, backup, companies }: Copied): Round =>
  async (luck) => {
    const dataDir = newDataDir();
    cpSync(one.dataDir, dataDir, { recursive: true });
    const copy = await newInstallation({ dataDir });
    const broken: string[] = [];
    try {
      const isKilled = (await copy.killed(["restore", backup], luck.between(5, 1000))) === null;
      const isUnfinished = existsSync(join(dataDir, "restore-unfinished"));
      if (isUnfinished) {
        const refused = await copy.cli(["serve"]);
        if (refused.code !== 78 || !refused.stderr.includes("purser restore FILE"))
          broken.push(`half a restore is served: ${refused.code} ${refused.stderr}`);
      } else {
        const found = await count(copy);
        if (found !== companies.now && found !== companies.earlier) broken.push(`${found} companies`);
        // The bytes belong to the rows, whichever of the two it is.
        broken.push(...(await unreadable(copy, key)));
      }
      await Bun.sleep(1000);
      const again = await copy.cli(["restore", backup]);
      if (again.code !== 0) broken.push(`the restore again: ${again.code} ${again.stderr}`);
      if ((await count(copy)) !== companies.earlier) broken.push("the backup is not what is there");
      broken.push(...(await unreadable(copy, key)), ...(await works(copy, key)));
      return { killed: isKilled ? 1 : 0, broken };
    } finally {
      await clear(copy);
    }
  };

async function count(one: Installation): Promise<number> {
  const rows = await openRows(one);
  try {
    return await rows.number("select count(*) from companies");
  } finally {
    await rows.close();
  }
}

/** Attachments that cannot be read. */
async function unreadable(one: Installation, key: string): Promise<string[]> {
  const server = await one.start();
  try {
    const rows = await openRows(one);
    const attachments = await rows.all("select id, ticket_id from ticket_attachments");
    await rows.close();
    const broken: string[] = [];
    for (const { id, ticket_id } of attachments) {
      const answer = await ask(one.url, key, "GET", `/tickets/${ticket_id}/attachments/${id}/content`);
      const bytes = await answer.arrayBuffer();
      if (answer.status !== 200 || bytes.byteLength !== 40_000) broken.push(`attachment ${id}: ${answer.status}`);
    }
    return broken;
  } finally {
    await server.stop();
  }
}

async function clear(one: Installation): Promise<void> {
  await one.close();
  rmSync(one.dataDir, { recursive: true, force: true });
}
