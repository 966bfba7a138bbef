/** Kills Purser at random moments under load and looks at what is left: `scripts/crash --help`. */
import { parseArgs } from "node:util";
import { chance } from "../../tests/support/crash/chance.ts";
import {
  backupsOf,
  copied,
  firstStarts,
  type Moments,
  repeated,
  restoresOf,
  upgrades,
} from "../../tests/support/crash/moments.ts";
import { type Figures, runRounds } from "../../tests/support/crash/rounds.ts";
import { setStage } from "../../tests/support/crash/stage.ts";
import { startPostgres } from "./postgres.ts";
import { wrongUsage } from "./wrong-usage.ts";

function readOptions() {
  try {
    return parseArgs({
      options: {
        what: { type: "string", default: "load" },
        rounds: { type: "string", default: "100" },
        clients: { type: "string", default: "20" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        from: { type: "string", default: "300" },
        to: { type: "string", default: "2500" },
      },
    }).values;
  } catch (error) {
    return wrongUsage("crash", error instanceof Error ? error.message : String(error));
  }
}

const values = readOptions();
if (!["load", "moments"].includes(values.what)) wrongUsage("crash", "--what wants load or moments");
const number = (name: keyof typeof values): number => {
  const given = Number(values[name]);
  if (!Number.isSafeInteger(given) || given < 0) wrongUsage("crash", `--${name} wants a whole number`);
  return given;
};

const postgres = MULTI_TENANT ? await startPostgres() : null;
process.on("exit", () => postgres?.kill());
if (postgres !== null) process.env["PURSER_TEST_POSTGRES"] = postgres.url;
const broken = values.what === "load" ? await underLoad() : await atMoments();
await postgres?.stop();
process.exit(broken === 0 ? 0 : 1);

/** Kills it under load; answers how much is broken. */
async function underLoad(): Promise<number> {
  const stage = await setStage();
  const begun = performance.now();
  const figures = await runRounds(stage, {
    rounds: number("rounds"),
    clients: number("clients"),
    seed: number("seed"),
    load: [number("from"), number("to")],
    stopEvery: 10,
    drainMs: 240_000,
    say: (line) => console.log(line),
  });
  await stage.close();
  console.log(textOf(figures, (performance.now() - begun) / 1000));
  return figures.broken.length;
}

/** Kills it while it starts, upgrades, backs up and restores; answers how much is broken. */
async function atMoments(): Promise<number> {
  const luck = chance(number("seed"));
  const say = (what: string, { rounds, killed, broken: found }: Moments): number => {
    console.log(`${what}: ${rounds} rounds, ${killed} killed, ${found.length} broken`);
    for (const one of found) console.log(`BROKEN  ${one}`);
    return found.length;
  };
  let count = say("first starts", await repeated(number("rounds"), luck, firstStarts));
  count += say("upgrades", await repeated(number("rounds"), luck, upgrades));
  if (MULTI_TENANT) return count;
  const all = await copied();
  count += say("backups", await repeated(number("rounds"), luck, backupsOf(all)));
  count += say("restores", await repeated(number("rounds"), luck, restoresOf(all)));
  await all.clear();
  return count;
}

function textOf({ startsMs, broken: found, ...counts }: Figures, seconds: number): string {
  const sorted = startsMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return [
    JSON.stringify(
      { database: MULTI_TENANT ? "postgres" : "sqlite", seconds: Math.round(seconds), ...counts },
      null,
      1,
    ),
    `starts to the first answer: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, slowest ${sorted.at(-1)} ms`,
    ...found.map((what) => `BROKEN  ${what}`),
    `${found.length} broken`,
  ].join("\n");
}
