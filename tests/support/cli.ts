import { runCli } from "../../src/cli/index.ts";

/** Runs a command of the command line over the data in a directory, in this process and away from the machine's own settings, and answers what it said. */
export async function purserOn(
  dataDir: string,
  argv: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(argv, {
    env: { PURSER_DATA_DIR: dataDir, ...env },
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    stdin: () => Promise.resolve(""),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
