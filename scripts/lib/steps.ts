/** Runs the steps of a check one after another and keeps the score that the last line shows. */
import { mkdirSync } from "node:fs";

/** Where each step's whole output is kept, one file a step. */
export const logFolder = "tmp/test";

/** What one command did: its exit code, and stdout and stderr in one text. */
export type Outcome = { code: number; output: string };

/**
 * What a step answers: how many of what it checked were in order, and a note of a few words. `shown` is what of a long output
 * is shown when it failed.
 */
export type Verdict = { passed: number; failed: number; note?: string; output?: string; shown?: string };

/**
 * The score over all steps. `failures` names what failed, a line each; `unavailable` are parts that could not be checked at
 * all, with the reason.
 */
export type Score = { passed: number; failed: number; failures: string[]; unavailable: string[] };

const running = new Set<Bun.Subprocess>();

/**
 * Runs a command to its end and collects what it prints.
 *
 * @param env replaces nothing: it is added to the environment of this process
 */
export async function run(command: string[], env: Record<string, string | undefined> = {}): Promise<Outcome> {
  const child = Bun.spawn(command, {
    env: { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  running.add(child);
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  running.delete(child);
  return { code, output: [out, err].filter((text) => text.trim() !== "").join("\n") };
}

/** Ends the commands that `run` has under way, for the way out after Ctrl-C. */
export function stopRunning(): void {
  for (const child of running) child.kill("SIGTERM");
}

/** A fresh score and the functions that write to it; each step prints one line with its duration. */
export function scoreboard(write: (line: string) => void = console.log) {
  const score: Score = { passed: 0, failed: 0, failures: [], unavailable: [] };
  mkdirSync(logFolder, { recursive: true });

  function line(mark: string, name: string, startedAt: number, note = ""): void {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    write(`${mark.padEnd(7)}${name.padEnd(28)}${seconds.padStart(7)} s${note === "" ? "" : `  ${note}`}`);
  }

  /** Runs one step. A step that throws has failed; the output of a failing step is shown, and kept whole in its file. */
  async function step(name: string, work: () => Promise<Verdict>): Promise<boolean> {
    const startedAt = performance.now();
    let verdict: Verdict;
    try {
      verdict = await work();
    } catch (error) {
      verdict = { passed: 0, failed: 1, output: error instanceof Error ? (error.stack ?? error.message) : `${error}` };
    }
    score.passed += verdict.passed;
    score.failed += verdict.failed;
    const output = verdict.output ?? "";
    await Bun.write(`${logFolder}/${name.replaceAll(/[^a-z0-9]+/gi, "-")}.log`, output);
    line(verdict.failed === 0 ? "ok" : "FAILED", name, startedAt, verdict.note);
    const shown = verdict.shown ?? output;
    if (verdict.failed > 0 && shown !== "") write(shown.trimEnd().replaceAll(/^/gm, "    "));
    return verdict.failed === 0;
  }

  /** A step that is one command and counts as one. */
  function command(name: string, argv: string[], env?: Record<string, string>): Promise<boolean> {
    return step(name, async () => {
      const { code, output } = await run(argv, env);
      return code === 0
        ? { passed: 1, failed: 0, output }
        : { passed: 0, failed: 1, output: `$ ${argv.join(" ")}\n${output}\nexit code ${code}` };
    });
  }

  /** Something could not be checked here. On a build server (`CI=true`) that is a failure. */
  function unavailable(name: string, reason: string, isCi: boolean): void {
    score.unavailable.push(`${name}: ${reason}`);
    if (isCi) score.failed += 1;
    write(`${(isCi ? "FAILED" : "absent").padEnd(7)}${name.padEnd(28)}           not available: ${reason}`);
  }

  return { score, step, command, unavailable };
}
