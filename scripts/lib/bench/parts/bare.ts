import { join } from "node:path";
import type { Edition } from "../../build.ts";
import type { Wish } from "../bare.ts";
import type { Played } from "../load.ts";
import { people } from "./desk.ts";
import { load, onServer, type Round, type Waits, waitsOf } from "./round.ts";

export interface BareResult {
  name: string;
  statements: number;
  bytes: number;
  bare: Waits;
  whole: Waits;
}

/** Until most of what runs has been translated into machine code, by Bun in the background; before that the page competes with it. */
export const bareWarmUpSeconds = 30;

/** The page and the bare server take turns, for a machine's speed may change within a minute. */
export const bareTurns = 5;
export const secondsOfTurn = 2;

/** The same SQL and templates in a handler that does nothing else, in turns with the page itself; both without pauses. */
export const bare = (round: Round): Promise<BareResult[]> =>
  onServer(round, "large", people, async ({ copy, server, users, subjects }) => {
    const results: BareResult[] = [];
    const pages: [string, string][] = [
      ["ticket list", "/tickets"],
      ["ticket page", `/tickets/${subjects.tickets[0] ?? ""}`],
      ["company page", `/companies/${subjects.companies[0] ?? ""}`],
    ];
    for (const [name, path] of pages) {
      const [first] = users;
      if (first === undefined) throw new Error("nobody has signed in");
      const limit = await startBare(round.edition, {
        path,
        headers: first.headers,
        dataDir: copy.dataDir,
        databaseUrl: copy.env["PURSER_DATABASE_URL"] ?? "",
        sqlitePath: join(copy.dataDir, "purser.sqlite"),
      });
      const ask = (url: string, warmUpSeconds: number, seconds: number): Promise<Played> =>
        load({ users, subjects, pause: [0, 0], warmUpSeconds, seconds, url, play: { kind: "address", path } });
      for (const url of [server.url, limit.url]) await ask(url, round.isQuick ? 1 : bareWarmUpSeconds, 1);
      const whole: Played[] = [];
      const played: Played[] = [];
      for (let turn = 0; turn < (round.isQuick ? 1 : bareTurns); turn += 1) {
        whole.push(await ask(server.url, 1, secondsOfTurn));
        played.push(await ask(limit.url, 1, secondsOfTurn));
      }
      await limit.stop();
      const waits = (turns: readonly Played[]): Waits =>
        waitsOf(
          turns.flatMap(({ times }) => times[path] ?? []),
          turns.reduce((sum, { errors }) => sum + (errors[path]?.length ?? 0), 0),
          turns.length * secondsOfTurn,
        );
      results.push({
        name,
        statements: limit.statements,
        bytes: limit.bytes,
        bare: waits(played),
        whole: waits(whole),
      });
    }
    return results;
  });

async function startBare(
  edition: Edition,
  wish: Wish,
): Promise<{ url: string; statements: number; bytes: number; stop(): Promise<void> }> {
  const child = Bun.spawn(
    [process.execPath, "--define", `MULTI_TENANT=${edition.isMultiTenant}`, join(import.meta.dir, "../bare.ts")],
    { stdin: new TextEncoder().encode(JSON.stringify(wish)), stdout: "pipe", stderr: "inherit" },
  );
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new Error("the bare server did not start");
  const { port, statements, bytes } = JSON.parse(new TextDecoder().decode(value)) as {
    port: number;
    statements: number;
    bytes: number;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    statements,
    bytes,
    stop: async () => {
      child.kill();
      await child.exited;
    },
  };
}
