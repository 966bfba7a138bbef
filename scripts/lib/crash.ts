/** Kills Purser at random moments under load and looks at what is left: `scripts/crash --help`. */
import { parseArgs } from "node:util";
import { type Figures, runRounds } from "../../tests/support/crash/rounds.ts";
import { setStage } from "../../tests/support/crash/stage.ts";
import { startPostgres } from "./postgres.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    clients: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    from: { type: "string", default: "300" },
    to: { type: "string", default: "2500" },
  },
});
const number = (name: keyof typeof values): number => {
  const given = Number(values[name]);
  if (!Number.isSafeInteger(given) || given < 0) throw new Error(`--${name} wants a whole number`);
  return given;
};

const postgres = MULTI_TENANT ? await startPostgres() : null;
process.on("exit", () => postgres?.kill());
if (postgres !== null) process.env["PURSER_TEST_POSTGRES"] = postgres.url;
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
await postgres?.stop();
console.log(textOf(figures, (performance.now() - begun) / 1000));
process.exit(figures.broken.length === 0 ? 0 : 1);

function textOf({ startsMs, broken, ...counts }: Figures, seconds: number): string {
  const sorted = startsMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return [
    JSON.stringify(
      { database: MULTI_TENANT ? "postgres" : "sqlite", seconds: Math.round(seconds), ...counts },
      null,
      1,
    ),
    `starts to the first answer: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, slowest ${sorted.at(-1)} ms`,
    ...broken.map((what) => `BROKEN  ${what}`),
    `${broken.length} broken`,
  ].join("\n");
}
